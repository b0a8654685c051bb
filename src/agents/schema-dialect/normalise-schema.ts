/**
 * Brings the schema of a server, whatever draft or mistake it is written in, into the normal form. Values that are
 * not what their keyword takes are left out: the original is what arguments are checked against.
 */
import { isJsonObject, type JsonObject } from '../../tools/json-object.ts';
import { cleanText, cutText, isPlainText } from './clean-text.ts';
import {
  anyOfThese,
  type Mutable,
  type NormalParameters,
  type NormalSchema,
  refTo,
  type TypeName,
  withNote,
} from './normal-schema.ts';
import type { DialectRules } from './schema-dialect.ts';
import { Unofferable } from './unofferable.ts';

const maxDepth = 32;
const maxParts = 20_000;
const propertyDescriptionLength = 1_024;
const patternLength = 300;
/** Longest text of one value of an enumeration or a default. */
const valueLength = 1_000;
const sampleValues = 10;

export function normaliseSchema(schema: JsonObject, rules: DialectRules): NormalParameters {
  return new Normaliser(schema, rules).parameters();
}

const typeNames: ReadonlySet<unknown> = new Set<TypeName>([
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
]);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const countKeywords = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;
const listKeywords = ['anyOf', 'oneOf', 'allOf'] as const;

class Normaliser {
  readonly #root: JsonObject;
  readonly #rules: DialectRules;
  readonly #names = new Map<string, string>();
  readonly #waiting: { readonly name: string; readonly target: unknown }[] = [];
  #parts = 0;

  constructor(root: JsonObject, rules: DialectRules) {
    this.#root = root;
    this.#rules = rules;
  }

