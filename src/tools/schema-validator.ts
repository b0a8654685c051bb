/**
 * Validates values against JSON Schemas of draft-07 and 2020-12. Compiled once per schema object. Loaded when
 * the first call comes, because most of the command line never needs it.
 */
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';

/** Problems in words, empty when the value fits. @throws MassGenError when the schema itself cannot be used. */
export type SchemaValidator = (
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
) => Promise<readonly string[]>;

interface Compiled {
  (value: unknown): unknown;
  errors?: null | { instancePath: string; message?: string; params?: unknown }[];
}

export function createSchemaValidator(): SchemaValidator {
  // Promises, so that calls which come while a schema is being compiled do not compile it again.
  const compiled = new WeakMap<object, Promise<Compiled>>();
  return async (schema, value) => {
    const compiling = compiled.get(schema) ?? compile(schema);
    compiled.set(schema, compiling);
    const check = await compiling;
    if (check(value) === true) return [];
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath === '' ? 'arguments' : instancePath.slice(1).replaceAll('/', '.')} ${message ?? 'is wrong'}${extra(params)}`,
    );
  };
}

function extra(params: unknown): string {
  const key = (params as { additionalProperty?: unknown } | undefined)?.additionalProperty;
  return typeof key === 'string' ? ` (${key})` : '';
}

async function compile(schema: Readonly<Record<string, unknown>>): Promise<Compiled> {
  const options = { strict: false, allErrors: true, validateFormats: false, logger: false as const };
  try {
    const old = String(schema['$schema'] ?? '').includes('draft-07');
    const ajv = old
      ? new (await import('ajv')).Ajv(options)
      : new (await import('ajv/dist/2020.js')).Ajv2020(options);
    return ajv.compile(schema) as Compiled;
  } catch (error) {
    throw new MassGenError(toolErrors.schemaUnusable, { detail: errorMessage(error), cause: error });
  }
}
