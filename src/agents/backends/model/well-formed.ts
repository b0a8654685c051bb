/**
 * A copy of plain JSON data in which every string is well-formed Unicode. Providers refuse whole requests
 * because of one lone surrogate, which a cut in the middle of an emoji leaves behind.
 */
export function wellFormed<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key.toWellFormed(), copy(held)]));
}
