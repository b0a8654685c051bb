/**
 * Waits where a server over HTTP asks for it: 429, and 503 with a time, say that the request was not taken, so sending it
 * again does nothing twice (RFC 9110, sections 10.2.3 and 15.6.4; RFC 6585, section 4). A wait that nobody would sit out
 * is not begun: the refusal is passed on then.
 */
import { sleep, type Clock } from '../events/clock.ts';

export interface Patience {
  readonly clock: Clock;
  /** Told before each wait. Must not throw. */
  readonly onWait: (status: number, waitMs: number) => void;
}

/** A request is sent again this often. */
const mostWaits = 2;
/** Milliseconds of one wait. */
const longestMs = 30_000;

export function patientFetch(inner: typeof fetch, { clock, onWait }: Patience): typeof fetch {
  return async (input, init = {}) => {
    for (let waits = 0; ; waits += 1) {
      const response = await inner(input, init);
      const waitMs = waits < mostWaits ? askedWait(response, clock.now()) : undefined;
      if (waitMs === undefined || waitMs > longestMs) return response;
      await response.body?.cancel().catch(() => undefined);
      onWait(response.status, waitMs);
      await sleep(clock, waitMs, init.signal ?? undefined);
    }
  };
}

/** Milliseconds that the answer asks for; undefined when it asks for nothing that we understand. */
export function askedWait(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  now: number,
): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/u.test(text)) return Number(text) * 1_000;
  // A date has letters; whatever else the runtime would read as one is none here.
  const at = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/u.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
