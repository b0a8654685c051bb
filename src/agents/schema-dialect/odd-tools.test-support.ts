/** Tools as servers really define them, and as hostile ones could: each is one that some provider refuses. */
import type { JsonObject } from '../../tools/json-object.ts';
import type { ToolDefinition } from '../../tools/tool-definition.ts';

const text = { type: 'string' };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});
const many = (count: number, name: string): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${name}${n}`);
const ofText = (names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, text]));

const schemas: Readonly<Record<string, JsonObject>> = {
  'no arguments': {},
  'no arguments, closed': object(
    {},
    { additionalProperties: false, $schema: 'http://json-schema.org/draft-07/schema#' },
  ),
  plain: object(
    { path: { ...text, title: 'Path', minLength: 1 }, depth: { type: 'integer', default: 3 } },
    { required: ['path'] },
  ),
  'all of it needed': object(
    {
      path: { ...text, title: 'Path', minLength: 1, pattern: '^/' },
      mode: { enum: ['r', 'w'], default: 'r' },
      at: { anyOf: [{ ...text, format: 'date-time' }, { type: 'null' }] },
      tree: { $ref: '#/$defs/tree', description: 'Where.' },
      range: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'integer' }], maxItems: 2 },
    },
    {
      required: ['path', 'mode', 'at', 'tree', 'range'],
      $defs: {
        tree: object(
          { name: text, children: { type: ['array', 'null'], items: { $ref: '#/$defs/tree' } } },
          { required: ['name', 'children'] },
        ),
      },
    },
  ),
  'root anyOf': object(
    { a: text, b: text, c: { type: 'number' } },
    { required: ['c'], anyOf: [{ required: ['a'] }, { required: ['b'] }] },
  ),
  'root oneOf of whole objects': {
    oneOf: [
      object({ kind: { const: 'file' }, path: text }, { required: ['kind', 'path'] }),
      object({ kind: { const: 'url' }, url: { ...text, format: 'uri' } }, { required: ['kind', 'url'] }),
    ],
  },
  'root allOf with references': {
    allOf: [{ $ref: '#/definitions/base' }, object({ extra: text }, { required: ['extra'] })],
    definitions: {
      base: object({ id: { type: 'integer' } }, { required: ['id'], additionalProperties: false }),
    },
  },
  'root enum and not': { ...object({ a: text }), enum: [{ a: 'x' }], not: { required: ['b'] } },
  'root reference': { $ref: '#/$defs/Input', $defs: { Input: object({ a: text }), Unused: text } },
  'arguments that are a list': { type: 'array', items: text },
  'arguments that are one of nothing': { anyOf: [text, { type: 'null' }] },
  'recursive reference': object(
    { root: { $ref: '#/$defs/node' } },
    {
      $defs: {
        node: object(
          { name: text, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
          { required: ['name'] },
        ),
      },
    },
  ),
  'reference to the root': object({ name: text, and: { type: 'array', items: { $ref: '#' } } }),
  'references in a circle': object(
    { a: { $ref: '#/$defs/x' } },
    { $defs: { x: { $ref: '#/$defs/y' }, y: { $ref: '#/$defs/x' } } },
  ),
  'reference to a property': object({
    from: { ...text, description: 'A date.' },
    to: { $ref: '#/properties/from', description: 'The end.' },
  }),
  'reference to nothing': object({ a: { $ref: '#/$defs/missing' } }),
  'reference to another file': object({ a: { $ref: 'https://example.org/schema.json' } }),
  'definitions with odd names': object(
    { a: { $ref: '#/$defs/a~1b' }, b: { $ref: '#/$defs/__proto__' }, c: { $ref: '#/$defs/%C3%A4' } },
    {
      $defs: JSON.parse(
        '{"a/b":{"type":"string"},"__proto__":{"type":"number"},"ä":{"type":"boolean"}}',
      ) as JsonObject,
    },
  ),
  'types with null': object({
    a: { type: ['string', 'null'], enum: ['x', null] },
    b: { anyOf: [text, { type: 'null' }], default: null, description: 'Or nothing.' },
  }),
  'several types': object({ a: { type: ['string', 'integer', 'array'], description: 'What it is.' } }),
  'no type': object({
    a: {},
    b: { description: 'Anything.' },
    c: { enum: ['x', 'y'] },
    d: { properties: { e: text } },
  }),
  'unknown type': object({ a: { type: 'any' }, b: { type: 'date' } }),
  'boolean schemas': object({ a: true, b: false, c: { type: 'array', items: true } }, { required: ['b'] }),
  const: object({ a: { const: 'x' }, b: { const: 3 }, c: { const: null } }),
  not: object({ a: { type: 'string', not: { enum: ['x'] } } }),
  'tuple of draft 7': object({
    a: { type: 'array', items: [{ type: 'number' }, { type: 'number' }], additionalItems: false },
  }),
  'tuple of 2020-12': object({
    a: { type: 'array', prefixItems: [text, { type: 'integer' }], minItems: 2, maxItems: 2 },
  }),
  'list without items': object({ a: { type: 'array' }, b: { type: 'array', items: { type: 'array' } } }),
  'free objects': object({ a: { type: 'object' }, b: { type: 'object', additionalProperties: text } }),
  patternProperties: object({
    env: { type: 'object', patternProperties: { '^[A-Z_]+$': text }, additionalProperties: false },
  }),
  format: object({
    a: { ...text, format: 'date-time' },
    b: { ...text, format: 'uri' },
    c: { type: 'integer', format: 'int64' },
  }),
  'limits of draft 4': object({
    a: { type: 'integer', minimum: 0, exclusiveMinimum: true },
    b: { type: 'number', maximum: 1, exclusiveMaximum: false, exclusiveMinimum: 0 },
  }),
  'required as in draft 3': object({ a: { ...text, required: true } }, { required: 'a' }),
  'required without being described': object({ a: text }, { required: ['a', 'b', 7] }),
  'conditions and dependencies': object(
    { a: text, b: text },
    JSON.parse(
      '{"if":{"required":["a"]},"then":{"required":["b"]},"dependentRequired":{"a":["b"]},"unevaluatedProperties":false}',
    ) as JsonObject,
  ),
  'allOf within': object(
    { a: { allOf: [{ $ref: '#/$defs/x' }], description: 'Mine.' } },
    { $defs: { x: object({ b: text }) } },
  ),
  'choices within': object({
    a: { oneOf: [object({ b: text }), { type: 'array', items: text }], description: 'One or many.' },
  }),
  'an optional name with $': object({ $filter: text, top: { type: 'integer' } }),
  'a needed name with a space': object({ 'user name': text }, { required: ['user name'] }),
  'a name of 65 characters': object({ ['x'.repeat(65)]: text, a: text }),
  'names that objects have': object(
    JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"type":"string"},"toString":{"type":"string"}}',
    ) as JsonObject,
    { required: ['toString'] },
  ),
  'a name that nobody sees': object({ 'a\u200b': text, 'b\u{e0041}': text, c: text }),
  '5,000 properties': object(ofText(many(5_000, 'property_'))),
  '2,000 values': object({ a: { ...text, enum: many(2_000, 'value_'), description: 'Its kind.' } }),
  'values that are no texts': object({
    a: { enum: [1, 2, 3] },
    b: { enum: ['x', 1, null] },
    c: { type: 'string', enum: ['', 'x'] },
    d: { type: 'boolean', enum: [true] },
  }),
  'values twice, and none': object({ a: { ...text, enum: ['x', 'x'] }, b: { ...text, enum: [] } }),
  'values that hide something': object({
    a: { ...text, enum: ['ok', 'a\u202eb', '\ud800', { a: '\ud800' }, ['\u200b']], default: '\u{e0041}' },
  }),
  'words of wrong types': object(
    { a: { type: 'string', description: 5, minLength: '3', pattern: '(', title: {} } },
    { required: {} },
  ),
  'very deep': object({ a: deep(30) }),
  'references that multiply': object(
    { a: { $ref: '#/$defs/n9' } },
    {
      $defs: Object.fromEntries(
        many(10, 'n').map((name, n) => [
          name,
          n === 0
            ? text
            : object(Object.fromEntries(many(10, 'p').map((p) => [p, { $ref: `#/$defs/n${n - 1}` }]))),
        ]),
      ),
    },
  ),
};

function deep(levels: number): JsonObject {
  return levels === 0 ? text : object({ a: deep(levels - 1) });
}

export const oddTools: readonly (readonly [string, ToolDefinition])[] = Object.entries(schemas).map(
  ([title, inputSchema]) => [
    title,
    { name: 'mcp__server__tool', description: 'Does something.', inputSchema },
  ],
);
