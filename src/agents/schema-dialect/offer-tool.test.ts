import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../tools/json-object.ts';
import { refusal } from './dialect-checks.test-support.ts';
import { offerTool, type ToolOffer } from './offer-tool.ts';
import { oddTools } from './odd-tools.test-support.ts';
import { dialectAt, type SchemaDialect } from './schema-dialect.ts';

const dialects = [
  'openai',
  'openai-strict',
  'anthropic',
  'gemini',
] as const satisfies readonly SchemaDialect[];

describe.each(dialects)('for %s', (dialect) => {
  test('each odd tool takes the form that was agreed, or is dropped for the reason that was', async () => {
    const lines = oddTools.map(([title, tool]) => `${title}\n  ${cut(shown(offerTool(tool, dialect)))}\n`);
    await expect(lines.join('')).toMatchFileSnapshot(`./goldens/${dialect}.txt`);
  });

  test.each(oddTools)('the provider would take the form of: %s', (_, tool) => {
    const offer = offerTool(tool, dialect);
    expect(offer.type === 'offered' ? refusal(offer.tool, dialect) : undefined).toBeUndefined();
  });

  test('the definition of the server is not touched', () => {
    const before = JSON.stringify(oddTools);
    for (const [, tool] of oddTools) offerTool(tool, dialect);
    expect(JSON.stringify(oddTools)).toBe(before);
  });

  test('whatever the schema is, the provider takes it or the tool is dropped', () => {
    fc.assert(
      fc.property(anySchema, (inputSchema) => {
        const offer = offerTool({ name: 'tool', description: '', inputSchema }, dialect);
        if (offer.type === 'offered') expect(refusal(offer.tool, dialect)).toBeUndefined();
      }),
    );
  });
});

/** Anything that has the words of a schema, rightly or wrongly used. */
const { anySchema, sound, soundPart } = fc.letrec<{
  anySchema: JsonObject;
  anyValue: unknown;
  sound: JsonObject;
  soundPart: unknown;
}>((tie) => ({
  anyValue: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      2.5,
      '',
      'a',
      'object',
      'array',
      'string',
      '#',
      '#/$defs/a',
      '\ud800',
    ),
    fc.array(tie('anyValue'), { maxLength: 3 }),
    tie('anySchema'),
  ),
  anySchema: fc.dictionary(
    fc.constantFrom(
      ...'type properties required items anyOf oneOf allOf not enum const $ref $defs a b additionalProperties'.split(
        ' ',
      ),
      ...'prefixItems patternProperties minimum exclusiveMinimum minLength maxItems pattern description'.split(
        ' ',
      ),
      ...'nullable default format __proto__ toString'.split(' '),
    ),
    tie('anyValue'),
    { maxKeys: 5, noNullPrototype: true },
  ),
  soundPart: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constantFrom<unknown>(
      true,
      { type: 'string' },
      { type: ['integer', 'null'] },
      { enum: ['x', 1, null] },
      { const: 'x' },
    ),
    fc.constantFrom<unknown>(
      { $ref: '#/$defs/a' },
      { type: 'integer', minimum: 1 },
      { type: 'string', maxLength: 1 },
    ),
    fc.record({ type: fc.constant('array'), items: tie('soundPart') }),
    fc.record({ anyOf: fc.array(tie('soundPart'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('soundPart'), { minLength: 1, maxLength: 2 }) }),
    tie('sound'),
  ),
  sound: fc
    .tuple(
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('soundPart'), { noNullPrototype: true }),
      fc.constantFrom<JsonObject>({}, {}, { required: ['a'] }, { additionalProperties: false }),
      fc.constantFrom('anyOf', 'oneOf', 'allOf', undefined),
      fc.array(tie('soundPart'), { minLength: 1, maxLength: 2 }),
    )
    .map(([properties, more, word, parts]) => ({
      type: 'object',
      properties,
      ...more,
      ...(word === undefined ? {} : { [word]: parts }),
    })),
}));

/** Without choices at the top, which are merged: there the form of a model says less than it could. */
const root = fc
  .tuple(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(sound, soundPart), { noNullPrototype: true }),
    fc.constantFrom<JsonObject>({}, { required: ['a'] }, { additionalProperties: false }),
  )
  .map(([properties, more]): JsonObject => ({ type: 'object', properties, ...more }));

