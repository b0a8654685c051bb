/**
 * A workspace and what is known of its files: what did not change since it was last read, as size, times and inode
 * tell, is not read again. Publishing costs one walk and the reading of what changed.
 */
import { realpathSync } from 'node:fs';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import { diffScans, isUntouched, type ScanDifference, scanTree, type TreeScan } from './change-detector.ts';
import { biggest, describeBytes, quoted } from './describe-sizes.ts';
import type { FileMoment } from './file-moment.ts';
import { createEntryReader, type TrackedEntry } from './entry-reader.ts';
import { encodeRest, type Manifest, type ManifestEntry, type ManifestText } from './manifest.ts';
import { idOfText, type ManifestBase } from './manifest-files.ts';
import { createObjectWriter } from './object-writer.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import type { PublishedSnapshot } from './snapshot-store.ts';
import { loadStatCache, saveStatCache } from './stat-cache.ts';
import type { StoreFiles } from './store-files.ts';
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

interface Published {
  readonly snapshot: PublishedSnapshot;
  readonly entries: ReadonlyMap<string, TrackedEntry>;
  /** What could not be read, walking or reading. */
  readonly skipped: readonly SkippedFile[];
}

interface Reading {
  readonly unreadable: readonly SkippedFile[];
  /** Nothing came out otherwise than it was known. */
  readonly same: boolean;
}

const nothing: ScanDifference = { added: [], modified: [], deleted: [] };

