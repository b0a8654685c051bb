import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaArguments } from './schema-arguments.ts';

const text = { type: 'string' };
const named = (schema: unknown): readonly string[] =>
  schemaArguments(schema).list.map(({ name, depth }) => `${name}@${depth}`);

describe('arguments are found', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['at the top', { properties: { a: text, b: text } }, ['a@0', 'b@0']],
    ['in an object', { properties: { a: { properties: { b: text } } } }, ['a@0', 'b@1']],
    ['in a list', { properties: { a: { items: { properties: { b: text } } } } }, ['a@0', 'b@1']],
    ['in a tuple', { properties: { a: { prefixItems: [{ properties: { b: text } }] } } }, ['a@0', 'b@1']],
    [
      'in a choice',
      { anyOf: [{ properties: { a: text } }, { oneOf: [{ properties: { b: text } }] }] },
      ['b@0', 'a@0'],
    ],
    ['in parts', { allOf: [{ properties: { a: text } }], properties: { b: text } }, ['b@0', 'a@0']],
    ['in a condition', { if: {}, else: { properties: { a: text } } }, ['a@0']],
    ['by reference', { $ref: '#/$defs/x~1y', $defs: { 'x/y': { properties: { a: text } } } }, ['a@0']],
    [
      'under open names',
      { properties: { a: { additionalProperties: { properties: { b: text } } } } },
      ['a@0', 'b@1'],
    ],
    ['under patterns', { patternProperties: { '^x': { properties: { a: text } } } }, ['a@0']],
  ])('%s', (_, schema, names) => {
    expect(named(schema)).toEqual(names);
    expect(schemaArguments(schema).complete).toBe(true);
  });
});

describe('what an argument may be', () => {
  const of = (schema: unknown) => schemaArguments({ properties: { a: schema } }).list[0];
  test.each<[unknown, boolean, readonly string[] | undefined]>([
    [text, true, undefined],
    [{ type: 'number' }, false, undefined],
    [{ type: 'boolean' }, false, undefined],
    [{ type: ['string', 'null'] }, true, undefined],
    [{ type: 'array', items: text }, true, undefined],
    [{ type: 'array', items: { type: 'integer' } }, false, undefined],
    [{ type: 'array' }, true, undefined],
    [{ type: 'object' }, true, undefined],
    [{ type: 'object', properties: { b: text } }, false, undefined],
    [{ type: 'object', additionalProperties: text }, true, undefined],
    [{ type: 'object', additionalProperties: false }, false, undefined],
    [{}, true, undefined],
    [true, false, undefined],
    [{ enum: ['x', 'y'] }, true, ['x', 'y']],
    [{ const: 'x' }, true, ['x']],
    [{ enum: [1, 2] }, false, undefined],
    [{ anyOf: [{ const: 'x' }, { enum: ['y', null] }] }, true, ['y', 'x']],
    [{ anyOf: [{ enum: ['x'] }, text] }, true, undefined],
    [{ $ref: '#/properties/b' }, true, undefined],
  ])('%j', (schema, isText, values) => {
    const root = { properties: { a: schema, b: text } };
    const found = schemaArguments(root).list[0];
    expect({ text: found?.text, values: found?.values }).toEqual({ text: isText, values });
  });

  test('a switch and a required one are told from others', () => {
    expect(of({ type: 'boolean' })?.flag).toBe(true);
    expect(of(text)).toMatchObject({ flag: false, required: false });
    expect(schemaArguments({ properties: { a: text }, required: ['a'] }).list[0]?.required).toBe(true);
  });
});

describe('what cannot be looked at is reported', () => {
  test.each<[string, unknown]>([
    ['another document', { $ref: 'https://example.org/schema.json' }],
    ['a reference to nothing', { properties: { a: { $ref: '#/$defs/none' } } }],
    ['an anchor', { properties: { a: { $ref: '#here' } } }],
    ['a name that objects have', { $ref: '#/constructor' }],
    ['depth', nested(40)],
    ['size', { properties: Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`p${at}`, text])) }],
  ])('%s', (_, schema) => {
    expect(schemaArguments(schema).complete).toBe(false);
  });

  test('what refers to itself is complete', () => {
    const tree = { properties: { name: text, children: { type: 'array', items: { $ref: '#' } } } };
    expect(schemaArguments(tree)).toMatchObject({ complete: true });
    expect(named(tree)).toEqual(['name@0', 'children@0']);
  });
});

function nested(depth: number): unknown {
  let schema: unknown = text;
  for (let level = 0; level < depth; level += 1) schema = { properties: { a: schema } };
  return schema;
}

const keywords = `type properties items anyOf oneOf allOf $ref $defs enum const required additionalProperties
  patternProperties prefixItems then else dependentSchemas __proto__`;
const keyword = fc.constantFrom(...keywords.split(/\s+/u));
const { hostile } = fc.letrec((tie) => ({
  hostile: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom('#', '#/properties', '#/$defs/a', '#/a/b', 'string', 'object', null, true, 0, ''),
    fc.array(tie('hostile'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(keyword, fc.constantFrom('a', 'path', 'constructor')), tie('hostile'), {
      maxKeys: 5,
      noNullPrototype: false,
    }),
  ),
}));

test('nothing throws, whatever stands for a schema', () => {
  fc.assert(
    fc.property(hostile, (schema) => {
      const { list, complete } = schemaArguments(schema);
      expect(typeof complete).toBe('boolean');
      for (const { name, values } of list)
        expect([typeof name, Array.isArray(values ?? [])]).toEqual(['string', true]);
    }),
  );
});

describe('a schema made to take for ever is done in a moment', () => {
  test.each<[string, () => unknown]>([
    ['100,000 levels of properties', () => nested(100_000)],
    ['lists in lists', () => wrap(100_000, (items) => ({ type: 'array', items }))],
    ['choices in choices', () => wrap(100_000, (inner) => ({ anyOf: [inner] }))],
    ['a choice of a million', () => ({ anyOf: Array.from({ length: 1_000_000 }, () => text) })],
    ['a million values', () => ({ properties: { a: { enum: Array.from({ length: 1_000_000 }, String) } } })],
    [
      'a million arguments',
      () => ({ properties: Object.fromEntries(Array.from({ length: 300_000 }, (_, at) => [`p${at}`, {}])) }),
    ],
    ['doubling references', () => doubling(60)],
    [
      'circles',
      () => ({
        properties: { a: { $ref: '#/$defs/a' } },
        $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
      }),
    ],
  ])('%s', (_, make) => {
    expect(schemaArguments(make()).list.length).toBeLessThanOrEqual(10_000);
  });
});

function wrap(depth: number, around: (inner: unknown) => unknown): unknown {
  let schema: unknown = text;
  for (let level = 0; level < depth; level += 1) schema = around(schema);
  return { properties: { a: schema } };
}

/** Each step refers to the next one twice: 2^steps ways through it. */
function doubling(steps: number): unknown {
  const next = (at: number) => ({
    anyOf: [{ $ref: `#/$defs/d${at + 1}` }, { items: { $ref: `#/$defs/d${at + 1}` } }],
  });
  return {
    properties: { a: { $ref: '#/$defs/d0' } },
    $defs: Object.fromEntries([
      ...Array.from({ length: steps }, (_, at) => [`d${at}`, next(at)] as const),
      [`d${steps}`, text] as const,
    ]),
  };
}
