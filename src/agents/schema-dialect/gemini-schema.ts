/**
 * The subset of OpenAPI that Gemini takes as parameters: one type at each place, `nullable`, enumerations of texts
 * only, `anyOf` with nothing beside it, no references. Recursion is written out some levels deep. What the subset
 * cannot say is left out or said in the description.
 */
import type { JsonObject } from '../../tools/json-object.ts';
import { mergeObjects } from './merge-objects.ts';
import {
  type NormalParameters,
  type NormalSchema,
  refName,
  type TypeName,
  typeOfValue,
  typesOf,
  withNote,
} from './normal-schema.ts';
import { Unofferable } from './unofferable.ts';

/** Deeper ones are refused: "exceeds the maximum allowed nesting depth". */
const maxDepth = 10;
/** How much is written out; the first form that fits counts. */
const extents: readonly Extent[] = [
  { recursions: 5, depth: maxDepth },
  { recursions: 3, depth: maxDepth },
  { recursions: 1, depth: maxDepth },
  { recursions: 0, depth: 6 },
  { recursions: 0, depth: 4 },
  { recursions: 0, depth: 3 },
];
const maxParts = 2_000;
const notedValues = 20;

interface Extent {
  /** How often a definition is written out within itself. */
  readonly recursions: number;
  readonly depth: number;
}

interface GeminiSchema {
  readonly type?: Exclude<TypeName, 'null'>;
  readonly description?: string;
  readonly nullable?: true;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: GeminiSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, GeminiSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly GeminiSchema[];
}

/** Undefined for a tool without arguments: an object without properties is refused. */
export function geminiSchema({ root, defs }: NormalParameters, maxLength: number): JsonObject | undefined {
  if (Object.keys(root.properties ?? {}).length === 0) return undefined;
  for (const extent of extents) {
    const written = new Writer(defs, extent).write(root);
    if (written !== undefined && JSON.stringify(written).length <= maxLength) return { ...written };
  }
  throw new Unofferable('its schema is too large, with its references written out');
}

class Writer {
  readonly #defs: Readonly<Record<string, NormalSchema>>;
  readonly #extent: Extent;
  #parts = 0;

  constructor(defs: Readonly<Record<string, NormalSchema>>, extent: Extent) {
    this.#defs = defs;
    this.#extent = extent;
  }

  /** Undefined when it becomes too large. */
  write(root: NormalSchema): GeminiSchema | undefined {
    const written = this.#place(root, { depth: 0, open: [] });
    return this.#parts > maxParts ? undefined : written;
  }

  #place(schema: NormalSchema, at: Place): GeminiSchema {
    this.#parts += 1;
    if (this.#parts > maxParts) return anything;
    const name = refName(schema);
    if (name !== undefined) return this.#reference(name, schema, at);
    if (schema.allOf !== undefined) return this.#place(this.#withoutAllOf(schema), at);
    const forms = schema.anyOf ?? schema.oneOf;
    return forms === undefined ? this.#typed(schema, at) : this.#choice(schema, forms, at);
  }

  #reference(name: string, { description }: NormalSchema, at: Place): GeminiSchema {
    const target = this.#defs[name] ?? {};
    const own = description === undefined ? {} : { description };
    const times = at.open.filter((open) => open === name).length;
    if (times > this.#extent.recursions) return leaf({ ...target, ...own });
    return this.#place({ ...target, ...own }, { depth: at.depth, open: [...at.open, name] });
  }

