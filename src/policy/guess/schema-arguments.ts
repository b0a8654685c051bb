/**
 * The arguments that a tool's input schema declares, flat, wherever in it they stand. Schemas come from strangers: any
 * value is taken, nothing is fetched, and what is too deep or too large to be looked at is reported as such.
 */
import { nameTokens } from './name-tokens.ts';

export interface SchemaArgument {
  readonly name: string;
  readonly tokens: readonly string[];
  /** The words in the one spelling that lists of names use: `file_path`. */
  readonly key: string;
  /** 0 at the top, 1 inside an object or a list of objects, and so on. */
  readonly depth: number;
  /** No call without it. */
  readonly required: boolean;
  /** It may be a text, or hold texts. */
  readonly text: boolean;
  /** It may be true or false. */
  readonly flag: boolean;
  /** The only texts it may be, where the schema lists them. */
  readonly values?: readonly string[];
}

export interface SchemaArguments {
  readonly list: readonly SchemaArgument[];
  /** False when a part of the schema was not looked at. */
  readonly complete: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const deepest = 12;
/** A list with more says as little as none. */
const mostValues = 1_000;
const mostNodes = 4_000;

export function schemaArguments(schema: unknown): SchemaArguments {
  const walk = new Walk(schema);
  walk.object(schema, 0, 0);
  return { list: walk.found, complete: walk.complete };
}

class Walk {
  readonly found: SchemaArgument[] = [];
  complete = true;
  readonly #root: unknown;
  /** Schemas whose properties are in the list; what refers to itself ends here. */
  readonly #seen = new Set<Json>();
  #nodes = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** Collects the properties of a schema that may describe an object or a list of them. */
  object(schema: unknown, depth: number, level: number): void {
    for (const part of this.#parts(schema, level)) {
      if (this.#seen.has(part)) continue;
      this.#seen.add(part);
      if (isJson(part['properties'])) {
        for (const [name, inner] of Object.entries(part['properties'])) {
          if (this.#nodes > mostNodes) return;
          const required = Array.isArray(part['required']) && part['required'].includes(name);
          const tokens = nameTokens(name);
          const key = tokens.join('_');
          this.found.push({ name, tokens, key, depth, required, ...this.#form(inner, level) });
          this.object(inner, depth + 1, level + 1);
        }
      }
      for (const inner of [...itemsOf(part), ...openEndsOf(part)]) this.object(inner, depth, level + 1);
    }
  }

  /** What kinds of value a schema lets through, as far as it says. */
  #form(schema: unknown, level: number): Pick<SchemaArgument, 'text' | 'flag' | 'values'> {
    let values: readonly string[] = [];
    let [text, flag, free] = [false, false, false];
    for (const part of this.#parts(schema, level)) {
      const listed = Array.isArray(part['enum'])
        ? part['enum']
        : 'const' in part
          ? [part['const']]
          : undefined;
      if (listed !== undefined) {
        const texts = listed.filter((value) => typeof value === 'string');
        values = values.concat(texts);
        text ||= texts.length > 0;
        free ||= values.length > mostValues;
        continue;
      }
      if (isChoice(part)) continue;
      const types = typesOf(part);
      flag ||= types === undefined || types.includes('boolean');
      const own = types === undefined || types.includes('string');
      const inner = [...itemsOf(part), ...openEndsOf(part)].some((item) => this.#form(item, level + 1).text);
      if (own || inner || isUntold(part, types)) [text, free] = [true, true];
    }
    return { text, flag, ...(free || values.length === 0 ? {} : { values }) };
  }

  /** The schema with all that it is put together from, references into itself followed. */
  #parts(schema: unknown, level: number): readonly Json[] {
    const parts = new Set<Json>();
    const open: { readonly part: unknown; readonly level: number }[] = [{ part: schema, level }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      this.#nodes += 1;
      if (next.level > deepest || this.#nodes > mostNodes) {
        this.complete = false;
        break;
      }
      const { part } = next;
      if (!isJson(part) || parts.has(part)) continue;
      parts.add(part);
      for (const inner of this.#alternatives(part)) open.push({ part: inner, level: next.level + 1 });
    }
    return [...parts];
  }

  #alternatives(part: Json): readonly unknown[] {
    const lists = ['anyOf', 'oneOf', 'allOf'].map((key) => part[key]).filter((list) => Array.isArray(list));
    const dependent = isJson(part['dependentSchemas']) ? Object.values(part['dependentSchemas']) : [];
    const reference = typeof part['$ref'] === 'string' ? [this.#referred(part['$ref'])] : [];
    return [...lists.flat(), part['then'], part['else'], ...dependent, ...reference];
  }

  #referred(reference: string): unknown {
    const way = reference === '#' ? [] : reference.split('/').slice(1);
    let at: unknown = /^#(?:\/|$)/u.test(reference) ? this.#root : undefined;
    for (const step of way) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      at = isJson(at) && Object.hasOwn(at, name) ? at[name] : undefined;
    }
    // What lies outside of this schema is not fetched, and so not known.
    if (at === undefined) this.complete = false;
    return at;
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list or an object of which nothing is said. */
function isUntold(part: Json, types: readonly unknown[] | undefined): boolean {
  if (types?.includes('array') === true && itemsOf(part).length === 0) return part['items'] !== false;
  const { properties, additionalProperties } = part;
  return types?.includes('object') === true && properties === undefined && additionalProperties !== false;
}

/** A schema that only says "one of these". */
function isChoice(part: Json): boolean {
  return part['type'] === undefined && ['anyOf', 'oneOf', 'allOf', '$ref'].some((key) => key in part);
}

function typesOf(part: Json): readonly unknown[] | undefined {
  const { type } = part;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type;
  return 'properties' in part ? ['object'] : 'items' in part ? ['array'] : undefined;
}

function itemsOf(part: Json): readonly unknown[] {
  const lists = [part['items'], part['prefixItems']];
  return lists.flatMap((items) => (Array.isArray(items) ? items : isJson(items) ? [items] : []));
}

/** Values under names that the schema leaves open. */
function openEndsOf(part: Json): readonly unknown[] {
  const patterns = isJson(part['patternProperties']) ? Object.values(part['patternProperties']) : [];
  return isJson(part['additionalProperties']) ? [part['additionalProperties'], ...patterns] : patterns;
}
