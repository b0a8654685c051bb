/** How much there is in the arguments of a call, before anything runs over them. */
const maxDepth = 64;

export type ValueSize =
  | { readonly type: 'measured'; readonly parts: number; readonly textLength: number }
  /** Nested so deeply that copying or writing it would overflow the stack. */
  | { readonly type: 'too_deep'; readonly maxDepth: number };

export function measureValue(value: unknown): ValueSize {
  const seen = { parts: 0, textLength: 0 };
  return count(value, 0, seen) ? { type: 'measured', ...seen } : { type: 'too_deep', maxDepth };
}

function count(value: unknown, depth: number, seen: { parts: number; textLength: number }): boolean {
  seen.parts += 1;
  if (typeof value === 'string') seen.textLength += value.length;
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= maxDepth) return false;
  if (Array.isArray(value)) return value.every((held) => count(held, depth + 1, seen));
  for (const key of Object.keys(value)) {
    if (!count((value as Readonly<Record<string, unknown>>)[key], depth + 1, seen)) return false;
  }
  return true;
}
