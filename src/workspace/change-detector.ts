/**
 * Tells by names, sizes, times and inodes what changed in a tree between two looks, reading no file. What is left
 * out of snapshots is left out here too.
 */
import { errorCode, storageError } from '../journal/storage-error.ts';
import { defaultExcludes } from './default-excludes.ts';
import { defaultLimits, type SnapshotLimits } from './snapshot-limits.ts';
import { type WalkFindings, type WalkOptions, walkTree } from './walk-tree.ts';
import { createWorkSlice } from './work-slice.ts';

export interface ScannedEntry {
  readonly kind: 'file' | 'directory' | 'link';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /**
   * Times in milliseconds, told apart down to a quarter of a microsecond: between two changes that a look at the file
   * came between, more time has passed.
   */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/** By path relative to the workspace, each directory before what it holds. */
export type WorkspaceScan = ReadonlyMap<string, ScannedEntry>;

/** Paths relative to the workspace; those of directories end in `/`. */
export interface ScanDifference {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

/** Paths relative to the root, each directory before what it holds, and what is at each of them. */
export interface KnownTree<T extends ScannedEntry> {
  readonly paths: readonly string[];
  readonly entries: readonly T[];
}

export interface TreeScan<T extends ScannedEntry> extends WalkFindings, KnownTree<T> {
  /** Places of entries that are new, or not as they were before. */
  readonly touched: readonly number[];
  /** The paths are the very same as before. */
  readonly sameShape: boolean;
  /** Of all files that are not too large by themselves. */
  readonly bytes: number;
}

export interface ScanOptions<T extends ScannedEntry> extends Pick<
  WalkOptions,
  'slice' | 'excludes' | 'listings' | 'startedMs'
> {
  readonly limits: SnapshotLimits;
  /** An earlier scan: what is as it was then is the very same object again. */
  readonly before?: KnownTree<T>;
  /** What is kept of an entry that is new or was touched. */
  readonly entry: (scanned: ScannedEntry) => T;
}

/** Throws `tooLarge`, and the error of the system when the root cannot be opened. */
export async function scanTree<T extends ScannedEntry>(
  root: string,
  options: ScanOptions<T>,
): Promise<TreeScan<T>> {
  const { slice, excludes, limits, before, listings, startedMs } = options;
  const paths: string[] = [];
  const entries: T[] = [];
  const touched: number[] = [];
  let shifted: ReadonlyMap<string, T> | undefined;
  let sameShape = before !== undefined;
  let bytes = 0;

  /** Where nothing came or went, an entry is where it was. */
  function entryBefore(path: string, place: number): T | undefined {
    if (before === undefined) return undefined;
    if (before.paths[place] === path) return before.entries[place];
    sameShape = false;
    shifted ??= mapOf(before);
    return shifted.get(path);
  }

  const findings = await walkTree(
    root,
    ({ path, kind, stat }) => {
      const { mtimeMs, ctimeMs, ino, size } = stat;
      const mode = stat.mode & 0o7777;
      const place = paths.length;
      const was = entryBefore(path, place);
      const same =
        was !== undefined &&
        was.ctimeMs === ctimeMs &&
        was.mtimeMs === mtimeMs &&
        was.ino === ino &&
        was.size === size &&
        was.mode === mode &&
        was.kind === kind;
      if (kind === 'file' && size <= limits.maxBytes) bytes += size;
      paths.push(path);
      entries.push(same ? was : options.entry({ kind, mode, size, mtimeMs, ctimeMs, ino }));
      if (!same) touched.push(place);
    },
    { slice, excludes, ...limits, listings, startedMs },
  );
  if (paths.length !== before?.paths.length) sameShape = false;
  return { ...findings, paths, entries, touched, sameShape, bytes };
}

export function mapOf<T extends ScannedEntry>({ paths, entries }: KnownTree<T>): Map<string, T> {
  const map = new Map<string, T>();
  for (const [place, entry] of entries.entries()) map.set(paths[place] ?? '', entry);
  return map;
}

/** Empty when there is no such directory. Throws `tooLarge` beyond 100,000 entries, and a storage error. */
export async function scanWorkspace(
  directory: string,
  excludes: ReadonlySet<string> = defaultExcludes,
): Promise<WorkspaceScan> {
  try {
    const slice = createWorkSlice();
    const entry = (scanned: ScannedEntry): ScannedEntry => scanned;
    return mapOf(await scanTree(directory, { slice, excludes, limits: defaultLimits, entry }));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
    throw storageError(error, `looking at ${directory}`);
  }
}

/** Pure. A directory counts as modified only by its mode: what happens in it shows by itself. */
export function diffScans<T extends ScannedEntry>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  isSame: (was: T, now: T) => boolean = isUntouched,
): ScanDifference {
  const added: string[] = [];
  const modified: string[] = [];
  const deleted: string[] = [];
  for (const [path, now] of after) {
    const was = before.get(path);
    if (was === undefined) added.push(shown(path, now));
    else if (was.kind !== now.kind) {
      deleted.push(shown(path, was));
      added.push(shown(path, now));
    } else if (!isSame(was, now)) modified.push(shown(path, now));
  }
  for (const [path, was] of before) {
    if (!after.has(path)) deleted.push(shown(path, was));
  }
  return { added, modified, deleted };
}

/** As far as size, times and inode tell. */
export function isUntouched(was: ScannedEntry, now: ScannedEntry): boolean {
  if (was === now) return true;
  if (was.kind !== now.kind || was.mode !== now.mode) return false;
  if (now.kind === 'directory') return true;
  return (
    was.size === now.size && was.mtimeMs === now.mtimeMs && was.ctimeMs === now.ctimeMs && was.ino === now.ino
  );
}

function shown(path: string, { kind }: ScannedEntry): string {
  return kind === 'directory' ? `${path}/` : path;
}
