/**
 * Looks at a stranger's schema once, in bounded time, before anything compiles it: too large to be used, plainly
 * harmless, or to be handled where it can be ended. Harmless is what provably costs little: nothing in it runs a
 * pattern, refers in circles or compares every item with every other, and its tree is small.
 */
import { isJsonObject, type JsonObject } from './json-object.ts';

export type SchemaAssessment =
  | { readonly type: 'unusable'; readonly reason: string }
  | {
      readonly type: 'harmless';
      /** Most work the schema does for one value within the arguments, in steps. */
      readonly weight: number;
      /** True when it looks at the length of texts, so that their length counts too. */
      readonly readsTexts: boolean;
    }
  /** Nothing is known of what it costs. */
  | { readonly type: 'guarded' };

const maxCharacters = 256 * 1024;
const maxObjects = 10_000;
/** Schemas within schemas; one lies up to two levels of JSON under the other. */
const maxDepth = 32;
const maxJsonDepth = maxDepth * 2;
/** Compiling so much takes some 50 ms, once. */
const maxWeight = 500;

export function assessSchema(schema: JsonObject): SchemaAssessment {
  const seen: Seen = { characters: 0, objects: 0, risky: false };
  const reason = tooLarge(schema, 0, seen);
  if (reason !== undefined) return { type: 'unusable', reason };
  if (seen.risky) return { type: 'guarded' };
  const cost: Cost = { weight: 0, readsTexts: false };
  const harmless = weigh(schema, schema, 0, cost) && cost.weight <= maxWeight;
  return harmless ? { type: 'harmless', ...cost } : { type: 'guarded' };
}

interface Seen {
  characters: number;
  objects: number;
  risky: boolean;
}

/** Keywords whose cost nothing bounds, or that change where references lead; wherever they stand. */
const riskyKeywords: ReadonlySet<string> = new Set([
  'pattern',
  'patternProperties',
  'id',
  '$id',
  '$anchor',
  '$async',
  '$data',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveAnchor',
  '$recursiveRef',
]);

/** Measures any JSON value; the reason when it is over a limit. */
function tooLarge(value: unknown, depth: number, seen: Seen): string | undefined {
  if (typeof value !== 'object' || value === null) {
    seen.characters += typeof value === 'string' ? value.length + 2 : 5;
  } else {
    seen.objects += 1;
    if (depth > maxJsonDepth) return `it is nested more than ${maxJsonDepth} levels deep`;
    if (seen.objects > maxObjects) return `it has more than ${maxObjects} parts`;
    for (const [key, held] of Object.entries(value)) {
      seen.characters += key.length + 3;
      // A property may have such a name: then a schema stands there, not a value of the keyword.
      if (riskyKeywords.has(key) && (key === 'patternProperties' || !isJsonObject(held))) seen.risky = true;
      const reason = tooLarge(held, depth + 1, seen);
      if (reason !== undefined) return reason;
    }
  }
  return seen.characters > maxCharacters ? `it has more than ${maxCharacters} characters` : undefined;
}

interface Cost {
  weight: number;
  readsTexts: boolean;
}

const schemaKeywords = [
  'items',
  'additionalItems',
  'unevaluatedItems',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
];
const listKeywords = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'];
const mapKeywords = ['properties', 'dependentSchemas', 'dependencies'];
const valueKeywords = ['enum', 'const', 'required', 'dependentRequired'];
const textKeywords = ['minLength', 'maxLength'];
const scalarTypes: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'null']);

/**
 * Adds up what the schema costs with its references written out. False as soon as it is not harmless, which
 * also ends every circle.
 */
function weigh(schema: unknown, root: JsonObject, depth: number, cost: Cost): boolean {
  cost.weight += 1;
  if (typeof schema === 'boolean') return true;
  if (!isJsonObject(schema) || depth > maxDepth || cost.weight > maxWeight) return false;
  if (textKeywords.some((keyword) => keyword in schema)) cost.readsTexts = true;
  for (const keyword of valueKeywords) cost.weight += keyword in schema ? parts(schema[keyword]) : 0;
  if (schema['uniqueItems'] === true && !hasScalarItems(schema)) return false;
  if ('$ref' in schema) {
    const target = resolve(schema['$ref'], root);
    if (target === undefined || !weigh(target, root, depth + 1, cost)) return false;
  }
  const within = (held: unknown): boolean => Array.isArray(held) || weigh(held, root, depth + 1, cost);
  return (
    schemaKeywords.every((keyword) => !(keyword in schema) || within(schema[keyword])) &&
    listKeywords.every((keyword) => {
      const list = schema[keyword];
      return !Array.isArray(list) || list.every((held) => weigh(held, root, depth + 1, cost));
    }) &&
    mapKeywords.every((keyword) => {
      const map = schema[keyword];
      return map === undefined || (isJsonObject(map) && Object.values(map).every(within));
    })
  );
}

function parts(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, held) => sum + parts(held), 1);
}

/** Items that are found again by their own value, not by comparing each with each. */
function hasScalarItems({ items }: JsonObject): boolean {
  return isJsonObject(items) && scalarTypes.has(items['type']);
}

/** Follows a reference to a place in the same schema. */
function resolve(ref: unknown, root: JsonObject): unknown {
  if (typeof ref !== 'string' || !/^#(?:\/[\w$./-]*)?$/u.test(ref)) return undefined;
  let place: unknown = root;
  for (const step of ref.split('/').slice(1)) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, step)) return undefined;
    place = (place as JsonObject)[step];
  }
  return place;
}
