import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitText, padText, textWidth } from './column-text.ts';

test.each([
  ['abc', 3],
  ['東京', 4],
  ['한글', 4],
  ['🙂', 2],
  ['e\u0301', 1],
  ['', 0],
])('%j takes %i columns', (text, width) => expect(textWidth(text)).toBe(width));

test('a text is never wider than its column, and a cell is exactly as wide', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 40 }), (text, width) => {
      expect(textWidth(fitText(text, width))).toBeLessThanOrEqual(width);
      expect(textWidth(padText(text, width))).toBe(width);
      expect(fitText(text, width)).not.toMatch(/[\n\r\t\u001B\u202E]/u);
    }),
  );
});

test('what is cut says so; nothing is cut in half', () => {
  expect(fitText('a long text', 7)).toBe('a long…');
  expect(fitText('東京東京', 4)).toBe('東…');
  expect(fitText('two\n  lines', 20)).toBe('two lines');
  expect(padText('7 ms', 6, 'right')).toBe('  7 ms');
});