  parameters(): NormalParameters {
    const root = this.#walk(this.#root, 0) ?? {};
    // Names are made by `#freeName`, which makes none that objects have a meaning for.
    const defs: Record<string, NormalSchema> = {};
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      defs[next.name] = this.#walk(next.target, 1) ?? {};
    }
    return { root, defs };
  }

  /** Undefined for a schema that nothing fits, or that is none. */
  #walk(schema: unknown, depth: number): NormalSchema | undefined {
    if (schema === true) return {};
    if (!isJsonObject(schema)) return undefined;
    if (depth > maxDepth) return {};
    if ((this.#parts += 1) > maxParts) throw new Unofferable(`its schema has more than ${maxParts} parts`);
    const { $ref } = schema;
    if (typeof $ref === 'string') return this.#reference($ref, schema);
    const normal: Mutable<NormalSchema> = {
      ...this.#values(schema),
      ...numberLimits(schema),
      ...this.#array(schema, depth),
      ...this.#object(schema, depth),
    };
    for (const keyword of countKeywords) {
      const count = schema[keyword];
      if (normal[keyword] === undefined && isCount(count)) normal[keyword] = count;
    }
    for (const keyword of listKeywords) {
      const members = this.#list(schema[keyword], depth);
      if (members.length > 0) normal[keyword] = members;
    }
    const not = isJsonObject(schema['not']) ? this.#walk(schema['not'], depth + 1) : undefined;
    if (not !== undefined && Object.keys(not).length > 0) normal.not = not;
    return described(normal, schema);
  }

  #list(value: unknown, depth: number): readonly NormalSchema[] {
    return Array.isArray(value) ? value.flatMap((member) => this.#walk(member, depth + 1) ?? []) : [];
  }

  /** What a value itself must be. */
  #values(schema: JsonObject): NormalSchema {
    const normal: Mutable<NormalSchema> = {};
    const types = namedTypes(schema);
    const [type] = types;
    if (type !== undefined) normal.type = types.length === 1 ? type : types;
    if (Array.isArray(schema['enum'])) {
      const values = uniqueValues(schema['enum'].filter(isSayable));
      const sample = values.slice(0, sampleValues).map((value) => JSON.stringify(value));
      if (values.length > this.#rules.enumValues) {
        normal.description = `One of ${values.length} values, such as ${sample.join(', ')}.`;
      } else if (values.length > 0) normal.enum = values;
    }
    if ('const' in schema && isSayable(schema['const'])) normal.const = schema['const'];
    const standard = schema['default'];
    if (typeof standard !== 'object' && isSayable(standard)) normal.default = standard;
    const { format, pattern } = schema;
    if (typeof format === 'string' && /^[\w-]{1,40}$/u.test(format)) normal.format = format;
    if (isPattern(pattern)) normal.pattern = pattern;
    if (schema['uniqueItems'] === true) normal.uniqueItems = true;
    return normal;
  }

  /** Tuples become lists of what may stand at any of their places. */
  #array(schema: JsonObject, depth: number): NormalSchema {
    const { items, prefixItems } = schema;
    const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
    if (tuple === undefined) {
      const normal = this.#walk(items, depth + 1);
      if (normal !== undefined) return { items: normal };
      return namedTypes(schema).includes('array') ? { items: {} } : {};
    }
    const rest = Array.isArray(prefixItems) ? items : schema['additionalItems'];
    const others = rest === undefined ? undefined : this.#walk(rest, depth + 1);
    const places = this.#list(tuple, depth);
    const open = rest === undefined || rest === true;
    const most = schema['maxItems'];
    const length =
      others === undefined && !open ? Math.min(tuple.length, isCount(most) ? most : Infinity) : undefined;
    return {
      items: anyOfThese(others === undefined || open ? places : [...places, others]),
      ...(length === undefined ? {} : { maxItems: length }),
    };
  }

  #object(schema: JsonObject, depth: number): NormalSchema {
    const normal: Mutable<NormalSchema> = {};
    const { properties, required, additionalProperties, patternProperties } = schema;
    const needed = new Set(
      Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [],
    );
    const isObjectType = namedTypes(schema).includes('object');
    if (isJsonObject(properties) || isObjectType) {
      const held: Record<string, NormalSchema> = {};
      for (const [name, inner] of Object.entries(isJsonObject(properties) ? properties : {})) {
        const property = this.#walk(inner, depth + 1);
        if (property !== undefined && this.#takesName(name, needed)) held[name] = property;
      }
      // What is asked for without being described may be anything.
      for (const name of needed)
        if (!Object.hasOwn(held, name) && this.#takesName(name, needed)) held[name] = {};
      normal.properties = held;
    }
    const names = [...needed].filter((name) => this.#takesName(name, needed));
    if (names.length > 0) normal.required = names;
    if (typeof additionalProperties === 'boolean') normal.additionalProperties = additionalProperties;
    else if (additionalProperties !== undefined) {
      const others = this.#walk(additionalProperties, depth + 1);
      if (others !== undefined) normal.additionalProperties = others;
    }
    if (isJsonObject(patternProperties)) {
      const held = Object.entries(patternProperties).flatMap(([name, inner]) => {
        const property = isPattern(name) ? this.#walk(inner, depth + 1) : undefined;
        return property === undefined ? [] : [[name, property] as const];
      });
      if (held.length > 0) normal.patternProperties = Object.fromEntries(held);
      // A name whose pattern was left out is allowed all the same.
      if (held.length < Object.keys(patternProperties).length) delete normal.additionalProperties;
    }
    return normal;
  }

  /** An argument under a name that the provider refuses is kept from the model, unless the call needs it. */
  #takesName(name: string, needed: ReadonlySet<string>): boolean {
    if (this.#rules.propertyName.test(name)) return true;
    if (!needed.has(name)) return false;
    const shown = JSON.stringify(cutText(cleanText(name), 80));
    throw new Unofferable(`it needs the argument ${shown}, a name not accepted by ${this.#rules.provider}`);
  }

  #reference($ref: string, schema: JsonObject): NormalSchema {
    const { pointer, target } = this.#follow($ref);
    if (target === undefined) return described({}, schema);
    let name = this.#names.get(pointer);
    if (name === undefined) {
      name = this.#freeName(pointer);
      this.#names.set(pointer, name);
      this.#waiting.push({ name, target });
    }
    return described({ $ref: refTo(name) }, schema);
  }

  /** The end of a chain of references; no target for one that leads in a circle or to a named place. */
  #follow($ref: string): { readonly pointer: string; readonly target?: unknown } {
    const passed = new Set<string>();
    for (let pointer = $ref; !passed.has(pointer);) {
      passed.add(pointer);
      if (!pointer.startsWith('#')) {
        throw new Unofferable(
          `its schema refers to another one, ${JSON.stringify(cutText(cleanText(pointer), 80))}`,
        );
      }
      if (pointer !== '#' && !pointer.startsWith('#/')) return { pointer };
      const target = resolvePointer(pointer, this.#root);
      if (target === undefined) {
        throw new Unofferable(
          `its schema refers to ${JSON.stringify(cutText(cleanText(pointer), 80))}, which is not there`,
        );
      }
      if (!isJsonObject(target) || typeof target['$ref'] !== 'string') return { pointer, target };
      pointer = target['$ref'];
    }
    return { pointer: $ref };
  }

  #freeName(pointer: string): string {
    const last =
      pointer
        .split('/')
        .at(-1)
        ?.replaceAll(/[^\w-]/gu, '_')
        .slice(0, 40) ?? '';
    const base = /^_*(?:proto__)?$/u.test(last) ? 'arguments' : last;
    const taken = new Set(this.#names.values());
    for (let n = 1; ; n += 1) {
      const name = n === 1 ? base : `${base}_${n}`;
      if (!taken.has(name)) return name;
    }
  }
}

