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
import { lstatSync, opendirSync, readdirSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import { errorCode } from '../journal/storage-error.ts';
import { biggest, quoted } from './describe-sizes.ts';
import { createLazyDirectory, type LazyDirectory } from './lazy-directory.ts';
import type { OpenDirectory } from './open-directory.ts';
import { sortNames } from './sort-names.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

export interface WalkedEntry {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly stat: Stats;
}

/** The names in a directory, as long as it is what it was. */
export interface Listing {
  readonly ino: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** In their order. */
  readonly names: readonly string[];
  /** The same with their paths relative to the root: the same texts in each walk are found faster in a map. */
  readonly paths: readonly string[];
  /** Names that are no text. */
  readonly odd: readonly SkippedFile[];
}

type Names = Pick<Listing, 'names' | 'paths'>;

export interface WalkOptions {
  readonly slice: WorkSlice;
  /** Names left out wherever they appear; one that begins with `/` is a path from the root. */
  readonly excludes: ReadonlySet<string>;
  /** Entries looked at before the walk is given up. */
  readonly maxEntries: number;
  /** Directories below this depth are not entered; entries of the root have depth 1. */
  readonly maxDepth: number;
  /** Listings of an earlier walk: a directory that is as it was then is not listed again. */
  readonly listings?: ReadonlyMap<string, Listing> | undefined;
  /**
   * A time of the file system at the start of this walk, in milliseconds: a directory that was changed before it shows
   * any later change. Without it no listing is kept.
   */
  readonly startedMs?: number | undefined;
}

export interface WalkFindings {
  readonly root: Stats;
  readonly excluded: readonly string[];
  readonly skipped: readonly SkippedFile[];
  /** By path of the directory relative to the root. */
  readonly listings: ReadonlyMap<string, Listing>;
}

/** A directory of this size, in bytes of its own, is listed in parts: it may hold any number of names. */
const largeDirectory = 65_536;
/** Longer paths are reached through their directory; the system takes no more than four times this. */
const longPath = 1_000;
const typeMask = 0o170000;
const kinds: ReadonlyMap<number, WalkedEntry['kind']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
]);
const lookOptions = { throwIfNoEntry: false } as const;

/**
 * Calls `visit` with each entry. Throws `tooLarge` when there are more than `maxEntries`, what `visit` throws, and
 * the error of the system when the root cannot be opened or the process lacks resources.
 */
