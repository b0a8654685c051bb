/**
 * Tells by names, sizes, times and inodes what changed in a tree between two looks, reading no file. What is left
 * out of snapshots is left out here too.
 */
import { errorCode, storageError } from '../journal/storage-error.ts';
import { defaultExcludes } from './default-excludes.ts';
import { defaultLimits, type SnapshotLimits } from './snapshot-limits.ts';
import { type WalkFindings, walkTree } from './walk-tree.ts';
import { createWorkSlice, type WorkSlice } from './work-slice.ts';

export interface ScannedEntry {
  readonly kind: 'file' | 'directory' | 'link';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
}

/** By path relative to the workspace, each directory before what it holds. */
export type WorkspaceScan = ReadonlyMap<string, ScannedEntry>;

/** Paths relative to the workspace; those of directories end in `/`. */
export interface ScanDifference {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

export interface TreeScan<T extends ScannedEntry> extends WalkFindings {
  /** Each directory before what it holds. */
  readonly entries: Map<string, T>;
  /** How many of them are as they were before. */
  readonly untouched: number;
}

export interface ScanOptions<T extends ScannedEntry> {
  readonly slice: WorkSlice;
  readonly excludes: ReadonlySet<string>;
  readonly limits: Pick<SnapshotLimits, 'maxEntries' | 'maxDepth'>;
  /** An earlier scan: what is as it was then is the very same object again. */
  readonly before?: ReadonlyMap<string, T>;
  /** What is kept of an entry that is new or was touched. */
  readonly entry: (scanned: ScannedEntry) => T;
}

/** Throws `tooLarge`, and the error of the system when the root cannot be opened. */
export async function scanTree<T extends ScannedEntry>(
  root: string,
  options: ScanOptions<T>,
): Promise<TreeScan<T>> {
  const { slice, excludes, limits, before } = options;
  const entries = new Map<string, T>();
  let untouched = 0;
  const findings = await walkTree(
    root,
    ({ path, kind, stat }) => {
      const { mtimeNs, ctimeNs, ino } = stat;
      const mode = Number(stat.mode) & 0o7777;
      const size = Number(stat.size);
      const was = before?.get(path);
      const same =
        was !== undefined &&
        was.ctimeNs === ctimeNs &&
        was.mtimeNs === mtimeNs &&
        was.ino === ino &&
        was.size === size &&
        was.mode === mode &&
        was.kind === kind;
      if (same) untouched += 1;
      entries.set(path, same ? was : options.entry({ kind, mode, size, mtimeNs, ctimeNs, ino }));
    },
    { slice, excludes, ...limits },
  );
  return { ...findings, entries, untouched };
}

/** Empty when there is no such directory. Throws `tooLarge` beyond 100,000 entries, and a storage error. */
export async function scanWorkspace(
  directory: string,
  excludes: ReadonlySet<string> = defaultExcludes,
): Promise<WorkspaceScan> {
  try {
    const slice = createWorkSlice();
    const entry = (scanned: ScannedEntry): ScannedEntry => scanned;
    return (await scanTree(directory, { slice, excludes, limits: defaultLimits, entry })).entries;
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
  let kept = 0;
  for (const [path, now] of after) {
    const was = before.get(path);
    if (was !== undefined) kept += 1;
    if (was === undefined) added.push(shown(path, now));
    else if (was.kind !== now.kind) {
      deleted.push(shown(path, was));
      added.push(shown(path, now));
    } else if (!isSame(was, now)) modified.push(shown(path, now));
  }
  if (kept === before.size) return { added, modified, deleted };
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
    was.size === now.size && was.mtimeNs === now.mtimeNs && was.ctimeNs === now.ctimeNs && was.ino === now.ino
  );
}

function shown(path: string, { kind }: ScannedEntry): string {
  return kind === 'directory' ? `${path}/` : path;
}
