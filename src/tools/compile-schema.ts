/**
 * Compiles JSON Schemas of the drafts that MCP servers use to checks that give their problems in words. Runs in
 * this thread for harmless schemas and in the validation thread for all others. The library is loaded when the
 * first schema comes, because most of the command line never needs it.
 */
import type { Ajv } from 'ajv';
import { errorMessage } from '../errors/error-message.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

/** Problems in words, empty when the value fits. */
export type SchemaCheck = (value: unknown) => readonly string[];

/** @throws when the schema is none that can be used. */
export type SchemaCompiler = (schema: JsonObject) => Promise<SchemaCheck>;

interface Compiled {
  (value: unknown): unknown;
  errors?: null | readonly { instancePath: string; message?: string; params?: unknown }[];
}

type Draft = 'draft-07' | '2019-09' | '2020-12';

const options = {
  strict: false,
  allErrors: true,
  ownProperties: true,
  validateFormats: false,
  logger: false as const,
};
/** The library keeps something of each schema it ever saw, so it is made anew now and then. */
const schemasPerInstance = 200;
/** Agents are told a few; a hostile list has one for each of a million items. */
const maxProblems = 20;
const maxProblemLength = 300;

/**
 * `shared`: schemas that name no ids of their own may share what the library knows; the ids of one server must
 * never be seen by the schema of another.
 */
export function createSchemaCompiler(shared: boolean): SchemaCompiler {
  const instances = new Map<Draft, { readonly ajv: Ajv; left: number }>();

  async function instance(draft: Draft): Promise<Ajv> {
    const known = instances.get(draft);
    if (known !== undefined && shared && (known.left -= 1) > 0) return known.ajv;
    const ajv = new (await kinds[draft]())(options) as Ajv;
    instances.set(draft, { ajv, left: schemasPerInstance });
    return ajv;
  }

  // `$async` would make checks give promises; a draft older than the library's is tried in a newer one.
  return async ({ $schema, $async: _, ...schema }) => {
    let failure: unknown;
    for (const [draft, text] of attempts($schema, schema)) {
      try {
        const ajv = await instance(draft);
        const compiled = ajv.compile(text) as Compiled;
        ajv.removeSchema(text);
        return (value) => check(compiled, value);
      } catch (error) {
        // Of a schema that does not say its draft, older servers mean the older one.
        failure ??= error;
      }
    }
    throw failure;
  };
}

const kinds = {
  'draft-07': async () => (await import('ajv')).Ajv,
  '2019-09': async () => (await import('ajv/dist/2019.js')).Ajv2019,
  '2020-12': async () => (await import('ajv/dist/2020.js')).Ajv2020,
};

function* attempts($schema: unknown, schema: JsonObject): Generator<readonly [Draft, JsonObject]> {
  const dialect = typeof $schema === 'string' ? $schema : '';
  if (dialect.includes('2019-09')) yield ['2019-09', schema];
  else {
    if (!/draft-0\d/u.test(dialect)) yield ['2020-12', schema];
    yield ['draft-07', schema];
    yield ['draft-07', withoutBooleanLimits(schema)];
  }
}

/** Draft 4 said with `exclusiveMinimum: true` that `minimum` itself is too small; later drafts have a number. */
function withoutBooleanLimits(value: JsonObject): JsonObject {
  const entries = Object.entries(value).flatMap(([key, held]): (readonly [string, unknown])[] => {
    const limit = key === 'exclusiveMinimum' ? 'minimum' : key === 'exclusiveMaximum' ? 'maximum' : undefined;
    if (limit === undefined || typeof held !== 'boolean') return [[key, deep(held)]];
    return held && typeof value[limit] === 'number' ? [[key, value[limit]]] : [];
  });
  return Object.fromEntries(entries);
}

function deep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deep);
  return isJsonObject(value) ? withoutBooleanLimits(value) : value;
}

function check(compiled: Compiled, value: unknown): readonly string[] {
  try {
    return compiled(value) === true ? [] : problemsOf(compiled);
  } catch (error) {
    // The library trips over names such as `toString`, and over schemas that refer to themselves without end.
    return [`arguments cannot be checked: ${cut(errorMessage(error), maxProblemLength)}`];
  }
}

function problemsOf({ errors }: Compiled): readonly string[] {
  if (errors === undefined || errors === null || errors.length === 0) return ['arguments do not fit'];
  return errors.slice(0, maxProblems).map(({ instancePath, message, params }) => {
    const place = instancePath === '' ? 'arguments' : instancePath.slice(1).replaceAll('/', '.');
    return cut(`${cut(place, 100)} ${message ?? 'is wrong'}${extra(params)}`, maxProblemLength);
  });
}

interface ProblemParams {
  readonly additionalProperty?: unknown;
  readonly allowedValues?: unknown;
  readonly allowedValue?: unknown;
}

/** What the message of the library leaves out and its reader needs. */
function extra(params: unknown): string {
  const { additionalProperty, allowedValues, allowedValue } = (params ?? {}) as ProblemParams;
  if (typeof additionalProperty === 'string') return ` (${additionalProperty})`;
  if (Array.isArray(allowedValues)) return ` (${allowedValues.slice(0, 50).map(json).join(', ')})`;
  return allowedValue === undefined ? '' : ` (${json(allowedValue)})`;
}

const json = (value: unknown): string => JSON.stringify(value);

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
