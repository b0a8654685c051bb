import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../runtime/system-clock.ts';
import { createSchemaValidator, type SchemaValidator } from './schema-validator.ts';

const validator = (limits: { readonly limitMs?: number; readonly idleMs?: number } = {}): SchemaValidator =>
  createSchemaValidator({ clock: systemClock, ...limits });

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
  const validate = validator();
  const schema = $schema === undefined ? weather : { $schema, ...weather };
  expect(await validate(schema, { city: 'Oslo', days: 3 })).toEqual([]);
  expect(await validate(schema, { city: 'O', days: 8, extra: 1 })).toEqual([
    'arguments must NOT have additional properties (extra)',
    'city must NOT have fewer than 2 characters',
    'days must be <= 7',
  ]);
});

test('what only an older or a newer draft has is understood in its draft', async () => {
  const validate = validator();
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
  const validate = validator();
  const schema = { type: 'object', properties: { pair: { items: [{ type: 'string' }] } } };
  expect(await validate(schema, { pair: [1] })).toEqual(['pair.0 must be string']);
});

test.each([
  ['a type that does not exist', { type: 'nonsense' }],
  ['a reference to the network', { $ref: 'http://localhost/schema.json' }],
  ['a pattern that is none', { type: 'object', properties: { a: { pattern: '(' } } }],
])('%s makes the schema unusable, and says so each time', async (_, schema) => {
  const validate = validator();
  await expect(validate(schema, {})).rejects.toMatchObject({ code: 'MG1504' });
  await expect(validate(schema, {})).rejects.toMatchObject({ code: 'MG1504' });
});

describe('a schema that takes too long', () => {
  const endless = (): Record<string, unknown> => ({
    type: 'object',
    properties: { name: { type: 'string', pattern: '^(a+)+$' } },
  });
  const trap = { name: `${'a'.repeat(60)}!` };

  test('is ended, the rest of the program goes on meanwhile, and its other checks are done', async () => {
    const validate = validator({ limitMs: 100 });
    const schema = endless();
    expect(await validate(schema, { name: 'aaa' })).toEqual([]);
    const order: string[] = [];
    const stuck = validate(schema, trap).catch((error: unknown) => {
      order.push('ended');
      return error;
    });
    await setImmediate();
    order.push('the program went on');
    expect(await stuck).toMatchObject({
      code: 'MG1504',
      message: expect.stringContaining('a check by it took longer than 100 ms'),
    });
    expect(order).toEqual(['the program went on', 'ended']);
    expect(await validate(schema, { name: 'b' })).toHaveLength(1);
  });

  test('does not touch the checks that wait behind it', async () => {
    const validate = validator({ limitMs: 100 });
    const other = { type: 'object', properties: { name: { pattern: '^b$' } } };
    const all = await Promise.allSettled([
      validate(other, { name: 'b' }),
      validate(endless(), trap),
      validate(other, { name: 'b' }),
      validate(other, { name: 'c' }),
      validate(endless(), trap),
      validate(endless(), { name: 'a' }),
    ]);
    expect(all.map((one) => (one.status === 'fulfilled' ? one.value.length : 'ended'))).toEqual([
      0,
      'ended',
      0,
      1,
      'ended',
      0,
    ]);
  });

  test('is not tried a fourth time', async () => {
    const validate = validator({ limitMs: 30 });
    const schema = endless();
    for (let time = 0; time < 3; time += 1) await expect(validate(schema, trap)).rejects.toThrow('longer');
    const threads = countThreads();
    await expect(validate(schema, { name: 'aaa' })).rejects.toThrow('longer than 30 ms');
    expect(threads()).toBe(0);
  });

  test('when it is compiled is tried once', async () => {
    const nest = (depth: number): unknown =>
      depth === 0 ? { type: 'string' } : { anyOf: [nest(depth - 1), nest(depth - 1)] };
    const schema = { type: 'object', properties: { a: nest(11) } };
    const validate = validator({ limitMs: 50 });
    await expect(validate(schema, {})).rejects.toMatchObject({
      code: 'MG1504',
      message: expect.stringContaining('compiling it took longer than 50 ms'),
    });
    const threads = countThreads();
    await expect(validate(schema, {})).rejects.toMatchObject({ code: 'MG1504' });
    expect(threads()).toBe(0);
  });

  test('when it needs too much memory is ended as well', async () => {
    const validate = validator({ limitMs: 60_000 });
    // Each reference is checked twice over by the one before it, and each failure is kept.
    const $defs = Object.fromEntries(
      Array.from({ length: 26 }, (_, n) => [
        `n${n}`,
        n === 0
          ? { minLength: 9 }
          : { allOf: [{ $ref: `#/$defs/n${n - 1}` }, { $ref: `#/$defs/n${n - 1}` }] },
      ]),
    );
    const schema = { type: 'object', properties: { a: { $ref: '#/$defs/n25' } }, $defs };
    await expect(validate(schema, { a: '' })).rejects.toMatchObject({
      code: 'MG1504',
      message: expect.stringMatching(/memory|call stack/u),
    });
    expect(await validate(endless(), { name: 'aaa' })).toEqual([]);
  });

  /** How many threads were started since. */
  function countThreads(): () => number {
    let count = 0;
    const listener = (): void => void (count += 1);
    process.on('worker', listener);
    onTestFinished(() => void process.off('worker', listener));
    return () => count;
  }
});

