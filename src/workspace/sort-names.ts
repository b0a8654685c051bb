/**
 * Sorts names as `Array.prototype.sort` does, by UTF-16 code units, but a very long list in parts with a rest
 * between them: a hundred thousand names at once would hold up everything else.
 */
import type { WorkSlice } from './work-slice.ts';

const partLength = 4_096;

export async function sortNames(names: readonly string[], slice: WorkSlice): Promise<readonly string[]> {
  let runs: (readonly string[])[] = [];
  for (let index = 0; index < names.length; index += partLength) {
    runs.push(names.slice(index, index + partLength).toSorted());
    await slice.rest();
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(await merge(runs[index] ?? [], runs[index + 1] ?? [], slice));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(
  left: readonly string[],
  right: readonly string[],
  slice: WorkSlice,
): Promise<readonly string[]> {
  const result: string[] = [];
  let at = 0;
  let rested = 0;
  for (const name of left) {
    for (let other = right[at]; other !== undefined && other < name; other = right[at]) {
      result.push(other);
      at += 1;
    }
    result.push(name);
    if (result.length - rested < partLength) continue;
    rested = result.length;
    await slice.rest();
  }
  for (; at < right.length; at += 1) result.push(right[at] ?? '');
  return result;
}
