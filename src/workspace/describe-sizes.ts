/** Words for limits: which things are the biggest, and how big, safe to print. */
const shownAtMost = 5;
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** The few biggest of `items`, biggest first. */
export function biggest<T>(items: readonly T[], sizeOf: (item: T) => number): readonly T[] {
  return items.toSorted((one, other) => sizeOf(other) - sizeOf(one)).slice(0, shownAtMost);
}

/** `1.5 GiB`. */
export function describeBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`;
}

/** A path in quotes with its control characters escaped; file names may hold any. */
export function quoted(path: string): string {
  return JSON.stringify(path);
}
