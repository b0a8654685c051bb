/**
 * How many calls a server is given at once, and how many may wait: one that hangs or is slow must not fill the memory,
 * and whoever comes too late is told at once instead of never.
 */

export interface Bulkhead {
  readonly running: number;
  readonly waiting: number;
  /**
   * Resolves with the function that gives the place back, in the order of asking; undefined when too many wait
   * already. Rejects with the reason of the first signal that aborts.
   */
  enter(...signals: readonly AbortSignal[]): Promise<(() => void) | undefined>;
}

export function createBulkhead(limits: { readonly running: number; readonly waiting: number }): Bulkhead {
  let running = 0;
  /** In the order of asking; those that gave up are taken out. */
  const queue = new Set<() => void>();

  const leave = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      running -= 1;
      const [next] = queue;
      next?.();
    };
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
    enter(...signals) {
      const aborted = signals.find((signal) => signal.aborted);
      if (aborted !== undefined) return Promise.reject(aborted.reason as Error);
      if (running < limits.running) {
        running += 1;
        return Promise.resolve(leave());
      }
      if (queue.size >= limits.waiting) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        const leaveQueue = (): void => {
          queue.delete(take);
          for (const signal of signals) signal.removeEventListener('abort', onAbort);
        };
        const onAbort = (): void => {
          leaveQueue();
          reject(signals.find((signal) => signal.aborted)?.reason as Error);
        };
        const take = (): void => {
          leaveQueue();
          running += 1;
          resolve(leave());
        };
        queue.add(take);
        for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
