import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneLine, visibleText } from './visible-text.ts';

/** What a terminal would act on: controls but tab and line feed, and what reorders or breaks lines unseen. */
const acting = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u;

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001B[31m',
        '\u001B[2J',
        '\u001B]0;title\u0007',
        '\u001B]8;;http://x\u001B\\',
        '\u009B1A',
        '\u001B',
      ),
      fc.constantFrom(
        '\r',
        '\r\n',
        '\b',
        '\u0000',
        '\u202E',
        '\u2067',
        '\u200F',
        '\u2028',
        '\n',
        '\t',
        'text',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  )
  .map((parts) => parts.join(''));

describe('visibleText', () => {
  test('leaves nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(visibleText(text)).not.toMatch(acting);
      }),
      { numRuns: 1_000 },
    );
  });

  test('leaves ordinary text of every script as it is', () => {
    const text = 'Zażółć gęślą jaźń\n\tΑλφάβητο 日本語 עברית العربية 👩‍👩‍👧 ¡olé! “q” – … №';
    expect(visibleText(text)).toBe(text);
  });

  test.each([
    ['a\u001B[31mred\u001B[0m', 'ared'],
    ['a\u001B]8;;http://evil\u0007link\u001B]8;;\u0007', 'alink'],
    ['one\r\ntwo', 'one\ntwo'],
    ['safe\rEVIL', 'safe\uFFFDEVIL'],
    ['exe.\u202Etxt', 'exe.\uFFFDtxt'],
    ['\u001B', '\uFFFD'],
  ])('%j is shown as %j', (text, expected) => {
    expect(visibleText(text)).toBe(expected);
  });

  test.each([
    '\u001B',
    '\u001B[',
    '\u001B]',
    '\u001B]8;;',
    '\u009B',
    '\u001B;',
    ';a',
    '\u001B[1;',
    '\r',
    '\u001B(;',
  ])('a megabyte of %j is done in a moment', (piece) => {
    expect(visibleText(piece.repeat(Math.ceil(1_000_000 / piece.length)))).not.toMatch(acting);
  });
});

describe('oneLine', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly 10', 10, 'exactly 10'],
    ['longer than that', 10, 'longer th…'],
    ['  first  \nsecond', 20, 'first…'],
    ['word word word', 6, 'word…'],
    ['', 5, ''],
    ['anything', 0, 'a…'],
    ['anything', -7, 'a…'],
  ])('%j in %i characters is %j', (text, width, expected) => {
    expect(oneLine(text, width)).toBe(expected);
  });

  test('is one line that fits, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 2, max: 40 }), (text, width) => {
        const line = oneLine(text, width);
        expect(line).not.toMatch(acting);
        expect(line).not.toContain('\n');
        expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});
