/**
 * Watches one request: ends it when nothing of substance came for too long, or at once when the caller gives
 * up. Its signal goes to the network; `race` makes sure that nobody waits for a network that does not react.
 */
import type { Clock } from '../../../events/clock.ts';

export interface Watchdog {
  /** Aborts when the request must end; for the network. */
  readonly signal: AbortSignal;
  /** From now on, `expired()` is thrown unless this is called again, or `rest`, within `ms`. */
  expect(ms: number, expired: () => Error): void;
  /** Stops the time until the next `expect`. */
  rest(): void;
  /** The result of `work`, or the reason for which the request ended before it. */
  race<T>(work: PromiseLike<T>): Promise<T>;
  /** Ends the request if it still runs, and stops watching. */
  close(): void;
}

export function createWatchdog(clock: Clock, caller: AbortSignal): Watchdog {
  const controller = new AbortController();
  let ended: { readonly reason: unknown } | undefined;
  let rejectWaiting: ((reason: unknown) => void) | undefined;
  let stopTimer: (() => void) | undefined;

  const rest = (): void => {
    stopTimer?.();
    stopTimer = undefined;
  };
  const end = (reason: unknown): void => {
    rest();
    caller.removeEventListener('abort', onAbort);
    if (ended !== undefined) return;
    ended = { reason };
    rejectWaiting?.(reason);
    controller.abort(reason);
  };
  const onAbort = (): void => end(caller.reason);
  if (caller.aborted) onAbort();
  else caller.addEventListener('abort', onAbort, { once: true });

  return {
    signal: controller.signal,
    expect(ms, expired) {
      rest();
      if (ended === undefined) stopTimer = clock.after(ms, () => end(expired()));
    },
    rest,
    race: (work) =>
      new Promise((resolve, reject) => {
        rejectWaiting = reject;
        work.then(resolve, (error: unknown) => reject(ended === undefined ? error : ended.reason));
        if (ended !== undefined) reject(ended.reason);
      }),
    close: () => end(new DOMException('The request was closed.', 'AbortError')),
  };
}
