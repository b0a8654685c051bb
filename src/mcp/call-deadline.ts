/**
 * The time a call may take: so long without a sign of life, and so long in all. Progress extends the first, nothing
 * the second, or a server that reports progress for ever would keep a call open for ever.
 */
import type { Clock } from '../events/clock.ts';

export interface CallDeadline {
  /** Aborts when the time is over or the given signal aborts. */
  readonly signal: AbortSignal;
  /** True when it was the time. */
  readonly passed: () => boolean;
  /** A sign of life. */
  readonly extend: () => void;
  readonly stop: () => void;
}

export interface CallTimes {
  readonly idleMs: number;
  readonly totalMs: number;
}

/** `isWaiting`: while it is true nobody expects a sign of life, as when a person was asked something. */
export function startCallDeadline(
  clock: Clock,
  { idleMs, totalMs }: CallTimes,
  signal: AbortSignal,
  isWaiting: () => boolean = () => false,
): CallDeadline {
  const timer = new AbortController();
  const end = clock.monotonic() + totalMs;
  let lastSign = clock.monotonic();
  let cancel = (): void => undefined;
  const arm = (): void => {
    const now = clock.monotonic();
    const left = Math.min(lastSign + idleMs, end) - now;
    if (left > 0) {
      cancel = clock.after(left, arm);
    } else if (isWaiting() && now < end) {
      lastSign = now;
      arm();
    } else {
      const text = now >= end ? `no answer within ${totalMs} ms` : `no sign of life for ${idleMs} ms`;
      timer.abort(new Error(text));
    }
  };
  arm();
  return {
    signal: AbortSignal.any([signal, timer.signal]),
    passed: () => timer.signal.aborted,
    // Only remembered: setting a timer anew with each of thousands of messages would cost more than it saves.
    extend: () => {
      lastSign = clock.monotonic();
    },
    stop: () => cancel(),
  };
}
