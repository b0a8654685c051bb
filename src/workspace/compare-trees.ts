/** What is different between two trees, entry by entry. Pure. */
import type { ManifestEntry } from './manifest.ts';

export interface TreeChange {
  /** Relative, with `/`. */
  readonly path: string;
  /** What the first tree has there; absent when it has nothing. */
  readonly before?: ManifestEntry;
  /** What the second tree has there; absent when it has nothing. */
  readonly after?: ManifestEntry;
}

/** Each directory comes before what it holds. */
export function compareTrees(
  before: readonly ManifestEntry[],
  after: readonly ManifestEntry[],
): readonly TreeChange[] {
  const left = new Map(before.map((entry) => [entry.path, entry]));
  const changes: TreeChange[] = [];
  for (const entry of after) {
    const was = left.get(entry.path);
    left.delete(entry.path);
    if (was === undefined) changes.push({ path: entry.path, after: entry });
    else if (!isSameEntry(was, entry)) changes.push({ path: entry.path, before: was, after: entry });
  }
  for (const entry of left.values()) changes.push({ path: entry.path, before: entry });
  return changes.toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
}

/** How people are told of a change. */
export function changeKind({ before, after }: TreeChange): 'added' | 'modified' | 'deleted' {
  if (before === undefined) return 'added';
  return after === undefined ? 'deleted' : 'modified';
}

/** The path of a change for people; that of a directory ends in `/`. */
export function shownPath({ path, before, after }: TreeChange): string {
  return (after ?? before)?.kind === 'directory' ? `${path}/` : path;
}

function isSameEntry(one: ManifestEntry, other: ManifestEntry): boolean {
  if (one.kind === 'file') {
    return other.kind === 'file' && one.sha256 === other.sha256 && one.mode === other.mode;
  }
  if (one.kind === 'link') return other.kind === 'link' && one.link === other.link;
  return other.kind === 'directory';
}

/** No name holds a null character, so what is in a directory comes right behind it. */
function sortKey({ path }: TreeChange): string {
  return path.replaceAll('/', '\0');
}
