/** A limit in time on top of a signal, on the clock that is handed in. */
import type { Clock } from '../events/clock.ts';

export interface Deadline {
  /** Aborts when the time is over or the given signal aborts. */
  readonly signal: AbortSignal;
  /** True when it was the time. */
  readonly passed: () => boolean;
  readonly stop: () => void;
}

export function startDeadline(clock: Clock, ms: number, signal: AbortSignal): Deadline {
  const timer = new AbortController();
  const cancel = clock.after(ms, () => timer.abort(new Error(`no answer within ${ms} ms`)));
  return {
    signal: AbortSignal.any([signal, timer.signal]),
    passed: () => timer.signal.aborted,
    stop: cancel,
  };
}
