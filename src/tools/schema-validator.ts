/**
 * Validates values against JSON Schemas of the drafts that MCP servers use. Compiled once per schema object, in
 * bounded time, because a schema is a stranger's and may hold a pattern that never comes to an end. The library is
 * loaded when the first call comes, because most of the command line never needs it.
 */
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import { createTimeBox, TookTooLong, type TimeBox } from './time-box.ts';

/** Problems in words, empty when the value fits. @throws MassGenError when the schema itself cannot be used. */
export type SchemaValidator = (
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
) => Promise<readonly string[]>;

interface Compiled {
  (value: unknown): unknown;
  errors?: null | { instancePath: string; message?: string; params?: unknown }[];
}

/** For compiling one schema and for checking one value; milliseconds. */
const longestMs = 1_000;

export function createSchemaValidator(): SchemaValidator {
  /** Failures are kept too: a schema that takes too long is not tried with every call. */
  const compiled = new WeakMap<object, Promise<Compiled>>();
  const timeBox = createTimeBox(longestMs);
  return async (schema, value) => {
    const compiling = compiled.get(schema) ?? compile(schema, timeBox);
    compiled.set(schema, compiling);
    const check = await compiling;
    try {
      if (timeBox(() => check(value)) === true) return [];
    } catch (error) {
      throw unusable(error);
    }
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

async function compile(
  { $schema, ...schema }: Readonly<Record<string, unknown>>,
  timeBox: TimeBox,
): Promise<Compiled> {
  const options = {
    strict: false,
    allErrors: true,
    ownProperties: true,
    validateFormats: false,
    logger: false as const,
  };
  const dialect = typeof $schema === 'string' ? $schema : '';
  const { Ajv } = await import('ajv');
  const { Ajv2019 } = await import('ajv/dist/2019.js');
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const kinds = /draft-0\d/u.test(dialect) ? [Ajv] : dialect.includes('2019-09') ? [Ajv2019] : [Ajv2020, Ajv];
  let failure: unknown;
  for (const Kind of kinds) {
    try {
      return timeBox(() => new Kind(options).compile(schema) as Compiled);
    } catch (error) {
      // Of a schema that does not say its draft, older servers mean the older one.
      failure ??= error;
      if (error instanceof TookTooLong) break;
    }
  }
  throw unusable(failure);
}

function unusable(cause: unknown): MassGenError {
  return new MassGenError(toolErrors.schemaUnusable, { detail: errorMessage(cause).slice(0, 500), cause });
}
