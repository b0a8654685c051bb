import { describe, expect, test } from 'vitest';
import { HARD_LIMIT, REASON_LIMIT, checkFileSizes } from '../../scripts/check-file-sizes.mjs';

const lines = (count: number) => 'x\n'.repeat(count);
const check = (files: Readonly<Record<string, string>>, reasons: Readonly<Record<string, string>> = {}) =>
  checkFileSizes(new Map(Object.entries(files)), reasons);

describe('the size of files', () => {
  test('up to the first limit needs no reason, with or without an end of line', () => {
    expect(check({ 'a.ts': lines(REASON_LIMIT), 'b.ts': lines(REASON_LIMIT).trimEnd() })).toEqual([]);
  });

  test('beyond the first limit needs a reason', () => {
    const files = { 'src/a.ts': lines(REASON_LIMIT + 1) };
    expect(check(files)).toEqual([expect.stringMatching(/^src\/a\.ts: 401 lines, over 400: split it, or/)]);
    expect(check(files, { 'src/a.ts': 'one table' })).toEqual([]);
  });

  test('beyond the second limit no reason helps', () => {
    const files = { 'src/a.ts': lines(HARD_LIMIT + 1), 'src/a.test.ts': lines(HARD_LIMIT + 1) };
    expect(check(files, { 'src/a.ts': 'one table' })).toEqual([
      'src/a.ts: 701 lines, over 700: split it',
      'src/a.test.ts: 701 lines, over 700: split it',
    ]);
  });

  test('does not count for documents, generated files and data', () => {
    const long = lines(HARD_LIMIT + 1);
    expect(check({ 'a.md': long, 'a.json': long, 'a.generated.ts': long, 'a.data.ts': long })).toEqual([]);
  });

  test('a reason that is no longer needed is refused', () => {
    const reasons = { 'short.ts': 'was long', 'gone.ts': 'was there' };
    expect(check({ 'short.ts': lines(10) }, reasons)).toEqual([
      'short.ts: listed as long, but it is not; remove its reason',
      'gone.ts: listed as long, but it is not; remove its reason',
    ]);
  });
});
