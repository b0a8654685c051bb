import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../runtime/system-clock.ts';
import { assessSchema } from './assess-schema.ts';
import { createGuardedValidator } from './guarded-validator.ts';
import { createSchemaCompiler } from './compile-schema.ts';

const object = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  type: 'object',
  properties,
  ...more,
});
const list = Array.from({ length: 9 }, () => ({ type: 'string' }));
const wide = (depth: number): unknown => (depth === 0 ? true : { anyOf: [wide(depth - 1), wide(depth - 1)] });

/** A reference to a reference, each twice: small to read, without end to check. */
const doubling = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [
    `n${n}`,
    { allOf: n === 0 ? [true] : [{ $ref: `#/$defs/n${n - 1}` }, { $ref: `#/$defs/n${n - 1}` }] },
  ]),
);

describe('harmless is', () => {
  test.each([
    ['one that says nothing', {}],
    ['a plain one', object({ path: { type: 'string', minLength: 1 } }, { required: ['path'] })],
    ['one whose formats nobody checks', object({ at: { type: 'string', format: 'date-time' } })],
    ['one with properties that have names of keywords', object({ pattern: { type: 'string' }, $id: {} })],
    ['one with choices', object({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } })],
    ['one that refers to its parts', object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: object({}) } })],
    ['one with different texts', object({ a: { items: { type: 'string' }, uniqueItems: true } })],
    ['one of draft 4', object({ n: { minimum: 0, exclusiveMinimum: true } })],
    ['one with a tuple', object({ n: { type: 'array', items: list } })],
  ])('%s', (_, schema) => {
    expect(assessSchema(schema).type).toBe('harmless');
  });
});

describe('guarded is', () => {
  test.each([
    ['one with a pattern', object({ a: { pattern: '^a' } })],
    ['one with patterns for names', { patternProperties: { '^a': true } }],
    ['one that refers to itself', object({ child: { $ref: '#' } })],
    ['one that refers in a circle', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }],
    ['one that refers to what is not there', { $ref: '#/$defs/a' }],
    ['one that refers elsewhere', { $ref: 'http://localhost/a.json' }],
    ['one that refers by an escaped path', { $ref: '#/$defs/a~1b', $defs: { 'a/b': true } }],
    ['one with an id inside', object({ a: { $id: 'x' } })],
    ['one with a dynamic reference', object({ a: { $dynamicRef: '#x' } })],
    ['one that compares each with each', object({ a: { items: {}, uniqueItems: true } })],
    ['one with many choices', object({ a: wide(9) })],
    ['one whose references multiply', object({ a: { $ref: '#/$defs/n11' } }, { $defs: doubling })],
    ['one with many values', object({ a: { enum: Array.from({ length: 2_000 }, (_, n) => `v${n}`) } })],
    ['one that is malformed', object({ a: 5 })],
    ['one whose names are no map', { properties: [] }],
  ])('%s', (_, schema) => {
    expect(assessSchema(schema as Record<string, unknown>).type).toBe('guarded');
  });
});

test('the weight counts what is checked, with references written out', () => {
  const weight = (schema: Record<string, unknown>): unknown => {
    const assessment = assessSchema(schema);
    return assessment.type === 'harmless' ? assessment.weight : assessment.type;
  };
  expect(weight({})).toBe(1);
  expect(weight(object({ a: {}, b: true }))).toBe(3);
  const $defs = { x: object({ a: {} }), unused: object({ a: {}, b: {} }) };
  expect(weight(object({ a: { $ref: '#/$defs/x' }, b: { $ref: '#/$defs/x' } }, { $defs }))).toBe(7);
});

test('anything that is JSON is assessed, and what is harmless is checked alike in both threads', async () => {
  const names = fc.constantFrom('a', 'b', '__proto__', 'toString', 'valueOf');
  const { schema, value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 0, 1.5, '', 'abc'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.boolean(),
      fc.record({ type: fc.constantFrom('string', 'integer', 'object', 'array', ['string', 'null']) }),
      fc.record({ enum: fc.array(tie('value'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ minLength: fc.nat(4), maxItems: fc.nat(2) }),
      fc.record({ items: tie('schema'), uniqueItems: fc.boolean() }),
      fc.record({
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
        required: fc.constant(['a']),
      }),
      fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
      fc
        .tuple(tie('schema'), tie('schema'), tie('schema'))
        .map(([if_, then, not]) =>
          Object.fromEntries(Object.entries({ if: if_, not }).concat([['then', then]])),
        ),
    ),
  }));
  const guarded = createGuardedValidator({ clock: systemClock });
  const compile = createSchemaCompiler(true);
  await fc.assert(
    fc.asyncProperty(schema, value, async (inner, a) => {
      const whole = { properties: { a: inner } };
      const assessment = assessSchema(whole);
      expect(assessment.type).not.toBe('unusable');
      if (assessment.type !== 'harmless') return;
      // The library itself refuses some, such as a list of values that has one twice.
      const here = await compile(whole).then((check) => check({ a }), String);
      const there = await guarded(whole, { a }).catch(String);
      expect(there).toEqual(here);
    }),
  );
});
