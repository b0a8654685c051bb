import { expect, test } from 'vitest';
import { createSchemaValidator } from './schema-validator.ts';

const draft = (name: string): string =>
  name.startsWith('draft')
    ? `http://json-schema.org/${name}/schema#`
    : `https://json-schema.org/draft/${name}/schema`;

const weather = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 2 }, days: { type: 'integer', maximum: 7 } },
  required: ['city'],
  additionalProperties: false,
};

test.each([
  undefined,
  draft('draft-04'),
  draft('draft-07'),
  draft('2019-09'),
  draft('2020-12'),
  'https://example.org/own',
])('a schema of %s is used', async ($schema) => {
  const validate = createSchemaValidator();
  const schema = $schema === undefined ? weather : { $schema, ...weather };
  expect(await validate(schema, { city: 'Oslo', days: 3 })).toEqual([]);
  expect(await validate(schema, { city: 'O', days: 8, extra: 1 })).toEqual([
    'arguments must NOT have additional properties (extra)',
    'city must NOT have fewer than 2 characters',
    'days must be <= 7',
  ]);
});

test('what only an older or a newer draft has is understood in its draft', async () => {
  const validate = createSchemaValidator();
  const pair = { type: 'array', items: [{ type: 'string' }, { type: 'number' }] };
  const old = { $schema: draft('draft-07'), type: 'object', properties: { pair } };
  expect(await validate(old, { pair: ['a', 1] })).toEqual([]);
  expect(await validate(old, { pair: [1, 'a'] })).toHaveLength(2);
  const newer = {
    type: 'object',
    properties: { pair: { type: 'array', prefixItems: [{ type: 'string' }] } },
    dependentRequired: { a: ['b'] },
  };
  expect(await validate(newer, { pair: [1] })).toHaveLength(1);
  expect(await validate(newer, { a: 1 })).toHaveLength(1);
});

test('a schema that does not say its draft may be of an older one', async () => {
  const validate = createSchemaValidator();
  const schema = { type: 'object', properties: { pair: { items: [{ type: 'string' }] } } };
  expect(await validate(schema, { pair: [1] })).toEqual(['pair.0 must be string']);
});

test.each([
  ['a type that does not exist', { type: 'nonsense' }],
  ['a reference to the network', { $ref: 'http://localhost/schema.json' }],
  ['a pattern that is none', { type: 'object', properties: { a: { pattern: '(' } } }],
])('%s makes the schema unusable, and says so each time', async (_, schema) => {
  const validate = createSchemaValidator();
  await expect(validate(schema, {})).rejects.toMatchObject({ code: 'MG1504' });
  await expect(validate(schema, {})).rejects.toMatchObject({ code: 'MG1504' });
});

test('a pattern without end does not stop the program', async () => {
  const validate = createSchemaValidator();
  const schema = { type: 'object', properties: { name: { type: 'string', pattern: '^(a+)+$' } } };
  expect(await validate(schema, { name: 'aaa' })).toEqual([]);
  await expect(validate(schema, { name: `${'a'.repeat(60)}!` })).rejects.toMatchObject({
    code: 'MG1504',
    message: expect.stringContaining('longer than 1000 ms'),
  });
  expect(await validate(schema, { name: 'b' })).toHaveLength(1);
});

test('a schema that takes for ever to compile is tried once', async () => {
  const nest = (depth: number): unknown =>
    depth === 0 ? { type: 'string' } : { anyOf: [nest(depth - 1), nest(depth - 1)] };
  const schema = { type: 'object', properties: { a: nest(14) } };
  let read = 0;
  const counted = new Proxy(schema, {
    ownKeys: (target) => {
      read += 1;
      return Reflect.ownKeys(target);
    },
  });
  const validate = createSchemaValidator();
  await expect(validate(counted, {})).rejects.toMatchObject({ code: 'MG1504' });
  const once = read;
  await expect(validate(counted, {})).rejects.toMatchObject({ code: 'MG1504' });
  expect(read).toBe(once);
});

test('names that objects have are names like others', async () => {
  const validate = createSchemaValidator();
  const closed = { type: 'object', additionalProperties: false };
  expect(await validate(closed, JSON.parse('{"__proto__":1}'))).toEqual([
    'arguments must NOT have additional properties (__proto__)',
  ]);
  expect(await validate({ type: 'object', required: ['toString'] }, {})).toHaveLength(1);
});

test('values are checked, never changed', async () => {
  const validate = createSchemaValidator();
  const value = { days: '3' };
  const schema = { type: 'object', properties: { days: { type: 'integer' }, city: { default: 'Oslo' } } };
  expect(await validate(schema, value)).toEqual(['days must be integer']);
  expect(value).toEqual({ days: '3' });
});