test('a thread that nobody needs ends, and a new one takes the next check', async () => {
  const validate = validator({ idleMs: 1 });
  const schema = { type: 'object', properties: { name: { pattern: '^b$' } } };
  const ended = new Promise((resolve) => {
    process.once('worker', (worker) => worker.once('exit', resolve));
  });
  expect(await validate(schema, { name: 'b' })).toEqual([]);
  await ended;
  expect(await validate(schema, { name: 'c' })).toEqual(['name must match pattern "^b$"']);
});

test.each([
  ['is too large', { properties: { a: { description: 'x'.repeat(300_000) } } }, '262144 characters'],
  ['has too many parts', { allOf: Array.from({ length: 10_001 }, () => ({})) }, '10000 parts'],
  ['is nested too deeply', nested(500), '64 levels deep'],
  ['is nested without end', nested(100_000), '64 levels deep'],
])('a schema that %s is unusable', async (_, schema, words) => {
  await expect(validator()(schema, {})).rejects.toMatchObject({
    code: 'MG1504',
    message: expect.stringContaining(words),
  });
});

function nested(depth: number): Record<string, unknown> {
  let schema: Record<string, unknown> = {};
  for (let n = 0; n < depth; n += 1) schema = { not: schema };
  return schema;
}

describe.each([
  ['a harmless schema', { type: 'object' }],
  ['another schema', { type: 'object', properties: { b: { pattern: 'b' } } }],
])('by %s', (_, schema) => {
  test('arguments that are nested too deeply do not fit', async () => {
    let deep: unknown = 1;
    for (let n = 0; n < 100_000; n += 1) deep = [deep];
    expect(await validator()(schema, { deep })).toEqual(['arguments are nested more than 64 levels deep']);
  });

  test('large arguments are checked', async () => {
    const large = {
      text: 'x'.repeat(1_000_000),
      list: Array.from({ length: 300_000 }, (__, index) => index),
    };
    expect(await validator()(schema, large)).toEqual([]);
  });
});

test('a schema cannot say that its checks come later, and so let anything pass', async () => {
  const schema = { $async: true, type: 'object', required: ['a'] };
  expect(await validator()(schema, {})).toEqual(["arguments must have required property 'a'"]);
});

test('a schema of draft 4 with limits of its kind is used', async () => {
  const n = { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false };
  const validate = validator();
  const schema = { type: 'object', properties: { n } };
  expect(await validate(schema, { n: 5 })).toEqual([]);
  expect(await validate(schema, { n: 0 })).toEqual(['n must be > 0']);
  expect(await validate(schema, { n: 6 })).toEqual(['n must be <= 5']);
});

test('says which values are allowed', async () => {
  const schema = { type: 'object', properties: { a: { enum: ['x', null, 3] }, b: { const: 'y' } } };
  expect(await validator()(schema, { a: 1, b: 1 })).toEqual([
    'a must be equal to one of the allowed values ("x", null, 3)',
    'b must be equal to constant ("y")',
  ]);
});

test('problems are few and short, whatever the arguments are', async () => {
  const schema = { type: 'object', additionalProperties: { type: 'string' }, properties: {} };
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${n}${'x'.repeat(1_000)}`, n]));
  const problems = await validator()(schema, many);
  expect(problems).toHaveLength(20);
  expect(Math.max(...problems.map(({ length }) => length))).toBeLessThanOrEqual(300);
});

test('an id in the schema of one tool means nothing in that of another', async () => {
  const validate = validator();
  const own = { type: 'object', $defs: { x: { $id: 'https://example.org/x', const: 1 } } };
  expect(await validate(own, {})).toEqual([]);
  const other = { type: 'object', properties: { a: { $ref: 'https://example.org/x' } } };
  await expect(validate(other, { a: 1 })).rejects.toMatchObject({ code: 'MG1504' });
});

test.each([
  ['harmless', {}],
  ['other', { properties: { b: { pattern: 'b' } } }],
])('names that objects have are names like others, by %s schemas', async (_, more) => {
  const validate = validator();
  const closed = { type: 'object', additionalProperties: false, ...more };
  expect(await validate(closed, JSON.parse('{"__proto__":1}'))).toEqual([
    'arguments must NOT have additional properties (__proto__)',
  ]);
  expect(await validate({ type: 'object', required: ['toString'], ...more }, {})).toHaveLength(1);
});

test('values are checked, never changed', async () => {
  const validate = validator();
  const value = { days: '3' };
  const schema = { type: 'object', properties: { days: { type: 'integer' }, city: { default: 'Oslo' } } };
  expect(await validate(schema, value)).toEqual(['days must be integer']);
  expect(value).toEqual({ days: '3' });
});

test('what cannot be written as JSON does not pass', async () => {
  const schema = { type: 'object', properties: { b: { pattern: 'b' } } };
  await expect(validator()(schema, { a: 1n })).rejects.toMatchObject({ code: 'MG1504' });
});

test.each([
  ['harmless', {}],
  ['other', { properties: { b: { pattern: 'b' } } }],
])(
  'arguments that the library trips over do not pass, and spoil nothing for others, by %s schemas',
  async (_, more) => {
    const validate = validator();
    const schema = { type: 'object', const: { a: 1 }, ...more };
    expect(await validate(schema, { toString: null })).toEqual([
      expect.stringMatching(/^arguments cannot be checked: .*toString/u),
    ]);
    expect(await validate(schema, { a: 1 })).toEqual([]);
  },
);

test('a schema that refers to itself without end lets nothing pass', async () => {
  const schema = { type: 'object', $ref: '#' };
  expect(await validator()(schema, {})).toEqual([expect.stringContaining('arguments cannot be checked')]);
});
