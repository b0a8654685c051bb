/**
 * How long to wait before a server is started again: not at all the first time, then longer and longer, and not at all
 * any more when it keeps going down. Pure.
 */

const firstMs = 1_000;
const longestMs = 60_000;
/** Starts after the first one that are made within `windowMs`. */
const mostStarts = 5;
const windowMs = 600_000;

/** Milliseconds to wait; undefined when it has been started too often. `restarts`: when it was started again before. */
export function reconnectDelay(restarts: readonly number[], now: number): number | undefined {
  const recent = restarts.filter((at) => now - at < windowMs);
  if (recent.length >= mostStarts) return undefined;
  const last = recent.at(-1);
  if (last === undefined) return 0;
  const pause = Math.min(firstMs * 2 ** (recent.length - 1), longestMs);
  return Math.max(0, last + pause - now);
}
