/**
 * Tells by names, sizes, times and inodes what changed in a workspace between two looks, reading no file. What is
 * left out of snapshots is left out here too.
 */
import { errorCode, storageError } from '../journal/storage-error.ts';
import { defaultExcludes } from './default-excludes.ts';
import { defaultLimits } from './snapshot-limits.ts';
import { walkTree } from './walk-tree.ts';
import { createWorkSlice } from './work-slice.ts';

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

/** Empty when there is no such directory. Throws `tooLarge` beyond 100,000 entries, and a storage error. */
export async function scanWorkspace(
  directory: string,
  excludes: ReadonlySet<string> = defaultExcludes,
): Promise<WorkspaceScan> {
  const scan = new Map<string, ScannedEntry>();
  try {
    await walkTree(
      directory,
      ({ path, kind, stat }): undefined => {
        const { size, mtimeNs, ctimeNs, ino } = stat;
        scan.set(path, {
          kind,
          mode: Number(stat.mode & 0o7777n),
          size: Number(size),
          mtimeNs,
          ctimeNs,
          ino,
        });
      },
      { slice: createWorkSlice(), excludes, ...defaultLimits },
    );
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
    throw storageError(error, `looking at ${directory}`);
  }
  return scan;
}

/** Pure. A directory counts as modified only by its mode: what happens in it shows by itself. */
export function diffScans(before: WorkspaceScan, after: WorkspaceScan): ScanDifference {
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

function isSame(was: ScannedEntry, now: ScannedEntry): boolean {
  if (was.mode !== now.mode) return false;
  if (now.kind === 'directory') return true;
  return (
    was.size === now.size && was.mtimeNs === now.mtimeNs && was.ctimeNs === now.ctimeNs && was.ino === now.ino
  );
}

function shown(path: string, { kind }: ScannedEntry): string {
  return kind === 'directory' ? `${path}/` : path;
}
