import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortNames } from './sort-names.ts';
import { createWorkSlice } from './work-slice.ts';

test('names come as if they had been sorted at once, however many there are', async () => {
  const lengths = fc.constantFrom(0, 1, 4_095, 4_096, 4_097, 9_000, 20_000);
  await fc.assert(
    fc.asyncProperty(lengths, fc.nat(), async (length, seed) => {
      const names = Array.from({ length }, (_, n) => `n${((n + 1) * (seed + 7_919)) % 100_003}`);
      expect(await sortNames(names, createWorkSlice())).toEqual(names.toSorted());
    }),
    { numRuns: 20 },
  );
});
