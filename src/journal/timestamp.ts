/**
 * The `at` of events. Streams ask for it thousands of times a second, so the text is made once a millisecond.
 */
import type { Clock } from '../events/clock.ts';

/** Returns a function giving the present time as ISO 8601 in UTC with milliseconds. */
export function createTimestamp(clock: Clock): () => string {
  let formatted = Number.NaN;
  let text = '';
  return () => {
    const now = clock.now();
    if (now !== formatted) {
      text = new Date(now).toISOString();
      formatted = now;
    }
    return text;
  };
}
