/**
 * What a link in a workspace may become in a copy of it. Pure. A copy gets only links that stay inside of it,
 * whatever other links lie on their way; the text of the others is kept in the manifest alone.
 */
import { posix } from 'node:path';

/**
 * The text to store for the link at `path` (relative to the workspace). An absolute target inside one of `roots`,
 * the spellings of the workspace's own path, becomes relative, so that a copy leads to itself and not back; one
 * with `..` in it stays as it is, since where that leads depends on other links.
 */
export function portableLink(path: string, text: string, roots: readonly string[]): string {
  const root = roots.find((each) => text === each || text.startsWith(`${each}/`));
  if (root === undefined) return text;
  const inside = text.slice(root.length + 1);
  if (inside.split('/').includes('..')) return text;
  return posix.relative(posix.dirname(`/${path}`), posix.normalize(`/${inside}`)) || '.';
}

/**
 * True when a link at `path` surely leads to a place inside the tree. `..` is trusted only at the start, where it
 * climbs real directories: behind a name it would climb from wherever that name, perhaps another link, leads.
 */
export function linkStaysInside(path: string, text: string): boolean {
  if (text === '' || text.startsWith('/')) return false;
  let depth = path.split('/').length - 1;
  let named = false;
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') {
      named = true;
      continue;
    }
    depth -= 1;
    if (named || depth < 0) return false;
  }
  return true;
}
