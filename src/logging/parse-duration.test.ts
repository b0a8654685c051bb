import { expect, test } from 'vitest';
import { parseDuration, parseMoment } from './parse-duration.ts';

test.each([
  ['200', 200],
  ['200ms', 200],
  ['2s', 2_000],
  ['1.5 m', 90_000],
  ['10M', 600_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0', 0],
])('%j is %i ms', (text, expected) => expect(parseDuration(text)).toBe(expected));

test.each(['', 's', '-1s', '1 week', '1e3', 'ten', '1s2'])('%j is no time', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a moment is how long ago it was, or a date', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  expect(parseMoment('10m', now)).toBe(now - 600_000);
  expect(parseMoment('2026-01-01T11:00:00Z', now)).toBe(now - 3_600_000);
  expect(parseMoment('2026-01-01', now)).toBe(Date.parse('2026-01-01'));
  for (const text of ['', '10', 'yesterday', '2026-13-01', '1/1/2026'])
    expect(parseMoment(text, now)).toBeUndefined();
});
