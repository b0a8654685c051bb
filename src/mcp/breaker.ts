/**
 * Holds back calls to a server that keeps failing. It opens at 3 failures in a row, or when at least half of at least
 * 10 calls of the last minute failed; it stays open for 30 seconds, twice as long each time up to 300; then exactly one
 * call is let through, and what becomes of it decides. Only failures of the server count: an error its tool reports, a
 * refused argument or a call that was given up say nothing about it.
 */
import type { BreakerState } from '../events/run-event.ts';
import type { Clock } from '../events/clock.ts';

export type Admission = AdmittedCall | { readonly type: 'held'; readonly retryInMs: number };

/** A call that may be made. It ends in one of three ways; only the first one told counts. */
export interface AdmittedCall {
  readonly type: 'admitted';
  /** Whether it comes back decides if others may follow. */
  readonly probe: boolean;
  succeeded(): void;
  failed(): void;
  /** The call was given up or never made: nothing was learned. */
  withdrawn(): void;
}

export interface Breaker {
  readonly state: BreakerState;
  /** Asked before each call. */
  admit(): Admission;
}

export interface BreakerOptions {
  readonly clock: Clock;
  /** For `open` with the time until the next call is let through, in milliseconds. */
  readonly onChange: (state: BreakerState, retryInMs?: number) => void;
}

const failuresInRow = 3;
/** Calls of a minute are counted by the second. */
const secondMs = 1_000;
const windowSeconds = 60;
const windowCalls = 10;
const firstOpenMs = 30_000;
const longestOpenMs = 300_000;

interface Second {
  readonly second: number;
  calls: number;
  failed: number;
}

export function createBreaker({ clock, onChange }: BreakerOptions): Breaker {
  let state: BreakerState = 'closed';
  let inRow = 0;
  let openMs = firstOpenMs;
  let openUntil = 0;
  let probing = false;
  /** Seconds in which calls ended, oldest first, and what they add up to. */
  let seconds: Second[] = [];
  let calls = 0;
  let failures = 0;
  /** Counts how often it opened or closed: a call that began before says nothing about what is now. */
  let period = 0;

  const change = (next: BreakerState, retryInMs?: number): void => {
    state = next;
    if (next !== 'half_open') period += 1;
    onChange(next, retryInMs);
  };

  const open = (): void => {
    const retryInMs = openMs;
    openUntil = clock.monotonic() + retryInMs;
    openMs = Math.min(openMs * 2, longestOpenMs);
    probing = false;
    change('open', retryInMs);
  };

  const close = (): void => {
    seconds = [];
    calls = 0;
    failures = 0;
    inRow = 0;
    openMs = firstOpenMs;
    probing = false;
    change('closed');
  };

  const count = (failed: boolean): void => {
    const second = Math.floor(clock.monotonic() / secondMs);
    let last = seconds.at(-1);
    if (last === undefined || last.second !== second) {
      last = { second, calls: 0, failed: 0 };
      seconds.push(last);
      for (
        let [first] = seconds;
        first !== undefined && second - first.second >= windowSeconds;
        [first] = seconds
      ) {
        seconds.shift();
        calls -= first.calls;
        failures -= first.failed;
      }
    }
    last.calls += 1;
    calls += 1;
    if (failed) {
      last.failed += 1;
      failures += 1;
    }
    inRow = failed ? inRow + 1 : 0;
  };

  const succeeded = (): void => {
    if (state === 'half_open') close();
    else count(false);
  };

  const failed = (): void => {
    if (state === 'closed') count(true);
    const tooMany = inRow >= failuresInRow || (calls >= windowCalls && failures * 2 >= calls);
    if (state === 'half_open' || tooMany) open();
  };

  const admitted = (probe: boolean): AdmittedCall => {
    const began = period;
    let ended = false;
    const end = (learn: () => void) => (): void => {
      const counts = !ended && began === period;
      ended = true;
      if (counts) learn();
    };
    return {
      type: 'admitted',
      probe,
      succeeded: end(succeeded),
      failed: end(failed),
      withdrawn: end(() => {
        if (probe) probing = false;
      }),
    };
  };

  return {
    get state() {
      return state;
    },
    admit() {
      if (state === 'closed') return admitted(false);
      const left = openUntil - clock.monotonic();
      if (left > 0) return { type: 'held', retryInMs: left };
      if (probing) return { type: 'held', retryInMs: secondMs };
      probing = true;
      if (state !== 'half_open') change('half_open');
      return admitted(true);
    },
  };
}
