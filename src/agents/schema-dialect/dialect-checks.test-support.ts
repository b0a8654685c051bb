/**
 * What each provider is known to refuse in the parameters of a tool, written down a second time from the words of
 * their error messages, so that the writers are not judged by their own rules.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkChatRequest } from '../../testing/check-chat-request.ts';
import { isJsonObject, type JsonObject } from '../../tools/json-object.ts';
import type { OfferedTool } from './offer-tool.ts';
import type { SchemaDialect } from './schema-dialect.ts';

/** The reason for which the provider would refuse the whole request; undefined when it takes it. */
export function refusal(
  { name, description, inputSchema }: OfferedTool,
  dialect: SchemaDialect,
): string | undefined {
  const tool = {
    type: 'function' as const,
    function: { name, description, ...(inputSchema === undefined ? {} : { parameters: inputSchema }) },
  };
  const refused = checkChatRequest({ model: 'm', messages: [{ role: 'user', content: 'x' }], tools: [tool] });
  if (refused !== undefined || inputSchema === undefined) return refused;
  const unfit = dialect === 'gemini' ? gemini(inputSchema, 'parameters', 0) : draft2020(inputSchema);
  if (unfit !== undefined) return unfit;
  if (dialect === 'anthropic') return anthropic(inputSchema);
  return dialect === 'openai-strict' ? strict(inputSchema, 'parameters') : undefined;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

function draft2020(schema: JsonObject): string | undefined {
  try {
    ajv.compile(schema);
    return undefined;
  } catch (error) {
    return `JSON schema is invalid. It must match JSON Schema draft 2020-12: ${String(error)}`;
  }
}

function anthropic(schema: JsonObject): string | undefined {
  const found = objectsWithin(schema).flatMap(({ properties }) =>
    isJsonObject(properties) ? Object.keys(properties) : [],
  );
  const bad = found.find((key) => !/^[a-zA-Z0-9_.-]{1,64}$/u.test(key));
  return bad === undefined ? undefined : `Property keys should match pattern: ${bad}`;
}

const geminiKeys = new Set(
  'type description nullable enum format minimum maximum items minItems maxItems properties required anyOf'.split(
    ' ',
  ),
);
const geminiTypes = new Set<unknown>(['string', 'number', 'integer', 'boolean', 'array', 'object']);

function gemini(schema: unknown, at: string, depth: number): string | undefined {
  if (!isJsonObject(schema)) return `${at}: is no schema`;
  if (depth > 12) return `${at}: exceeds the maximum allowed nesting depth`;
  const unknown = Object.keys(schema).find((key) => !geminiKeys.has(key));
  if (unknown !== undefined) return `${at}: Unknown name "${unknown}"`;
  const { type, anyOf, items, properties, required, enum: values, format } = schema;
  if (anyOf !== undefined) {
    if (Object.keys(schema).length > 1) return `${at}: When using any_of, it must be the only field set`;
    if (!Array.isArray(anyOf) || anyOf.length === 0) return `${at}.any_of: is empty`;
    return first(anyOf, (form, n) => gemini(form, `${at}.any_of[${n}]`, depth + 1));
  }
  if (!geminiTypes.has(type)) return `${at}.type: must be specified`;
  if (type === 'array' && items === undefined) return `${at}.items: missing field`;
  if (type !== 'array' && items !== undefined) return `${at}.items: only allowed for ARRAY type`;
  if (type !== 'object' && (properties ?? required) !== undefined)
    return `${at}: only allowed for OBJECT type`;
  if (values !== undefined) {
    if (type !== 'string') return `${at}.enum: only allowed for STRING type`;
    if (
      !Array.isArray(values) ||
      values.length === 0 ||
      values.some((value) => typeof value !== 'string' || value === '')
    )
      return `${at}.enum: cannot be empty`;
  }
  if (type === 'string' && format !== undefined && format !== 'date-time')
    return `${at}.format: is not supported`;
  if (properties === undefined) {
    if (required !== undefined) return `${at}.required: property is not defined`;
    return items === undefined ? undefined : gemini(items, `${at}.items`, depth + 1);
  }
  if (!isJsonObject(properties) || Object.keys(properties).length === 0) {
    return `${at}.properties: should be non-empty for OBJECT type`;
  }
  if (Array.isArray(required) && required.some((key) => !Object.hasOwn(properties, String(key)))) {
    return `${at}.required: property is not defined`;
  }
  return first(Object.entries(properties), ([key, held]) =>
    gemini(held, `${at}.properties[${key}]`, depth + 1),
  );
}

function strict(schema: JsonObject, at: string): string | undefined {
  return first(objectsWithin(schema), (held) => {
    for (const word of [
      'allOf',
      'oneOf',
      'not',
      'if',
      'patternProperties',
      'default',
      'minLength',
      'uniqueItems',
    ]) {
      if (word in held && !isJsonObject(held['properties'])) return `${at}: '${word}' is not permitted`;
    }
    const { type, properties, required, additionalProperties } = held;
    if (type !== 'object') return undefined;
    if (additionalProperties !== false) return `${at}: 'additionalProperties' is required to be false`;
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    const missing = names.find((name) => !Array.isArray(required) || !required.includes(name));
    return missing === undefined
      ? undefined
      : `${at}: 'required' is required to include every key. Missing '${missing}'`;
  });
}

/** Every object in it; schemas are among them. */
function objectsWithin(value: unknown): readonly JsonObject[] {
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.values(value).flatMap(objectsWithin);
  return isJsonObject(value) ? [value, ...within] : within;
}

function first<T>(
  list: readonly T[],
  problem: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of list.entries()) {
    const found = problem(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