  /** All parts of an object in one; of other things the first part that says what it is. */
  #withoutAllOf({ allOf = [], ...own }: NormalSchema): NormalSchema {
    const merged = mergeObjects({ ...own, allOf }, this.#defs);
    const isObject = [own, ...allOf].some((part) => this.#kind(part).includes('object'));
    if (isObject && merged !== undefined) return merged;
    const said = allOf.map((part) => this.#target(part)).find((part) => this.#kind(part).length > 0);
    return { ...said, ...own };
  }

  #choice(schema: NormalSchema, forms: readonly NormalSchema[], at: Place): GeminiSchema {
    const { anyOf: _, oneOf: __, description, ...own } = schema;
    const note = description === undefined ? {} : { description };
    const real = forms.filter((form) => !isNull(this.#target(form)));
    const nullable = real.length < forms.length || this.#kind(own).includes('null');
    // Forms that only say more of what stands beside them.
    if (this.#kind(own).length > 0) {
      const merged = this.#kind(own).includes('object') ? mergeObjects(schema, this.#defs) : undefined;
      return orNull(this.#typed(merged ?? { ...own, ...note }, at), nullable);
    }
    const [first, ...others] = real;
    if (first === undefined) return orNull(leaf({ ...note, ...own }), true);
    if (others.length === 0) return orNull(this.#place({ ...first, ...note }, at), nullable);
    const written = real.map((form) => this.#place(form, { ...at, depth: at.depth + 1 }));
    const flat = written.flatMap((form) => form.anyOf ?? [form]);
    return {
      anyOf: flat.map((form, n) =>
        orNull(noted(form, n === 0 ? description : undefined), nullable && n === 0),
      ),
    };
  }

  #typed(schema: NormalSchema, at: Place): GeminiSchema {
    const kinds = this.#kind(schema);
    const nullable = kinds.includes('null');
    const types = kinds.filter((type) => type !== 'null');
    const [type, ...others] = types;
    if (type === undefined) {
      return nullable ? orNull(leaf(schema), true) : noted(anything, schema.description);
    }
    if (others.length === 0) return orNull(this.#one(type, schema, at), nullable);
    const { description, ...rest } = schema;
    const written = types.map((one) => this.#one(one, rest, at));
    return {
      anyOf: written.map((form, n) =>
        orNull(noted(form, n === 0 ? description : undefined), nullable && n === 0),
      ),
    };
  }

  #one(type: Exclude<TypeName, 'null'>, given: NormalSchema, at: Place): GeminiSchema {
    const schema = withValuesNoted(type, given);
    const { description } = schema;
    const base = { type, ...(description === undefined ? {} : { description }) };
    const deeper = { ...at, depth: at.depth + 1 };
    switch (type) {
      case 'string': {
        const values = textsOf(schema);
        const format = schema.format === 'date-time' ? { format: 'date-time' } : {};
        return { ...base, ...(values === undefined ? format : { enum: values }) };
      }
      case 'integer':
      case 'number':
        return { ...base, ...limits(type, schema) };
      case 'boolean':
        return base;
      case 'array': {
        const { items = {}, minItems, maxItems } = schema;
        return {
          ...base,
          items: at.depth >= this.#extent.depth ? leaf(this.#target(items)) : this.#place(items, deeper),
          ...(minItems === undefined ? {} : { minItems }),
          ...(maxItems === undefined ? {} : { maxItems }),
        };
      }
      case 'object': {
        const entries = Object.entries(schema.properties ?? {});
        if (entries.length === 0 || at.depth >= this.#extent.depth) return base;
        const properties = Object.fromEntries(entries.map(([key, held]) => [key, this.#place(held, deeper)]));
        const required = schema.required?.filter((key) => Object.hasOwn(properties, key)) ?? [];
        return { ...base, properties, ...(required.length === 0 ? {} : { required }) };
      }
      default:
        return type satisfies never;
    }
  }

  #target(schema: NormalSchema): NormalSchema {
    const name = refName(schema);
    return name === undefined ? schema : (this.#defs[name] ?? {});
  }

  /** The types of a schema, or what its keywords say of them. */
  #kind(schema: NormalSchema): readonly TypeName[] {
    const target = this.#target(schema);
    const types = typesOf(target);
    if (types !== undefined) return types;
    if (target.properties !== undefined || target.required !== undefined) return ['object'];
    if (target.items !== undefined) return ['array'];
    const values = target.enum ?? ('const' in target ? [target.const] : []);
    return [...new Set(values.map(typeOfValue))];
  }
}

interface Place {
  readonly depth: number;
  /** Names of the definitions around it, as often as they are. */
  readonly open: readonly string[];
}

/** There is no form for any value. A list has to say what is in it, so lists are not among them. */
const anything: GeminiSchema = {
  anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, { type: 'object' }],
};

/** Where nothing deeper is written. */
function leaf({ description, ...schema }: NormalSchema): GeminiSchema {
  const types = typesOf(schema)?.filter((type) => type !== 'null');
  const type = types?.[0] ?? (schema.properties === undefined ? 'string' : 'object');
  const items: { readonly items?: GeminiSchema } = type === 'array' ? { items: { type: 'string' } } : {};
  return { type, ...items, ...(description === undefined ? {} : { description }) };
}

const isNull = (schema: NormalSchema): boolean => typesOf(schema)?.every((type) => type === 'null') === true;

function orNull(schema: GeminiSchema, nullable: boolean): GeminiSchema {
  if (!nullable) return schema;
  const [first, ...others] = schema.anyOf ?? [];
  return first === undefined ? { ...schema, nullable } : { anyOf: [{ ...first, nullable }, ...others] };
}

function noted(schema: GeminiSchema, description: string | undefined): GeminiSchema {
  if (description === undefined) return schema;
  const [first, ...others] = schema.anyOf ?? [];
  if (first !== undefined) return { anyOf: [noted(first, description), ...others] };
  return { ...schema, description: schema.description ?? description };
}

const valuesOf = (schema: NormalSchema): readonly unknown[] | undefined =>
  schema.enum ?? ('const' in schema ? [schema.const] : undefined);

/** Values of a text; undefined when there are none, or one of them is empty, which is refused. */
function textsOf(schema: NormalSchema): readonly string[] | undefined {
  const texts = valuesOf(schema)?.filter((value) => typeof value === 'string');
  return texts === undefined || texts.length === 0 || texts.some((text) => text.trim() === '')
    ? undefined
    : texts;
}

/** Values that cannot be listed as such are named in the description. */
function withValuesNoted(type: TypeName, schema: NormalSchema): NormalSchema {
  if (type === 'string' && textsOf(schema) !== undefined) return schema;
  const values = valuesOf(schema)?.filter((value) => fits(type, value)) ?? [];
  if (values.length === 0 || values.length > notedValues) return schema;
  return withNote(schema, `One of ${values.map((value) => JSON.stringify(value)).join(', ')}.`);
}

const fits = (type: TypeName, value: unknown): boolean =>
  typeOfValue(value) === type || (type === 'number' && typeof value === 'number');

function limits(type: 'integer' | 'number', schema: NormalSchema): Pick<GeminiSchema, 'minimum' | 'maximum'> {
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  const step = type === 'integer';
  const minimum =
    schema.minimum ?? (step && exclusiveMinimum !== undefined ? Math.floor(exclusiveMinimum) + 1 : undefined);
  const maximum =
    schema.maximum ?? (step && exclusiveMaximum !== undefined ? Math.ceil(exclusiveMaximum) - 1 : undefined);
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}
