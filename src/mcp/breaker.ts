/**
 * Holds back calls to a server that keeps failing. It opens at 3 failures in a row, or when at least half of at least
 * 10 calls of the last minute failed; it stays open for 30 seconds, twice as long each time up to 300; then exactly one
 * call is let through, and what becomes of it decides. Only failures of the server count: an error its tool reports, a
 * refused argument or a call that was given up say nothing about it.
 */
import type { BreakerState } from '../events/run-event.ts';
import type { Clock } from '../events/clock.ts';

export type Admission =
  /** `probe`: whether it comes back decides if others may follow. */
  | { readonly type: 'admitted'; readonly probe: boolean }
  | { readonly type: 'held'; readonly retryInMs: number };

export interface Breaker {
  readonly state: BreakerState;
  /** Asked before each call; an admitted one must be told of by `succeeded`, `failed` or `withdrawn`. */
  admit(): Admission;
  succeeded(): void;
  failed(): void;
  /** The call was given up or never made: nothing was learned. */
  withdrawn(): void;
}

export interface BreakerOptions {
  readonly clock: Clock;
  /** For `open` with the time until the next call is let through, in milliseconds. */
  readonly onChange: (state: BreakerState, retryInMs?: number) => void;
}

const failuresInRow = 3;
const windowMs = 60_000;
const windowCalls = 10;
/** Remembered at most. */
const mostCalls = 200;
const firstOpenMs = 30_000;
const longestOpenMs = 300_000;

export function createBreaker({ clock, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'closed';
  let inRow = 0;
  let openMs = firstOpenMs;
  let openUntil = 0;
  let probing = false;
  /** Ends of calls in the window, oldest first. */
  let ends: { readonly at: number; readonly failed: boolean }[] = [];
  let failedEnds = 0;

  const change = (next: BreakerState, retryInMs?: number): void => {
    if (state === next && next !== 'open') return;
    state = next;
    onChange(next, retryInMs);
  };

  const open = (): void => {
    openUntil = clock.monotonic() + openMs;
    const retryInMs = openMs;
    openMs = Math.min(openMs * 2, longestOpenMs);
    probing = false;
    change('open', retryInMs);
  };

  const count = (failed: boolean): void => {
    const now = clock.monotonic();
    ends.push({ at: now, failed });
    if (failed) failedEnds += 1;
    for (let [first] = ends; first !== undefined && isOver(first.at, now); [first] = ends) {
      ends.shift();
      if (first.failed) failedEnds -= 1;
    }
    inRow = failed ? inRow + 1 : 0;
  };

  const isOver = (at: number, now: number): boolean => now - at >= windowMs || ends.length > mostCalls;

  const tooManyFailed = (): boolean =>
    inRow >= failuresInRow || (ends.length >= windowCalls && failedEnds * 2 >= ends.length);

  return {
    get state() {
      return state;
    },
    admit() {
      if (state === 'closed') return { type: 'admitted', probe: false };
      const left = openUntil - clock.monotonic();
      if (state === 'open' && left > 0) return { type: 'held', retryInMs: left };
      if (probing) return { type: 'held', retryInMs: 1_000 };
      probing = true;
      change('half_open');
      return { type: 'admitted', probe: true };
    },
    succeeded() {
      if (state === 'open') return;
      if (state === 'closed') {
        count(false);
        return;
      }
      ends = [];
      failedEnds = 0;
      inRow = 0;
      openMs = firstOpenMs;
      probing = false;
      change('closed');
    },
    failed() {
      // Calls that began before it opened still come back; they do not prolong it.
      if (state === 'open') return;
      count(true);
      if (state === 'half_open' || tooManyFailed()) open();
    },
    withdrawn() {
      probing = false;
    },
  };
}
