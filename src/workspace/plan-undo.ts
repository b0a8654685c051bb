/**
 * How the places that a copy or a deletion changed become what they were before it. What somebody changed there since
 * is only overwritten when that is asked for. A change that was cut short counts as far as it went.
 */
import type { KeptEntry } from './kept-entries.ts';
import type { ManifestEntry } from './manifest.ts';
import { directory, isSameContent, named, refusal } from './plan-copy.ts';
import { missingOnTheWay } from './real-place.ts';
import { directoriesAbove, sortedByPlace } from './workspace-path.ts';

export interface UndoRequest {
  /** What was there before the change, and what was to be there after it. */
  readonly before: readonly ManifestEntry[];
  readonly after: readonly ManifestEntry[];
  /** What is at these places now. */
  readonly current: readonly KeptEntry[];
  readonly overwrite: boolean;
  /** The workspace. */
  readonly root: string;
}

export interface PlannedUndo {
  readonly before: readonly KeptEntry[];
  readonly after: readonly ManifestEntry[];
  /** Files and links that are as they were. */
  readonly same: number;
  readonly leftOut: readonly [];
}

/** Throws `changedSince` and `placeUnusable`. */
export function planUndo({ before, after, current, overwrite, root }: UndoRequest): PlannedUndo {
  const was = new Map(before.map((entry) => [entry.path, entry]));
  const then = new Map(after.map((entry) => [entry.path, entry]));
  const now = new Map(current.map((each) => [each.entry.path, each]));
  const goes: KeptEntry[] = [];
  const comes: ManifestEntry[] = [];
  const changed: string[] = [];
  const wrong: string[] = [];
  let same = 0;
  for (const path of new Set([...was.keys(), ...then.keys()])) {
    const old = was.get(path);
    const there = now.get(path);
    if (isAlike(there?.entry, old)) {
      // The mode of a directory was perhaps changed on the way.
      if (old?.kind === 'directory') comes.push(old);
      else same += 1;
      continue;
    }
    if (!isAlike(there?.entry, then.get(path))) {
      if (there?.entry.kind === 'directory') wrong.push(path);
      else changed.push(path);
    }
    if (there !== undefined) goes.push(there);
    if (old !== undefined) comes.push(old);
  }
  if (wrong.length > 0) throw refusal('placeUnusable', named(wrong));
  if (changed.length > 0 && !overwrite) throw refusal('changedSince', named(changed));
  return {
    before: sortedByPlace(goes, ({ entry }) => entry.path),
    after: sortedByPlace([...comes, ...ways(comes, root)], ({ path }) => path),
    same,
    leftOut: [],
  };
}

function isAlike(one: ManifestEntry | undefined, other: ManifestEntry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return isSameContent(one, other) && (one.kind !== 'file' || one.mode === other.mode);
}

/** Directories that are gone since and were not part of the change. */
function ways(entries: readonly ManifestEntry[], root: string): readonly ManifestEntry[] {
  const known = new Set(entries.map(({ path }) => path));
  const missing = new Set<string>();
  for (const { path } of entries) {
    // The outermost of those that come back tells for all that it holds.
    if (directoriesAbove(path).some((each) => known.has(each))) continue;
    const found = missingOnTheWay(root, path);
    if (found === undefined) throw refusal('placeUnusable', named([path]));
    for (const each of found) missing.add(each);
  }
  return [...missing].map(directory);
}
