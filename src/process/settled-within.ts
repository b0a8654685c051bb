/** Waits for something, but not for ever. */
import type { Clock } from '../events/clock.ts';

/** What `promise` resolves to, or undefined when that takes longer than `ms`. */
export async function settledWithin<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  let cancel = (): void => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
