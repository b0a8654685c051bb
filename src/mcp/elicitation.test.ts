import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readElicitation } from './elicitation.ts';

const form = (properties: unknown, more: object = {}): unknown => ({
  message: 'Fill this in',
  requestedSchema: { type: 'object', properties, ...more },
});

test('a form is read field by field', () => {
  const properties = {
    name: { type: 'string', title: 'Your name', description: 'As in your passport.' },
    age: { type: 'integer' },
    colour: { type: 'string', enum: ['red', 'blue'] },
    size: { type: 'string', oneOf: [{ const: 's', title: 'Small' }, { const: 'l' }] },
    sure: { type: 'boolean', default: true },
  };
  expect(readElicitation('shop', form(properties, { required: ['name', 'sure'] }))).toEqual({
    type: 'form',
    server: 'shop',
    message: 'Fill this in',
    fields: [
      {
        name: 'name',
        title: 'Your name',
        description: 'As in your passport.',
        type: 'string',
        required: true,
      },
      { name: 'age', title: 'age', description: '', type: 'integer', required: false },
      {
        name: 'colour',
        title: 'colour',
        description: '',
        type: 'string',
        required: false,
        choices: ['red', 'blue'],
      },
      { name: 'size', title: 'size', description: '', type: 'string', required: false, choices: ['s', 'l'] },
      { name: 'sure', title: 'sure', description: '', type: 'boolean', required: true },
    ],
  });
});

test('an address is read as such', () => {
  const url = 'https://example.com/sign-in?state=1';
  expect(readElicitation('shop', { mode: 'url', message: 'Sign in', elicitationId: '1', url })).toEqual({
    type: 'url',
    server: 'shop',
    message: 'Sign in',
    url,
  });
});

test.each([
  ['nothing', undefined],
  ['no object', 'question'],
  ['no message', { requestedSchema: { properties: {} } }],
  ['a message of many pages', { message: 'x'.repeat(4_001), requestedSchema: { properties: {} } }],
  ['no form', { message: 'hi' }],
  ['a nested field', form({ a: { type: 'object', properties: {} } })],
  ['a list', form({ a: { type: 'array' } })],
  ['a field without a type', form({ a: {} })],
  ['a name of many pages', form({ ['x'.repeat(201)]: { type: 'string' } })],
  ['hundreds of choices', form({ a: { type: 'string', enum: Array.from({ length: 201 }, String) } })],
  ['a choice of many pages', form({ a: { type: 'string', enum: ['x'.repeat(4_001)] } })],
  ['fields that are a list', form(['a'].map(() => ({ type: 'object' })))],
  ['no fields at all', form(null)],
  [
    'more fields than anybody fills in',
    form(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`f${index}`, { type: 'string' }]))),
  ],
  ['a file to open', { mode: 'url', message: 'Look', url: 'file:///etc/passwd' }],
  ['a script to run', { mode: 'url', message: 'Look', url: 'javascript:alert(1)' }],
  ['no address', { mode: 'url', message: 'Look', url: 'not an address' }],
])('%s is no question for a person', (_, params) => {
  expect(readElicitation('shop', params)).toBeUndefined();
});

test('fields are named as the server named them, also like parts of the language', () => {
  const question = readElicitation(
    'shop',
    form(JSON.parse('{"constructor":{"type":"string"},"toString":{"type":"number"}}')),
  );
  expect(question).toMatchObject({ fields: [{ name: 'constructor' }, { name: 'toString' }] });
});

test('required fields that do not exist or are no list require nothing', () => {
  for (const required of ['a', 7, null, ['b'], [7]])
    expect(readElicitation('shop', form({ a: { type: 'string' } }, { required }))).toMatchObject({
      fields: [{ required: false }],
    });
});

test('whatever is asked, there is a question with at most 50 fields or none, and no exception', () => {
  const field = fc.oneof(
    fc.anything(),
    fc.record(
      {
        type: fc.constantFrom('string', 'number', 'array', 7),
        title: fc.anything(),
        enum: fc.array(fc.oneof(fc.string(), fc.anything())),
      },
      { requiredKeys: ['type'] },
    ),
  );
  const params = fc.oneof(
    fc.anything(),
    fc.record({
      mode: fc.constantFrom('form', 'url', 7),
      message: fc.oneof(fc.string(), fc.anything()),
      url: fc.oneof(fc.webUrl(), fc.anything()),
      requestedSchema: fc.record({
        properties: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), field, { maxKeys: 80 }),
        required: fc.anything(),
      }),
    }),
  );
  fc.assert(
    fc.property(params, (value) => {
      const question = readElicitation('shop', value);
      if (question?.type === 'form') expect(question.fields.length).toBeLessThanOrEqual(50);
      if (question?.type === 'url') expect(question.url).toMatch(/^https?:/iu);
    }),
  );
});
