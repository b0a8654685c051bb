import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loggableValue } from './loggable-value.ts';
import { mask, redactText } from './redact-text.ts';
import { TextCleaner } from './text-cleaner.ts';

const limits = { total: 4_000, text: 1_000 };
const copy = (value: unknown, total = limits.total): unknown =>
  loggableValue(value, new TextCleaner(redactText, 100), { ...limits, total });
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(copy(value)) ?? 'null');

test('a small value is copied as it is', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom('a', 'ü', ' ', '"', '\n') }),
      (value) => {
        const text = JSON.stringify(value);
        fc.pre(text.length < 1_000);
        expect(json(value)).toEqual(JSON.parse(text));
      },
    ),
  );
});

test('any value gives JSON of bounded size, and never throws', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 50 }), (value) => {
      const text = JSON.stringify(copy(value, 500));
      // Each character may be an escape of six, each item has its own structure.
      expect(text.length).toBeLessThan(500 * 8 + 1_000);
    }),
  );
});

describe('what would break a plain copy', () => {
  const circular: Record<string, unknown> = { name: 'x' };
  circular['self'] = circular;
  const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown;
  let deeper: unknown = 'end';
  for (let level = 0; level < 100_000; level += 1) deeper = { next: deeper };
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );
  const getter = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });

  test.each([
    ['circular', circular],
    ['deep', deep],
    ['100,000 levels', deeper],
    ['a proxy that throws', hostile],
    ['a getter that throws', getter],
    ['an error', Object.assign(new Error('message'), { extra: 1 })],
    ['bytes', new Uint8Array(10_000_000)],
    ['a wide list', Array.from({ length: 1_000_000 }, () => 1)],
    ['a date that is none', new Date(Number.NaN)],
    ['10n', 10n],
    ['nothing', undefined],
    ['a function', () => 1],
    ['lone surrogates', '\uD800x\uDFFF'],
  ])('%s', (_, value) => {
    expect(JSON.stringify([copy(value)]).length).toBeLessThan(10_000);
  });
});

test('the name of a value decides too, and holds for all below it', () => {
  expect(
    json({
      password: 'short',
      api_key: ['one', { x: 'two' }],
      Authorization: 'Custom abc',
      'set-cookie': 'sid=1',
      empty: { secret: '' },
      token: 5,
      tokens: 'three',
    }),
  ).toEqual({
    password: mask,
    api_key: [mask, { x: mask }],
    Authorization: mask,
    'set-cookie': mask,
    empty: { secret: '' },
    token: 5,
    tokens: 'three',
  });
});

test('a secret as a name is masked; __proto__ is a name like any other', () => {
  const value = JSON.parse('{"__proto__": {"x": "y"}, "sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7": 1}') as unknown;
  expect(JSON.stringify(copy(value))).toBe(`{"__proto__":{"x":"y"},"${mask}":1}`);
});

test('binary content is told by its type and size', () => {
  const data = Buffer.from('hello').toString('base64');
  expect(
    json([
      { type: 'image', data, mimeType: 'image/png' },
      { type: 'audio', data },
      { uri: 'file:///x', blob: data, mimeType: 'no type\u001B' },
      { data: 'a text', other: 1 },
    ]),
  ).toEqual([
    { type: 'image', data: '<image/png 5 B sha256:2cf24dba5fb0a30e>', mimeType: 'image/png' },
    { type: 'audio', data: '<application/octet-stream 5 B sha256:2cf24dba5fb0a30e>' },
    {
      uri: 'file:///x',
      blob: '<application/octet-stream 5 B sha256:2cf24dba5fb0a30e>',
      mimeType: 'no type\u001B',
    },
    { data: 'a text', other: 1 },
  ]);
});

test('what is left out is told by its number', () => {
  const cleaner = new TextCleaner(redactText, 100);
  const value = { list: Array.from({ length: 500 }, (_, index) => `item ${index}`), after: 'x' };
  const copied = loggableValue(value, cleaner, { total: 100, text: 50 }) as { list: string[]; '…': string };
  expect(copied.list[0]).toBe('item 0');
  expect(copied.list.at(-1)).toMatch(/^… \d+ more$/u);
  expect(copied['…']).toBe('1 more');
  expect(cleaner.takeCounts().cut).toBe(true);
});
