/**
 * The form into which every schema of a server is brought before it is written for a provider: JSON Schema of
 * draft 2020-12, with known keywords and right values only, and with references into `defs`. It may allow more
 * than the original, which still decides about each call.
 */
export type TypeName = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

export interface NormalSchema {
  /** A name in `defs`, as `#/$defs/<name>`; beside it stands a description at most. */
  readonly $ref?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly items?: NormalSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, NormalSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | NormalSchema;
  readonly patternProperties?: Readonly<Record<string, NormalSchema>>;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly anyOf?: readonly NormalSchema[];
  readonly oneOf?: readonly NormalSchema[];
  readonly allOf?: readonly NormalSchema[];
  readonly not?: NormalSchema;
}

export interface NormalParameters {
  readonly root: NormalSchema;
  readonly defs: Readonly<Record<string, NormalSchema>>;
}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const refStart = '#/$defs/';

export const refTo = (name: string): string => `${refStart}${name}`;

/** The name in `defs` to which a schema refers. */
export function refName({ $ref }: NormalSchema): string | undefined {
  return $ref?.slice(refStart.length);
}

/** The types a schema names; undefined when it names none. */
export function typesOf({ type }: NormalSchema): readonly TypeName[] | undefined {
  return typeof type === 'string' ? [type] : type;
}

export function typeOfValue(value: unknown): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    default:
      return 'object';
  }
}

export function withNote<T extends { readonly description?: string }>(schema: T, note: string): T {
  const { description } = schema;
  return { ...schema, description: description === undefined ? note : `${description} ${note}` };
}

/** Each schema once; by their text, because they are small and few. */
function distinct(schemas: readonly NormalSchema[]): readonly NormalSchema[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

/** One schema for what fits any of them. */
export function anyOfThese(schemas: readonly NormalSchema[]): NormalSchema {
  const [first, ...others] = distinct(schemas);
  if (first === undefined) return {};
  return others.length === 0 ? first : { anyOf: [first, ...others] };
}
