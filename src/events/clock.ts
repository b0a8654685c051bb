/**
 * Time as it is handed in. No other code reads a clock or sets a timer, so that tests run hours in
 * milliseconds and a replay sees the times of the journal.
 */
export interface Clock {
  /** Milliseconds since the epoch, for people and file names. */
  now(): number;
  /** Milliseconds on a clock that never goes back, for durations. */
  monotonic(): number;
  /** Calls `wake` once after `ms`; the returned function cancels. Never keeps the process alive by itself. */
  after(ms: number, wake: () => void): () => void;
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
