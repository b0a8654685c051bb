/**
 * Reads the strings of a call's arguments at pointers such as `path`, `paths[]` and `items[].path`. It is lenient about
 * the form, as servers are: a single value where a list was to be is looked at, and so is all that lies below.
 */

/** Every string (keys of objects included) at or below the places that the pointers name. */
export function stringsAt(
  args: Readonly<Record<string, unknown>>,
  pointers: readonly string[],
): readonly string[] {
  return pointers.flatMap((pointer) =>
    valuesAt([args], pointer.replaceAll('[]', '').split('.')).flatMap((value) => allStrings(value)),
  );
}

function valuesAt(values: readonly unknown[], names: readonly string[]): readonly unknown[] {
  const [name, ...rest] = names;
  if (name === undefined) return values;
  return valuesAt(
    values.flatMap(elements).flatMap((value) => (hasOwn(value, name) ? [value[name]] : [])),
    rest,
  );
}

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flatMap(elements) : [value];
}

function hasOwn(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

/**
 * Every string in a value, keys of objects included, without the texts under a key of `except`; objects below such a
 * key are looked at, as what stands in them has names of its own.
 */
export function allStrings(value: unknown, except: ReadonlySet<string> = new Set()): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((inner) => allStrings(inner, except));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      except.has(key) ? allStrings(withoutTexts(inner), except) : [key, ...allStrings(inner, except)],
    );
  }
  return [];
}

function withoutTexts(value: unknown): unknown {
  return elements(value).filter((element) => typeof element !== 'string');
}
