/**
 * The time a call may take: so long without a sign of life, and so long in all. Progress extends the first, nothing
 * the second, or a server that reports progress for ever would keep a call open for ever.
 */
import type { Clock } from '../events/clock.ts';

export interface CallDeadline {
  /** Aborts when the time is over or one of the given signals aborts. */
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

/**
 * `waitedUntil`: until when, on the monotonic clock, nobody expected a sign of life, as while a person was asked
 * something; now, while that is so.
 */
export function startCallDeadline(
  clock: Clock,
  { idleMs, totalMs }: CallTimes,
  signals: readonly AbortSignal[],
  waitedUntil: () => number = () => Number.NEGATIVE_INFINITY,
): CallDeadline {
  // Not `AbortSignal.any`: it costs several times what the rest of a call does.
  const controller = new AbortController();
  const onAbort = (): void => {
    controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  if (signals.some(({ aborted }) => aborted)) onAbort();
  let timedOut = false;
  const end = clock.monotonic() + totalMs;
  let lastSign = clock.monotonic();
  let cancel = (): void => undefined;
  const arm = (): void => {
    const now = clock.monotonic();
    const left = Math.min(Math.max(lastSign, waitedUntil()) + idleMs, end) - now;
    if (left > 0) {
      cancel = clock.after(left, arm);
    } else {
      const text = now >= end ? `no answer within ${totalMs} ms` : `no sign of life for ${idleMs} ms`;
      timedOut = !controller.signal.aborted;
      controller.abort(new Error(text));
    }
  };
  arm();
  return {
    signal: controller.signal,
    passed: () => timedOut,
    // Only remembered: setting a timer anew with each of thousands of messages would cost more than it saves.
    extend: () => {
      lastSign = clock.monotonic();
    },
    stop() {
      cancel();
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    },
  };
}