function described(normal: NormalSchema, { description }: JsonObject): NormalSchema {
  const text =
    typeof description === 'string' ? cutText(cleanText(description), propertyDescriptionLength) : '';
  if (text === '') return normal;
  const { description: note, ...rest } = normal;
  return note === undefined ? { ...rest, description: text } : withNote({ ...rest, description: text }, note);
}

/** Numbers as limits; draft 4 says with a boolean whether a limit itself is excluded. */
function numberLimits(schema: JsonObject): NormalSchema {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const normal: Mutable<NormalSchema> = {};
  if (isNumber(exclusiveMinimum)) normal.exclusiveMinimum = exclusiveMinimum;
  if (isNumber(exclusiveMaximum)) normal.exclusiveMaximum = exclusiveMaximum;
  if (isNumber(minimum)) normal[exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum'] = minimum;
  if (isNumber(maximum)) normal[exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum'] = maximum;
  if (isNumber(multipleOf) && multipleOf > 0) normal.multipleOf = multipleOf;
  return normal;
}

function namedTypes({ type, nullable }: JsonObject): readonly TypeName[] {
  const listed: readonly unknown[] = Array.isArray(type) ? type : [type];
  const types = new Set(listed.filter((name): name is TypeName => typeNames.has(name)));
  // A list with an unknown name in it may mean anything.
  if (types.size < new Set(listed).size) return [];
  if (nullable === true && types.size > 0) types.add('null');
  return [...types];
}

function isPattern(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > patternLength || !isPlainText(value)) return false;
  try {
    return new RegExp(value, 'u').source !== '';
  } catch {
    // Text that is no pattern is what this looks for.
    return false;
  }
}

/** A value that a model can be shown and can repeat. */
function isSayable(value: unknown): boolean {
  if (value === undefined) return false;
  try {
    return JSON.stringify(value).length <= valueLength && isPlainThroughout(value);
  } catch {
    // It is nested too deeply to be written.
    return false;
  }
}

function isPlainThroughout(value: unknown): boolean {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, held]) => isPlainText(key) && isPlainThroughout(held));
}

function uniqueValues(values: readonly unknown[]): readonly unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function resolvePointer(pointer: string, root: JsonObject): unknown {
  let place: unknown = root;
  for (const step of pointer.split('/').slice(1)) {
    const key = decode(step);
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return undefined;
    place = (place as JsonObject)[key];
  }
  return place;
}

function decode(step: string): string {
  const plain = /%(?![\da-f]{2})/iu.test(step) ? step : decodeURIComponent(step);
  return plain.replaceAll('~1', '/').replaceAll('~0', '~');
}