export async function walkTree(
  root: string,
  visit: (entry: WalkedEntry) => void,
  options: WalkOptions,
): Promise<WalkFindings> {
  const { slice, excludes, maxEntries, maxDepth, startedMs } = options;
  const excludedPaths = rootedPaths(excludes);
  const excluded: string[] = [];
  const skipped: SkippedFile[] = [];
  const listings = new Map<string, Listing>();
  /** Names seen below each entry of the root, to tell where too many come from. */
  const counts = new Map<string, number>();
  let seen = 0;
  using top = createLazyDirectory(root);
  const { stat: rootStat } = top.open();
  await enter(top, rootStat, resolve(root), '', 1);
  return { root: rootStat, excluded, skipped, listings };

  async function enter(
    directory: LazyDirectory,
    stat: Stats,
    place: string,
    prefix: string,
    depth: number,
  ): Promise<void> {
    const { names, paths } = known(stat, prefix) ?? (await listNames(directory, prefix));
    const base = place.length < longPath ? place : directory.open().here;
    let index = 0;
    for (const path of paths) {
      const name = names[index] ?? '';
      index += 1;
      if (excludes.has(name) || excludedPaths?.has(path) === true) {
        excluded.push(path);
        continue;
      }
      const stat = look(path, `${base}/${name}`);
      const pause = slice.spend(workUnits.look);
      if (pause !== undefined) await pause;
      if (stat === undefined) continue;
      const kind = kinds.get(stat.mode & typeMask);
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
      using inner = directory.descend(name);
      await enter(inner, stat, `${place}/${name}`, `${path}/`, depth + 1);
    }
  }

  function look(path: string, place: string): Stats | undefined {
    try {
      return lstatSync(place, lookOptions);
    } catch (error) {
      return note(path, error);
    }
  }

  function known({ ino, mtimeMs, ctimeMs }: Stats, prefix: string): Names | undefined {
    const path = prefix.slice(0, -1);
    const listing = options.listings?.get(path);
    if (
      listing === undefined ||
      listing.ino !== ino ||
      listing.mtimeMs !== mtimeMs ||
      listing.ctimeMs !== ctimeMs
    )
      return undefined;
    count(prefix, listing.names.length + listing.odd.length);
    skipped.push(...listing.odd);
    listings.set(path, listing);
    return listing;
  }

  async function listNames(directory: LazyDirectory, prefix: string): Promise<Names> {
    const path = prefix.slice(0, -1);
    const opened = attempt(path, () => directory.open());
    const pause = slice.spend(workUnits.open);
    if (pause !== undefined) await pause;
    // It may have been swapped for a mount point since it was looked at.
    if (opened === undefined || elsewhere(opened.stat) !== undefined) return { names: [], paths: [] };
    const names: string[] = [];
    const odd: SkippedFile[] = [];
    const take = (latin1: string): void => {
      const name = decodeName(latin1);
      if (name !== undefined) names.push(name);
      else odd.push({ path: prefix + escapeBytes(latin1), reason: 'its name is not UTF-8' });
    };
    const { size, ino, mtimeMs, ctimeMs } = opened.stat;
    if (size <= largeDirectory) {
      // Latin-1 gives the bytes of a name one by one; a name that is no UTF-8 would come damaged otherwise.
      const all = attempt(path, () => readdirSync(opened.here, 'latin1')) ?? [];
      count(prefix, all.length);
      for (const name of all) take(name);
    } else await listInParts(opened, prefix, take);
    const sorted = size <= largeDirectory ? names.toSorted() : await sortNames(names, slice);
    skipped.push(...odd);
    const listing = { ino, mtimeMs, ctimeMs, names: sorted, paths: sorted.map((name) => prefix + name), odd };
    if (startedMs !== undefined && ctimeMs < startedMs) listings.set(path, listing);
    return listing;
  }

  async function listInParts(
    { here }: OpenDirectory,
    prefix: string,
    take: (latin1: string) => void,
  ): Promise<void> {
    const path = prefix.slice(0, -1);
    const listing = attempt(path, () => opendirSync(here, { encoding: 'latin1', bufferSize: 256 }));
    if (listing === undefined) return;
    try {
      for (;;) {
        const entry = attempt(path, () => listing.readSync()) ?? undefined;
        if (entry === undefined) return;
        count(prefix, 1);
        take(entry.name);
        const pause = slice.spend(workUnits.look);
        if (pause !== undefined) await pause;
      }
    } finally {
      listing.closeSync();
    }
  }

  function count(prefix: string, more: number): void {
    const branch = prefix === '' ? '.' : prefix.slice(0, prefix.indexOf('/'));
    seen += more;
    counts.set(branch, (counts.get(branch) ?? 0) + more);
    if (seen > maxEntries) throw tooManyEntries();
  }

  /** Undefined when the entry vanished or cannot be reached; the latter is noted. */
  function attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      return note(path, error);
    }
  }

  function note(path: string, error: unknown): undefined {
    const reason = skipReason(error);
    if (reason === undefined || path === '') throw error;
    if (reason !== 'vanished') skipped.push({ path, reason });
  }

  function elsewhere(stat: Stats): string | undefined {
    return stat.dev === rootStat.dev ? undefined : 'on another file system';
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

/** Undefined, which costs nothing, where there are none. */
function rootedPaths(excludes: ReadonlySet<string>): ReadonlySet<string> | undefined {
  const paths = [...excludes].filter((each) => each.startsWith('/')).map((each) => each.slice(1));
  return paths.length === 0 ? undefined : new Set(paths);
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

function oddityOf(stat: Stats): string | undefined {
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
