/**
 * Walks a directory tree that somebody else may be changing at the same time: no link is followed, no other file
 * system is entered, nothing is opened but directories, and odd entries are named instead of being fatal. Entries
 * come in a fixed order, each directory right before what it holds.
 *
 * Directories are entered through descriptors. Entries are looked at by path, at half the cost: somebody who swaps
 * a directory for a link at that moment can show sizes and times of other files, but whoever reads a file goes
 * through descriptors again and looks anew.
 */
import { isUtf8 } from 'node:buffer';
import { type BigIntStats, lstatSync, opendirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import { errorCode } from '../journal/storage-error.ts';
import { biggest, quoted } from './describe-sizes.ts';
import { type OpenDirectory, openDirectory } from './open-directory.ts';
import { sortNames } from './sort-names.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

export interface WalkedEntry {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly stat: BigIntStats;
}

export interface WalkOptions {
  readonly slice: WorkSlice;
  /** Names left out wherever they appear. */
  readonly excludes: ReadonlySet<string>;
  /** Entries looked at before the walk is given up. */
  readonly maxEntries: number;
  /** Directories below this depth are not entered; entries of the root have depth 1. */
  readonly maxDepth: number;
}

export interface WalkFindings {
  /** Identifies the file system, and the directory in it. */
  readonly root: BigIntStats;
  readonly excluded: readonly string[];
  readonly skipped: readonly SkippedFile[];
}

/** A directory of this size, in bytes of its own, is listed in parts: it may hold any number of names. */
const largeDirectory = 65_536n;
/** Longer paths are reached through their directory; the system takes no more than four times this. */
const longPath = 1_000;

/**
 * Calls `visit` with each entry. Throws `tooLarge` when there are more than `maxEntries`, what `visit` throws, and
 * the error of the system when the root cannot be opened or the process lacks resources.
 */
export async function walkTree(
  root: string,
  visit: (entry: WalkedEntry) => void,
  options: WalkOptions,
): Promise<WalkFindings> {
  const { slice, excludes, maxEntries, maxDepth } = options;
  const excluded: string[] = [];
  const skipped: SkippedFile[] = [];
  /** Names seen below each entry of the root, to tell where too many come from. */
  const counts = new Map<string, number>();
  let seen = 0;
  using top = openDirectory(root);
  await enter(top, resolve(root), '', 1);
  return { root: top.stat, excluded, skipped };

  async function enter(
    directory: OpenDirectory,
    place: string,
    prefix: string,
    depth: number,
  ): Promise<void> {
    const base = place.length < longPath ? place : directory.here;
    for (const name of await listNames(directory, prefix)) {
      const path = prefix + name;
      if (excludes.has(name)) {
        excluded.push(path);
        continue;
      }
      const stat = attempt(path, () => lstatSync(`${base}/${name}`, { bigint: true, throwIfNoEntry: false }));
      const pause = slice.spend(workUnits.look);
      if (pause !== undefined) await pause;
      if (stat === undefined) continue;
      const kind = kindOf(stat);
      const oddity = kind === undefined ? oddityOf(stat) : elsewhere(stat);
      if (kind === undefined || oddity !== undefined) {
        skipped.push({ path, reason: oddity ?? 'of a kind that cannot be copied' });
        continue;
      }
      visit({ path, kind, stat });
      if (kind !== 'directory') continue;
      if (depth >= maxDepth) {
        skipped.push({
          path,
          reason: `too deep: what lies more than ${maxDepth} directories down is left out`,
        });
        continue;
      }
      using inner = attempt(path, () => directory.descend(name));
      // It may have been swapped for a mount point since it was looked at.
      if (inner !== undefined && elsewhere(inner.stat) === undefined)
        await enter(inner, `${place}/${name}`, `${path}/`, depth + 1);
    }
  }

  async function listNames(directory: OpenDirectory, prefix: string): Promise<readonly string[]> {
    const path = prefix.slice(0, -1);
    const branch = prefix === '' ? '.' : prefix.slice(0, prefix.indexOf('/'));
    const names: string[] = [];
    const pause = slice.spend(workUnits.open);
    if (pause !== undefined) await pause;
    if (directory.stat.size <= largeDirectory) {
      // Latin-1 gives the bytes of a name one by one; a name that is no UTF-8 would come damaged otherwise.
      const all = attempt(path, () => readdirSync(directory.here, 'latin1')) ?? [];
      count(all.length);
      for (const name of all) take(name);
      return names.toSorted();
    }
    const listing = attempt(path, () => opendirSync(directory.here, { encoding: 'latin1', bufferSize: 256 }));
    if (listing === undefined) return names;
    try {
      for (;;) {
        const entry = attempt(path, () => listing.readSync()) ?? undefined;
        if (entry === undefined) break;
        count(1);
        take(entry.name);
        await slice.spend(workUnits.look);
      }
    } finally {
      listing.closeSync();
    }
    return sortNames(names, slice);

    function count(more: number): void {
      seen += more;
      counts.set(branch, (counts.get(branch) ?? 0) + more);
      if (seen > maxEntries) throw tooManyEntries();
    }

    function take(latin1: string): void {
      const name = decodeName(latin1);
      if (name !== undefined) names.push(name);
      else skipped.push({ path: prefix + escapeBytes(latin1), reason: 'its name is not UTF-8' });
    }
  }

  /** Undefined when the entry vanished or cannot be reached; the latter is noted. */
  function attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const reason = skipReason(error);
      if (reason === undefined || path === '') throw error;
      if (reason !== 'vanished') skipped.push({ path, reason });
      return undefined;
    }
  }

  function elsewhere(stat: BigIntStats): string | undefined {
    return stat.dev === top.stat.dev ? undefined : 'on another file system';
  }

  function tooManyEntries(): MassGenError {
    const branches = biggest([...counts], ([, count]) => count);
    const named = branches.map(([name, count]) => `${quoted(name)} (${count})`).join(', ');
    return new MassGenError(workspaceErrors.tooLarge, {
      detail: `${root} has more than ${maxEntries} entries; most of those seen are in ${named}`,
      data: { limit: 'entries', maximum: maxEntries, biggest: branches.map(([name]) => name) },
    });
  }
}

/** Why an entry is left out after this error; undefined when the error is not about the entry. */
export function skipReason(error: unknown): 'vanished' | (string & {}) | undefined {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'vanished';
    case 'EACCES':
    case 'EPERM':
      return 'unreadable: no permission';
    case 'EIO':
    case 'ESTALE':
      return 'unreadable: the disk reports an error';
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENXIO':
    case 'EINVAL':
    case 'EISDIR':
    case 'EAGAIN':
      return 'changed while it was read';
    default:
      return undefined;
  }
}

function kindOf(stat: BigIntStats): WalkedEntry['kind'] | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'link' : undefined;
}

function oddityOf(stat: BigIntStats): string | undefined {
  if (stat.isFIFO()) return 'a pipe (FIFO)';
  if (stat.isSocket()) return 'a socket';
  return stat.isCharacterDevice() || stat.isBlockDevice() ? 'a device' : undefined;
}

function decodeName(latin1: string): string | undefined {
  if (!/[\u0080-\u00FF]/u.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function escapeBytes(latin1: string): string {
  return latin1.replaceAll(/[\u0080-\u00FF]/gu, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
