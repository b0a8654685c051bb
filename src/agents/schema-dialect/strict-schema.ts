/**
 * The form for OpenAI's strict mode, which makes the model keep to the schema exactly. There it has no optional
 * arguments, and every object is closed. A schema that cannot be written so without changing which calls are right
 * is not: its tool is then offered in the usual form, where it loses nothing.
 */
import type { JsonObject } from '../../tools/json-object.ts';
import { type NormalParameters, type NormalSchema, typeOfValue, typesOf } from './normal-schema.ts';
import { Unofferable } from './unofferable.ts';

const maxProperties = 5_000;
const maxDepth = 10;
const maxTexts = 120_000;

interface Sums {
  properties: number;
  texts: number;
}

export function strictSchema({ root, defs }: NormalParameters): JsonObject {
  const sums: Sums = { properties: 0, texts: 0 };
  const written = Object.entries(defs).map(([name, def]) => [name, write(def, 1, sums)] as const);
  const schema = write(root, 0, sums);
  if (sums.properties > maxProperties) throw no(`it has more than ${maxProperties} properties`);
  if (sums.texts > maxTexts) throw no(`its names and values have more than ${maxTexts} characters`);
  return written.length === 0 ? schema : { ...schema, $defs: Object.fromEntries(written) };
}

const no = (reason: string): Unofferable => new Unofferable(`strict mode: ${reason}`);

/** Keywords that may stand as they are. */
const kept = [
  'description',
  'enum',
  'const',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
] as const;

function write(schema: NormalSchema, depth: number, sums: Sums): JsonObject {
  if (depth > maxDepth) throw no(`it is nested more than ${maxDepth} levels deep`);
  if (schema.$ref !== undefined) return { $ref: schema.$ref };
  if (schema.allOf !== undefined || schema.not !== undefined) throw no('it has no `allOf` and no `not`');
  const within = (held: NormalSchema): JsonObject => write(held, depth + 1, sums);
  const values = schema.enum ?? ('const' in schema ? [schema.const] : []);
  sums.texts += JSON.stringify(values).length;
  const forms = schema.anyOf ?? schema.oneOf;
  if (values.some((value) => typeof value === 'object' && value !== null)) {
    throw no('its values are texts, numbers, booleans and null');
  }
  const named = typesOf(schema) ?? [...new Set(values.map(typeOfValue))];
  if (forms === undefined && named.length === 0) throw no('every place needs a type');
  return {
    ...(named.length === 0 ? {} : { type: named.length === 1 ? named[0] : named }),
    ...Object.fromEntries(
      kept.filter((keyword) => keyword in schema).map((keyword) => [keyword, schema[keyword]]),
    ),
    ...(forms === undefined ? {} : { anyOf: forms.map(within) }),
    ...(schema.items === undefined ? {} : { items: within(schema.items) }),
    ...(typesOf(schema)?.includes('object') === true ? object(schema, within, sums) : {}),
  };
}

function object(schema: NormalSchema, within: (held: NormalSchema) => JsonObject, sums: Sums): JsonObject {
  const { properties = {}, required = [], additionalProperties, patternProperties } = schema;
  if (typeof additionalProperties === 'object' || patternProperties !== undefined) {
    throw no('it has no objects with free names');
  }
  const names = Object.keys(properties);
  const optional = names.find((name) => !required.includes(name));
  if (optional !== undefined) throw no(`it has no optional arguments, such as ${JSON.stringify(optional)}`);
  sums.properties += names.length;
  sums.texts += names.join('').length;
  return {
    properties: Object.fromEntries(Object.entries(properties).map(([name, held]) => [name, within(held)])),
    required: names,
    additionalProperties: false,
  };
}
