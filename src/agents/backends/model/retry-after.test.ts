import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 0, 1);

it.each([
  [{ 'retry-after': '12' }, 12_000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after-ms': '250', 'retry-after': '12' }, 250],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:30 GMT' }, 90_000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after-ms': 'x', 'retry-after': '3' }, 3_000],
  [{ 'retry-after': '9'.repeat(400) }, 31_536_000_000],
  [{}, undefined],
])('reads %j as %s', (headers, expected) => {
  expect(retryAfterMs(headers as Record<string, string>, now)).toBe(expected);
});

it('reads nothing from an answer without headers', () => {
  expect(retryAfterMs(undefined, now)).toBeUndefined();
});