/** What is referred to; it refers to itself only one value deeper, or no check would come to an end. */
const target = fc.constantFrom<unknown>(
  { type: 'object', properties: { a: { $ref: '#/$defs/a' }, b: { type: 'integer' } } },
  { type: 'array', items: { $ref: '#/$defs/a' } },
  { type: 'string' },
);

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(null, true, 0, 1, 'x', 'long'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
  ),
})).value;

test.each(['openai', 'anthropic'] as const)(
  'for %s, arguments that are right are right by the offered form',
  (dialect) => {
    let right = 0;
    const ajv = new Ajv2020({ strict: false, logger: false });
    const args = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c'), json, { noNullPrototype: true }), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(root, target, args, (schema, a, values) => {
        const inputSchema = { ...schema, $defs: { a } };
        const offer = offerTool({ name: 'tool', description: '', inputSchema }, dialect);
        if (offer.type === 'dropped') return;
        const original = ajv.compile(inputSchema);
        const offered = ajv.compile(offer.tool.inputSchema ?? {});
        const fitting = values.filter((value) => original(value));
        right += fitting.length;
        expect(fitting.filter((value) => !offered(value))).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(right).toBeGreaterThan(20);
  },
);

const plain = { name: 'tool', description: 'Does something.', inputSchema: { type: 'object' } };

describe('the description', () => {
  const described = (description: string, dialect: SchemaDialect = 'openai'): string => {
    const offer = offerTool({ ...plain, description }, dialect);
    return offer.type === 'offered' ? offer.tool.description : offer.reason;
  };

  test.each([
    ['openai', 1_024],
    ['openai-strict', 1_024],
    ['anthropic', 2_048],
    ['gemini', 2_048],
  ] as const)('for %s is cut after %d characters', (dialect, length) => {
    const cutOff = described('😀'.repeat(500_000), dialect);
    expect(cutOff.length).toBeLessThanOrEqual(length);
    expect(cutOff.length).toBeGreaterThan(length - 3);
    expect(cutOff).toMatch(/^😀+…$/u);
  });

  test.each(['', '   \n\t ', '\u200b\u{e0041}', '\u001b[31m'])(
    'that says nothing is replaced: %j',
    (description) => {
      expect(described(description)).toBe('Its server does not describe it.');
    },
  );

  test('of an argument hides nothing either', () => {
    const properties = { a: { type: 'string', description: `The path.\u{e0041}\u202e </tools>` } };
    const offer = offerTool({ ...plain, inputSchema: { type: 'object', properties } }, 'openai');
    expect(offer).toMatchObject({
      tool: { inputSchema: { properties: { a: { description: 'The path. < /tools>' } } } },
    });
  });
});

test.each([
  ['', 'openai'],
  ['a b', 'openai'],
  ['a.b', 'anthropic'],
  ['x'.repeat(65), 'openai'],
  ['1a', 'gemini'],
] as const)('a tool of the name %j is dropped for %s', (name, dialect) => {
  expect(offerTool({ ...plain, name }, dialect)).toMatchObject({
    type: 'dropped',
    name,
    reason: expect.stringContaining('name'),
  });
});

test('a schema that nothing can be made of drops its tool, and nothing else happens', () => {
  let deep: unknown = {};
  for (let n = 0; n < 100_000; n += 1) deep = { not: deep, enum: [deep] };
  const offer = offerTool({ ...plain, inputSchema: { type: 'object', properties: { a: deep } } }, 'openai');
  expect(offer.type).toBe('offered');
  const inputSchema = {
    type: 'object',
    get properties(): never {
      throw new Error('no');
    },
  };
  expect(offerTool({ ...plain, inputSchema }, 'gemini')).toEqual({
    type: 'dropped',
    name: 'tool',
    reason: 'no',
  });
});

test.each([
  ['https://api.openai.com/v1', 'openai'],
  ['https://api.anthropic.com/v1', 'anthropic'],
  ['https://generativelanguage.googleapis.com/v1beta/openai', 'gemini'],
  ['https://openrouter.ai/api/v1', 'openai'],
  ['http://localhost:1234/v1', 'openai'],
  ['https://example.org/generativelanguage.googleapis.com', 'openai'],
])('a server at %s is spoken to as %s', (url, dialect) => {
  expect(dialectAt(url)).toBe(dialect);
});

function shown(offer: ToolOffer): string {
  if (offer.type === 'dropped') return `dropped: ${offer.reason}`;
  return offer.tool.inputSchema === undefined ? '(no parameters)' : JSON.stringify(offer.tool.inputSchema);
}

function cut(text: string): string {
  return text.length <= 1_500 ? text : `${text.slice(0, 1_500)}… (${text.length} characters)`;
}
