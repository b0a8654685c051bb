/**
 * Paths as agents write them, as places in their own workspace. Pure: links are looked at by whoever uses the place.
 * What is returned never leads out of the workspace by itself.
 */
import { isAbsolute, posix } from 'node:path';
import { isPlainName } from './manifest.ts';

/** Bytes of a whole path that every system takes. */
const longestPath = 4_000;

/** Relative with `/`, `''` for the workspace itself; undefined for a path that is not in it, or is none. */
export function pathInWorkspace(given: string, root: string): string | undefined {
  if (given === '' || given.includes('\0')) return undefined;
  const whole = posix.normalize(isAbsolute(given) ? given : `${root}/${given}`);
  return Buffer.byteLength(whole) > longestPath ? undefined : pathBelow(whole, root);
}

/** `whole` is absolute and normal. */
export function pathBelow(whole: string, root: string): string | undefined {
  const plain = whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole;
  if (plain === root) return '';
  if (!plain.startsWith(`${root}/`)) return undefined;
  const path = plain.slice(root.length + 1);
  return path.split('/').every(isPlainName) ? path : undefined;
}

/** The paths of the directories that a place lies in, the outermost first. */
export function directoriesAbove(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** True when `path` is `directory` or lies in it; everything lies in `''`. */
export function liesIn(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

export function joined(directory: string, path: string): string {
  return directory === '' || path === '' ? directory + path : `${directory}/${path}`;
}

/** Each directory right before what it holds. */
export function sortedByPlace<T>(items: readonly T[], pathOf: (item: T) => string): readonly T[] {
  // No name holds a null character, so what is in a directory comes right behind it.
  return items
    .map((item) => ({ item, key: pathOf(item).replaceAll('/', '\0') }))
    .toSorted((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ item }) => item);
}
