/**
 * What is at some places of a workspace now, with every content stored: what is changed there afterwards can be put
 * back byte for byte, with its mode. Nothing is followed; what cannot be kept is named.
 */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { SkippedFile } from '../events/run-event.ts';
import type { ScannedEntry } from './change-detector.ts';
import { createDirectoryCursor } from './directory-cursor.ts';
import { createEntryReader } from './entry-reader.ts';
import type { ManifestEntry } from './manifest.ts';
import { createObjectWriter } from './object-writer.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import type { StoreFiles } from './store-files.ts';
import { skipReason, walkTree } from './walk-tree.ts';
import { workUnits, type WorkSlice } from './work-slice.ts';

export interface KeptEntry {
  /** With its exact mode, and a link with its text as it is. */
  readonly entry: ManifestEntry;
  /** As it was when it was read. */
  readonly seen: ScannedEntry;
}

export interface KeptEntries {
  /** Each directory before what it holds. */
  readonly entries: readonly KeptEntry[];
  /** What could not be kept, with the reason. */
  readonly problems: readonly SkippedFile[];
}

export interface KeepOptions {
  readonly root: string;
  /** Relative, none inside another; what is not there is left out. */
  readonly paths: readonly string[];
  /** Take what directories hold as well. */
  readonly deep: boolean;
  readonly files: StoreFiles;
  readonly limits: SnapshotLimits;
  readonly slice: WorkSlice;
}

/** The store's directory must be there. Throws `tooLarge` beyond `maxEntries`, and errors of the system. */
export async function keepEntries(options: KeepOptions): Promise<KeptEntries> {
  const { root, paths, deep, files, limits, slice } = options;
  const entries: KeptEntry[] = [];
  const problems: SkippedFile[] = [];
  let bytes = 0;
  const dev = lstatSync(realpathSync.native(root)).dev;
  using places = createDirectoryCursor(root);
  using writer = createObjectWriter(files.objects, slice);
  using reader = createEntryReader({
    root,
    // None: the text of a link is kept as it is.
    spellings: [],
    dev,
    settledMs: 0,
    writer,
    reserve: () => {},
  });

  for (const path of paths) {
    const stat = look(path);
    if (stat === undefined) continue;
    const kind = kindOf(stat);
    if (kind === undefined) {
      problems.push({ path, reason: 'neither a file nor a folder nor a link' });
      continue;
    }
    await keep(path, seenAs(kind, stat));
    if (kind !== 'directory' || !deep) continue;
    const found: { path: string; seen: ScannedEntry }[] = [];
    const findings = await walkTree(
      join(root, path),
      ({ path: inner, kind: innerKind, stat: innerStat }) =>
        void found.push({ path: `${path}/${inner}`, seen: seenAs(innerKind, innerStat) }),
      { slice, excludes: new Set(), maxEntries: limits.maxEntries, maxDepth: limits.maxDepth },
    );
    problems.push(...findings.skipped.map((each) => ({ ...each, path: `${path}/${each.path}` })));
    for (const each of found) await keep(each.path, each.seen);
  }
  writer.finish();
  return { entries, problems };

  async function keep(path: string, seen: ScannedEntry): Promise<void> {
    if (seen.kind === 'file') bytes += seen.size;
    if (bytes > limits.maxBytes) {
      problems.push({ path, reason: 'too much at once' });
      return;
    }
    const outcome = await reader.read(path, seen);
    const pause = slice.spend(seen.kind === 'file' ? workUnits.write + workUnits.open : workUnits.look);
    if (pause !== undefined) await pause;
    switch (outcome.type) {
      case 'vanished':
        return;
      case 'unreadable':
        problems.push({ path, reason: outcome.reason });
        return;
      case 'read': {
        const { content, ...now } = outcome.entry;
        if (content === undefined) return;
        // Copies of links that lead out are problems of others: here they are put back where they were.
        if (content.entry.kind === 'file' && content.problem !== undefined)
          problems.push({ path, reason: content.problem });
        else entries.push({ entry: { ...content.entry, mode: now.mode }, seen: now });
        return;
      }
      default:
        outcome satisfies never;
    }
  }

  function look(path: string): Stats | undefined {
    const cut = path.lastIndexOf('/');
    try {
      const place = places.directory(path.slice(0, Math.max(0, cut))).at(path.slice(cut + 1));
      return lstatSync(place, { throwIfNoEntry: false });
    } catch (error) {
      // A directory on the way is not there, or is something else: then nothing is at this place.
      if (skipReason(error) === undefined) throw error;
      return undefined;
    }
  }
}

export function seenAs(kind: ScannedEntry['kind'], stat: Stats): ScannedEntry {
  const { mode, size, mtimeMs, ctimeMs, ino } = stat;
  return { kind, mode: mode & 0o7777, size, mtimeMs, ctimeMs, ino };
}

export function kindOf(stat: Stats): ScannedEntry['kind'] | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'link' : undefined;
}
