/**
 * A workspace and what is known of its files: what did not change since it was last read, as size, times and inode
 * tell, is not read again. Publishing costs one walk and the reading of what changed.
 */
import { lstatSync, realpathSync } from 'node:fs';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import {
  diffScans,
  isUntouched,
  type KnownTree,
  mapOf,
  type ScanDifference,
  scanTree,
  type TreeScan,
} from './change-detector.ts';
import { biggest, describeBytes, quoted } from './describe-sizes.ts';
import { createEntryReader, type TrackedEntry } from './entry-reader.ts';
import type { FileMoment } from './file-moment.ts';
import { draftManifest, type ManifestDraft } from './manifest-draft.ts';
import { createManifestSeries } from './manifest-series.ts';
import { createObjectWriter } from './object-writer.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import type { PublishedSnapshot } from './snapshot-store.ts';
import { loadStatCache, saveStatCache } from './stat-cache.ts';
import { stampsDirectories } from './steady-directories.ts';
import type { StoreFiles } from './store-files.ts';
import type { Listing } from './walk-tree.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

export interface TrackedWorkspaceOptions {
  /** Absolute. */
  readonly root: string;
  readonly files: StoreFiles;
  readonly limits: SnapshotLimits;
  readonly excludes: ReadonlySet<string>;
}

/** One thing is done at a time. */
export interface TrackedWorkspace {
  /** What changed since the last look or publication, read from no file. */
  look(slice: WorkSlice): Promise<ScanDifference>;
  publish(slice: WorkSlice): Promise<PublishedSnapshot>;
  /** Keeps what is known for another process, if anything new is. */
  save(slice: WorkSlice): Promise<void>;
}

type Tree = KnownTree<TrackedEntry>;

interface Published {
  readonly tree: Tree;
  readonly draft: ManifestDraft;
  /** What could not be read, walking or reading. */
  readonly skipped: readonly SkippedFile[];
  /** Places of entries that have to be read again, touched or not. */
  readonly unsettled: readonly number[];
}

interface Reading {
  readonly tree: Tree;
  readonly unreadable: readonly SkippedFile[];
  /** Places of entries that are not what they were known as. */
  readonly changed: readonly number[];
  readonly unsettled: readonly number[];
}

/** How far another file system's clock may be behind that of the store, in milliseconds; FAT counts in two seconds. */
const otherClockMs = 2_500;
const nothing: ScanDifference = { added: [], modified: [], deleted: [] };

