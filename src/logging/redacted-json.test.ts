import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mask, redactText } from './redact-text.ts';
import { redactedJson } from './redacted-json.ts';

const same = (text: string): string => text;

test('without secrets it reads back as what it was, whatever it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = redactedJson(value, same);
      expect(line).not.toMatch(/[\n\r\u007F-\u009F\u2028-\u202E\u2066-\u2069]/u);
      const plain = JSON.stringify(value);
      if (!/key|token|secret|pass|pwd/iu.test(plain)) expect(JSON.parse(line)).toEqual(JSON.parse(plain));
    }),
  );
});

test('with the real masks it stays JSON of the same form', () => {
  const hostile = fc.oneof(
    fc.constantFrom('sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7', 'password: "hunter2hunter2"', '\u202Eabc', '"', '\\'),
    fc.string(),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      hostile,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('any')),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'password', 'apiKey', 'text'), tie('any')),
  })).object;
  const shapeOf = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(shapeOf);
    if (typeof item === 'object' && item !== null) {
      return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, shapeOf(inner)]));
    }
    return typeof item;
  };
  fc.assert(
    fc.property(value, (given) => {
      expect(shapeOf(JSON.parse(redactedJson(given, redactText)))).toEqual(
        shapeOf(JSON.parse(JSON.stringify(given))),
      );
    }),
  );
});

test('what a name calls secret is masked whatever it looks like; numbers and structure stay', () => {
  const value = {
    password: 'short',
    nested: [{ API_KEY: 'correct horse battery staple', count: 12345678 }],
    token: 12345678,
    empty: { secret: '' },
    keys: 'of a map',
  };
  expect(JSON.parse(redactedJson(value, redactText))).toEqual({
    password: mask,
    nested: [{ API_KEY: mask, count: 12345678 }],
    token: 12345678,
    empty: { secret: '' },
    keys: 'of a map',
  });
});

test('a secret as a name is masked', () => {
  const line = redactedJson({ files: { 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7': 1 } }, redactText);
  expect(JSON.parse(line)).toEqual({ files: { [mask]: 1 } });
});

test('characters that control a terminal are escapes', () => {
  expect(redactedJson('a\u007Fb', same)).toBe(String.raw`"a\u007fb"`);
  expect(redactedJson('\u0085', same)).toBe(String.raw`"\u0085"`);
  expect(redactedJson('\u001B[2J \u009B31m \u202Etxt.exe\u2028', same)).toBe(
    String.raw`"\u001b[2J \u009b31m \u202etxt.exe\u2028"`,
  );
});