export function createTrackedWorkspace(options: TrackedWorkspaceOptions): TrackedWorkspace {
  const { root, files, limits, excludes } = options;
  /** As it was last seen. */
  let seen: ReadonlyMap<string, TrackedEntry> = new Map();
  let published: Published | undefined;
  let base: ManifestBase | undefined;
  /** What another process knew; of use until everything was read once. */
  let remembered: ReadonlyMap<string, TrackedEntry> | undefined;
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
    if (isUntouchedTree(scan)) return nothing;
    const changes = diffScans(seen, scan.entries, isSame);
    seen = scan.entries;
    return changes;
  }

  async function publish(slice: WorkSlice): Promise<PublishedSnapshot> {
    remembered ??= await loadStatCache(root, files, slice);
    const moment = files.moment();
    const scan = await scanNow(slice);
    const untouched = isUntouchedTree(scan);
    checkSize(scan.entries);
    const { unreadable, same } = await readChanged(scan, moment, slice);
    const skipped = [...scan.skipped, ...unreadable];
    if (published?.entries === seen && untouched && same && isLike(published, scan, skipped)) {
      seen = scan.entries;
      published = { ...published, snapshot: { ...published.snapshot, changes: nothing }, entries: seen };
      return published.snapshot;
    }

    const { text, manifest } = describe(scan, skipped);
    const id = await idOfText(text, slice);
    if (!files.manifests.has(id)) {
      using writer = createObjectWriter(files.objects, slice);
      base = files.manifests.write(id, text, base, writer);
    }
    const changes = diffScans(seen, scan.entries, isSame);
    seen = scan.entries;
    published = { snapshot: { id, manifest, changes }, entries: seen, skipped };
    saved = false;
    remembered = new Map();
    return published.snapshot;
  }

  async function save(slice: WorkSlice): Promise<void> {
    if (saved) return;
    saved = true;
    await saveStatCache(root, seen, files, slice);
  }

  function scanNow(slice: WorkSlice): Promise<TreeScan<TrackedEntry>> {
    return scanTree(root, { slice, excludes, limits, before: seen, entry: (scanned) => scanned });
  }

  function isUntouchedTree({ entries, untouched }: TreeScan<TrackedEntry>): boolean {
    return untouched === entries.size && untouched === seen.size;
  }

  /** Gives the entries of the scan their contents. */
  async function readChanged(
    { entries, root: stat }: TreeScan<TrackedEntry>,
    moment: FileMoment,
    slice: WorkSlice,
  ): Promise<Reading> {
    const unreadable: SkippedFile[] = [];
    let same = true;
    let bytes = bytesIn(entries);
    let expected = 0;
    const reserve = (size: number): void => {
      if (bytes - expected + size > limits.maxBytes) throw tooManyBytes(entries);
    };
    const spellings = [...new Set([root, realpathSync.native(root)])];
    using writer = createObjectWriter(files.objects, slice);
    using reader = createEntryReader({ root, spellings, dev: stat.dev, moment, writer, reserve });
    for (const [path, entry] of entries) {
      if (entry.content !== undefined && !entry.content.racy) continue;
      const known = remembered?.get(path);
      if (known !== undefined && isUntouched(known, entry) && isStored(known)) {
        entries.set(path, known);
        same = false;
        continue;
      }
      expected = entry.kind === 'file' ? entry.size : 0;
      const outcome = await reader.read(path, entry);
      const pause = slice.spend(entry.kind === 'file' ? workUnits.write + workUnits.open : workUnits.look);
      if (pause !== undefined) await pause;
      if (outcome.type === 'read') {
        const { content } = outcome.entry;
        same &&= content?.line === entry.content?.line && content?.problem === entry.content?.problem;
        entries.set(path, outcome.entry);
        bytes += (outcome.entry.kind === 'file' ? outcome.entry.size : 0) - expected;
        continue;
      }
      same &&= entry.content === undefined;
      entries.set(path, withoutContent(entry));
      if (outcome.type === 'unreadable') unreadable.push({ path, reason: outcome.reason });
    }
    writer.finish();
    return { unreadable, same };
  }

  function isStored({ content }: TrackedEntry): boolean {
    const entry = content?.entry;
    return entry?.kind === 'file' && files.objects.has(entry.sha256, entry.size);
  }

  function describe(
    { entries: tree, excluded }: TreeScan<TrackedEntry>,
    skipped: readonly SkippedFile[],
  ): { readonly text: ManifestText; readonly manifest: Manifest } {
    const lines: string[] = [];
    const entries: ManifestEntry[] = [];
    const unfaithful: SkippedFile[] = [];
    const totals = { files: 0, directories: 0, links: 0, bytes: 0 };
    const counted = { file: 'files', directory: 'directories', link: 'links' } as const;
    for (const { content } of tree.values()) {
      if (content === undefined) continue;
      const { entry, line, problem } = content;
      lines.push(line);
      entries.push(entry);
      totals[counted[entry.kind]] += 1;
      if (entry.kind === 'file') totals.bytes += entry.size;
      if (problem !== undefined) unfaithful.push({ path: entry.path, reason: problem });
    }
    const rest = { excluded, skipped: [...skipped, ...unfaithful], totals };
    return { text: { lines, rest: encodeRest(rest) }, manifest: { v: 1, entries, ...rest } };
  }

  /** Before any file is read, where sizes tell. */
  function checkSize(entries: ReadonlyMap<string, TrackedEntry>): void {
    if (bytesIn(entries) > limits.maxBytes) throw tooManyBytes(entries);
  }

  function tooManyBytes(entries: ReadonlyMap<string, TrackedEntry>): MassGenError {
    const all = [...entries].filter(([, { kind }]) => kind === 'file');
    const named = biggest(all, ([, { size }]) => size);
    const list = named.map(([path, { size }]) => `${quoted(path)} (${describeBytes(size)})`).join(', ');
    return new MassGenError(workspaceErrors.tooLarge, {
      detail: `${root} has more than ${describeBytes(limits.maxBytes)}; the biggest files are ${list}`,
      data: { limit: 'bytes', maximum: limits.maxBytes, biggest: named.map(([path]) => path) },
    });
  }
}

function bytesIn(entries: ReadonlyMap<string, TrackedEntry>): number {
  let bytes = 0;
  for (const { kind, size } of entries.values()) if (kind === 'file') bytes += size;
  return bytes;
}

/** By content where both were read: a file that was only touched, or written again as it was, did not change. */
function isSame(was: TrackedEntry, now: TrackedEntry): boolean {
  if (was === now) return true;
  if (was.content === undefined || now.content === undefined) return isUntouched(was, now);
  return was.mode === now.mode && was.content.line === now.content.line;
}

function isLike(
  { snapshot, skipped }: Published,
  { excluded }: TreeScan<TrackedEntry>,
  skippedNow: readonly SkippedFile[],
): boolean {
  const before = snapshot.manifest.excluded;
  return (
    before.length === excluded.length &&
    excluded.every((path, index) => before[index] === path) &&
    skipped.length === skippedNow.length &&
    skippedNow.every(
      ({ path, reason }, index) => skipped[index]?.path === path && skipped[index]?.reason === reason,
    )
  );
}

function withoutContent({ kind, mode, size, mtimeNs, ctimeNs, ino }: TrackedEntry): TrackedEntry {
  return { kind, mode, size, mtimeNs, ctimeNs, ino };
}