export function createTrackedWorkspace(options: TrackedWorkspaceOptions): TrackedWorkspace {
  const { root, files, limits, excludes } = options;
  const series = createManifestSeries(files);
  /** As it was last seen. */
  let seen: Tree = { paths: [], entries: [] };
  let published: Published | undefined;
  /** What another process knew; of use until everything was read once. */
  let remembered: ReadonlyMap<string, TrackedEntry> | undefined;
  /** Names in directories that are still as they were. */
  let listings: ReadonlyMap<string, Listing> = new Map();
  let saved = true;
  let last: Promise<unknown> = Promise.resolve();

  return {
    look: (slice) => inTurn(() => look(slice)),
    publish: (slice) => inTurn(() => publish(slice)),
    save: (slice) => inTurn(() => save(slice)),
  };

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = last.then(action);
    last = result.catch(() => undefined);
    return result;
  }

  async function look(slice: WorkSlice): Promise<ScanDifference> {
    const scan = await scanNow(slice);
    if (scan.sameShape && scan.touched.length === 0) return nothing;
    const changes = difference(scan, scan, scan.touched);
    seen = scan;
    return changes;
  }

  async function publish(slice: WorkSlice): Promise<PublishedSnapshot> {
    remembered ??= await loadStatCache(root, files, slice);
    const settledMs = settledBy(files.moment());
    const scan = await scanNow(slice, settledMs);
    if (scan.bytes > limits.maxBytes) throw tooManyBytes(scan);
    const before = published?.tree === seen && scan.sameShape ? published : undefined;
    const places = before === undefined ? [...scan.paths.keys()] : union(scan.touched, before.unsettled);
    const { tree, unreadable, changed, unsettled } = await readChanged(scan, places, settledMs, slice);
    const { excluded } = scan;
    const skipped = [...scan.skipped, ...unreadable];
    const last = before === undefined ? undefined : { draft: before.draft, places: changed };
    const isSameDraft =
      before !== undefined &&
      changed.length === 0 &&
      isSameList(
        before.skipped,
        skipped,
        (one, other) => one.path === other.path && one.reason === other.reason,
      ) &&
      isSameList(before.draft.manifest.excluded, excluded, (one, other) => one === other);
    const draft = isSameDraft ? before.draft : await draftManifest({ tree, excluded, skipped, slice, last });
    if (!isSameDraft) await series.write(draft, slice);
    const changes = difference(scan, tree, union(scan.touched, changed));
    seen = tree;
    published = { tree, draft, skipped, unsettled };
    saved &&= isSameDraft && places.length === 0;
    remembered = new Map();
    return { id: draft.id, manifest: draft.manifest, changes };
  }

  async function save(slice: WorkSlice): Promise<void> {
    if (saved) return;
    saved = true;
    await saveStatCache(root, seen, files, slice);
  }

  async function scanNow(slice: WorkSlice, startedMs?: number): Promise<TreeScan<TrackedEntry>> {
    const known = stampsDirectories(root) ? { listings, startedMs } : {};
    const entry = (scanned: TrackedEntry): TrackedEntry => scanned;
    const scan = await scanTree(root, { slice, excludes, limits, before: seen, entry, ...known });
    ({ listings } = scan);
    return scan;
  }

  /** A stamp of this time or later does not tell a later change. */
  function settledBy({ ms, dev }: FileMoment): number {
    return lstatSync(root).dev === dev ? ms : ms - otherClockMs;
  }

  /** `places` are those that may differ, where the paths are the same as before. */
  function difference(
    { sameShape }: TreeScan<TrackedEntry>,
    tree: Tree,
    places: readonly number[],
  ): ScanDifference {
    if (!sameShape) return diffScans(mapOf(seen), mapOf(tree), isSame);
    const at = ({ paths, entries }: Tree): Map<string, TrackedEntry> =>
      mapOf({
        paths: places.flatMap((place) => paths[place] ?? []),
        entries: places.flatMap((place) => entries[place] ?? []),
      });
    return diffScans(at(seen), at(tree), isSame);
  }

  /** Gives entries of the scan their contents. */
  async function readChanged(
    scan: TreeScan<TrackedEntry>,
    places: Iterable<number>,
    settledMs: number,
    slice: WorkSlice,
  ): Promise<Reading> {
    const { paths, root: stat } = scan;
    const entries = [...scan.entries];
    const unreadable: SkippedFile[] = [];
    const changed: number[] = [];
    const unsettled: number[] = [];
    let { bytes } = scan;
    let expected = 0;
    const reserve = (size: number): string | undefined => {
      if (!isHeld(size)) return `larger than ${describeBytes(limits.maxBytes)}, which is all a version holds`;
      if (bytes - expected + size > limits.maxBytes) throw tooManyBytes(scan);
      return undefined;
    };
    const spellings = [...new Set([root, realpathSync.native(root)])];
    using writer = createObjectWriter(files.objects, slice);
    using reader = createEntryReader({ root, spellings, dev: stat.dev, settledMs, writer, reserve });
    for (const place of places) {
      const path = paths[place];
      const entry = entries[place];
      if (path === undefined || entry === undefined) continue;
      const { content } = entry;
      if (content !== undefined && !content.racy) continue;
      const known = remembered?.get(path);
      if (known !== undefined && isUntouched(known, entry) && isStored(known)) {
        entries[place] = known;
        changed.push(place);
        continue;
      }
      expected = entry.kind === 'file' && isHeld(entry.size) ? entry.size : 0;
      const outcome = await reader.read(path, entry);
      const pause = slice.spend(entry.kind === 'file' ? workUnits.write + workUnits.open : workUnits.look);
      if (pause !== undefined) await pause;
      const was = content ?? seenContent(scan, place);
      if (outcome.type === 'read') {
        const { entry: fresh } = outcome;
        const now = fresh.content;
        if (now?.line !== was?.line || now?.problem !== was?.problem) changed.push(place);
        if (now?.racy === true) unsettled.push(place);
        if (fresh.kind === 'file') bytes += fresh.size - expected;
        entries[place] = fresh;
        continue;
      }
      if (was !== undefined) changed.push(place);
      unsettled.push(place);
      entries[place] = withoutContent(entry);
      if (outcome.type === 'unreadable') unreadable.push({ path, reason: outcome.reason });
    }
    if (changed.length > 1_000) await slice.rest();
    writer.finish();
    if (changed.length > 1_000) await slice.rest();
    return { tree: { paths, entries }, unreadable, changed, unsettled };
  }

  function seenContent({ sameShape }: TreeScan<TrackedEntry>, place: number): TrackedEntry['content'] {
    return sameShape ? seen.entries[place]?.content : undefined;
  }

  /** Whether a file of this size can be in a version. */
  function isHeld(size: number): boolean {
    return size <= limits.maxBytes;
  }

  function isStored({ content }: TrackedEntry): boolean {
    const entry = content?.entry;
    return entry?.kind === 'file' && files.objects.has(entry.sha256, entry.size);
  }

  function tooManyBytes(tree: Tree): MassGenError {
    const all = [...mapOf(tree)].filter(([, { kind, size }]) => kind === 'file' && isHeld(size));
    const named = biggest(all, ([, { size }]) => size);
    const list = named.map(([path, { size }]) => `${quoted(path)} (${describeBytes(size)})`).join(', ');
    return new MassGenError(workspaceErrors.tooLarge, {
      detail: `${root} has more than ${describeBytes(limits.maxBytes)}; the biggest files are ${list}`,
      data: { limit: 'bytes', maximum: limits.maxBytes, biggest: named.map(([path]) => path) },
    });
  }
}

/** By content where both were read: a file that was only touched, or written again as it was, did not change. */
function isSame(was: TrackedEntry, now: TrackedEntry): boolean {
  if (was === now) return true;
  if (was.content === undefined || now.content === undefined) return isUntouched(was, now);
  return was.mode === now.mode && was.content.line === now.content.line;
}

function isSameList<T>(
  one: readonly T[],
  other: readonly T[],
  isEqual: (one: T, other: T) => boolean,
): boolean {
  return (
    one.length === other.length &&
    one.every((each, index) => {
      const same = other[index];
      return same !== undefined && isEqual(each, same);
    })
  );
}

/** In their order. */
function union(one: readonly number[], other: readonly number[]): readonly number[] {
  if (other.length === 0) return one;
  return [...new Set([...one, ...other])].toSorted((left, right) => left - right);
}

function withoutContent({ kind, mode, size, mtimeMs, ctimeMs, ino }: TrackedEntry): TrackedEntry {
  return { kind, mode, size, mtimeMs, ctimeMs, ino };
}
