import { expect, test } from 'vitest';
import { createWorkSlice } from './work-slice.ts';

/** How much of the work was done before the first rest. */
function doneBeforeRest(now?: () => number): number {
  const slice = createWorkSlice(undefined, now);
  for (let done = 1; ; done += 1) if (slice.spend(1) !== undefined) return done;
}

test('there is a rest after as much work on every machine, and earlier where it takes long', () => {
  expect(doneBeforeRest()).toBe(1_000);
  expect(doneBeforeRest(() => 7)).toBe(1_000);
  let ms = 0;
  expect(doneBeforeRest(() => (ms += 6))).toBe(200);
});

test('work that was given up ends at the next rest', async () => {
  const stop = new AbortController();
  const slice = createWorkSlice(stop.signal);
  const reason = new Error('enough');
  const resting = slice.rest();
  stop.abort(reason);
  await expect(resting).rejects.toBe(reason);
  expect(() => createWorkSlice(stop.signal)).toThrow(reason);
});
