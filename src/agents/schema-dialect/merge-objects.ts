/**
 * Several schemas of one object as a single plain one, for places where a provider takes no `anyOf`, `oneOf` or
 * `allOf`. What an argument is in one of them it is in the result, and which of them belong together is said in
 * words; nothing else of how they exclude each other is kept.
 */
import { anyOfThese, type NormalSchema, refName, typesOf, withNote } from './normal-schema.ts';

type Definitions = Readonly<Record<string, NormalSchema>>;

const maxDepth = 8;
/** Schemas that are looked into in all; references can multiply them without end. */
const maxLooks = 500;
const shownForms = 6;

/** Undefined when what the schema describes can never be an object. */
export function mergeObjects(schema: NormalSchema, defs: Definitions): NormalSchema | undefined {
  return merge(schema, defs, 0, { left: maxLooks });
}

function merge(
  schema: NormalSchema,
  defs: Definitions,
  depth: number,
  looks: { left: number },
): NormalSchema | undefined {
  const known = depth <= maxDepth && (looks.left -= 1) >= 0;
  const within = (held: NormalSchema): NormalSchema | undefined => merge(held, defs, depth + 1, looks);
  const name = refName(schema);
  if (name !== undefined) return known ? within(defs[name] ?? {}) : { type: 'object', properties: {} };
  if (typesOf(schema)?.includes('object') === false) return undefined;
  const { anyOf, oneOf, allOf, not: _, enum: _enum, const: _const, default: _default, ...own } = schema;
  const object: NormalSchema = { ...own, type: 'object', properties: own.properties ?? {} };
  if (!known || (anyOf === undefined && oneOf === undefined && allOf === undefined)) return object;

  // What else an object may hold is up to all of its schemas together, so none of them can say it alone.
  const { additionalProperties: _others, ...open } = object;
  let merged: NormalSchema = open;
  for (const part of allOf ?? []) {
    const other = within(part);
    if (other === undefined) return undefined;
    merged = join(merged, other, [...(merged.required ?? []), ...(other.required ?? [])]);
  }
  for (const forms of [anyOf, oneOf]) {
    if (forms === undefined) continue;
    const [first, ...others] = forms.flatMap((form) => within(form) ?? []);
    if (first === undefined) return undefined;
    const common =
      first.required?.filter((key) => others.every(({ required }) => required?.includes(key))) ?? [];
    const required = [...(merged.required ?? []), ...common];
    for (const form of [first, ...others]) merged = join(merged, form, required);
    const note = formsNote([first, ...others]);
    if (note !== undefined) merged = withNote(merged, note);
  }
  return merged;
}

function join(a: NormalSchema, b: NormalSchema, required: readonly string[]): NormalSchema {
  const properties = new Map(Object.entries(a.properties ?? {}));
  for (const [name, property] of Object.entries(b.properties ?? {})) {
    const known = properties.get(name);
    properties.set(name, known === undefined ? property : either(known, property));
  }
  const needed = [...new Set(required)];
  for (const name of needed) if (!properties.has(name)) properties.set(name, {});
  const { required: _, ...rest } = a;
  return {
    ...rest,
    properties: Object.fromEntries(properties),
    ...(needed.length === 0 ? {} : { required: needed }),
  };
}

/** A schema that says nothing adds nothing to one that says something. */
function either(a: NormalSchema, b: NormalSchema): NormalSchema {
  if (Object.keys(a).length === 0) return b;
  return Object.keys(b).length === 0 ? a : anyOfThese([a, b]);
}

/** Which names belong together, where the forms differ in that. */
function formsNote(forms: readonly NormalSchema[]): string | undefined {
  const sets = new Set(forms.map(({ required = [] }) => required.map((name) => `\`${name}\``).join(', ')));
  sets.delete('');
  if (sets.size < 2) return undefined;
  return `Give one of these sets: ${[...sets]
    .slice(0, shownForms)
    .map((names) => `(${names})`)
    .join(' or ')}.`;
}
