/**
 * Removes from a store what no run names any more. Nothing that is younger than an hour goes, nothing at all while a run
 * is at work, and nothing goes before it is sure that no run has begun meanwhile: what is to go is moved aside first, and
 * a run that begins finds it missing and stores it anew.
 */
import { closeSync, lstatSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import { hash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { storageError } from '../journal/storage-error.ts';
import type { BundledContent } from './bundle-index.ts';
import { createObjectWriter } from './object-writer.ts';
import { readFlags } from './open-directory.ts';
import { removeTree } from './remove-tree.ts';
import { listStore, type StoreContents, type StoredFile } from './store-contents.ts';
import { openStoreFiles, type StoreFiles } from './store-files.ts';
import { createWorkSlice, type WorkSlice, workUnits } from './work-slice.ts';

export interface CleanStoreOptions {
  /** Nobody else cleans it at the same time. */
  readonly directory: string;
  /** Hashes that the kept runs name: snapshots, long values of journals, and whatever else looks like one. */
  readonly named: ReadonlySet<string>;
  /** Whether a run is at work that uses the store. */
  readonly isBusy: () => boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Only tells what it would do. */
  readonly dryRun?: boolean;
}

export interface CleanedStore {
  /** A run is at work: nothing was removed. */
  readonly busy: boolean;
  readonly snapshots: number;
  readonly contents: number;
  /** Bytes that are free now, or would be. */
  readonly bytes: number;
}

const hourMs = 3_600_000;
/** What is known of a workspace that nobody has published for so long. */
const cacheMs = 30 * 24 * hourMs;
/** A bundle is made anew when less than this share of it is needed. */
const shareWorthKeeping = 0.5;

interface Plan {
  readonly files: readonly StoredFile[];
  readonly snapshots: number;
  readonly contents: number;
  /** What is still needed of bundles that go. */
  readonly rescued: readonly { readonly path: string; readonly content: BundledContent }[];
}

/** Throws `snapshotDamaged` when a manifest that is needed cannot be read, and storage errors; then nothing was removed. */
export async function cleanStore(options: CleanStoreOptions): Promise<CleanedStore> {
  const { directory, isBusy, dryRun = false } = options;
  const nothing = { busy: true, snapshots: 0, contents: 0, bytes: 0 };
  try {
    const slice = createWorkSlice();
    if (isBusy()) return nothing;
    const trash = join(directory, 'trash');
    if (!dryRun) await restore(directory, trash, slice);
    const files = openStoreFiles(directory);
    const plan = await planOf(files, await listStore(directory, slice), options, slice);
    const sum = (sizes: readonly { readonly size: number }[]): number =>
      sizes.reduce((total, { size }) => total + size, 0);
    const bytes = sum(plan.files) - sum(plan.rescued.map(({ content }) => content));
    const cleaned = { busy: false, snapshots: plan.snapshots, contents: plan.contents, bytes };
    if (dryRun || plan.files.length === 0) return cleaned;

    await rescue(files, plan, slice);
    for (const { path } of plan.files) moveTo(join(trash, relative(directory, path)), path);
    // A run that began before this moment is seen here; one that begins later finds nothing that goes.
    if (isBusy()) {
      await restore(directory, trash, slice);
      return nothing;
    }
    await removeTree(trash);
    return cleaned;
  } catch (error) {
    throw storageError(error, `cleaning ${directory}`);
  }
}

async function planOf(
  files: StoreFiles,
  contents: StoreContents,
  { named, now }: CleanStoreOptions,
  slice: WorkSlice,
): Promise<Plan> {
  const isOld = ({ since }: StoredFile): boolean => now - since > hourMs;
  /** Snapshots that are named, or may be about to be. */
  const kept = contents.manifests.filter((file) => named.has(file.id) || !isOld(file));
  const needed = new Set(named);
  const bases = new Set<string>();
  for (const { id } of kept) {
    const base = files.manifests.baseOf(id);
    if (base !== undefined) bases.add(base);
    for (const entry of (await files.manifests.read(id, slice)).entries) {
      if (entry.kind === 'file') needed.add(entry.sha256);
    }
  }
  const keptIds = new Set(kept.map(({ id }) => id));
  const manifests = contents.manifests.filter(({ id }) => !keptIds.has(id) && !bases.has(id));
  const copies = contents.copies.filter((file) => !named.has(file.id) && isOld(file));
  const objects = contents.objects.filter((file) => !needed.has(file.id) && isOld(file));
  const rescued: { path: string; content: BundledContent }[] = [];
  const bundles: StoredFile[] = [];
  let lost = 0;
  const indexes = new Map([...files.objects.bundles.all()].map(({ path, index }) => [path, index]));
  for (const file of contents.bundles.filter(isOld)) {
    const index = indexes.get(file.path);
    // What is in a damaged one nobody knows.
    if (index === undefined) continue;
    const all = [...index.all()];
    const live = all.filter(({ sha256 }) => needed.has(sha256));
    const bytes = live.reduce((total, { size }) => total + size, 0);
    await slice.spend(all.length * workUnits.look);
    if (live.length === all.length || bytes >= file.size * shareWorthKeeping) continue;
    bundles.push(file);
    lost += all.length - live.length;
    for (const content of live) rescued.push({ path: file.path, content });
  }
  const unfinished = contents.unfinished.filter(isOld);
  const caches = contents.caches.filter(({ since }) => now - since > cacheMs);
  return {
    files: [...manifests, ...copies, ...objects, ...bundles, ...unfinished, ...caches],
    snapshots: manifests.length + copies.length,
    contents: objects.length + lost,
    rescued,
  };
}

/** Stores what is needed of bundles that go once more, before they go. */
async function rescue(files: StoreFiles, { rescued }: Plan, slice: WorkSlice): Promise<void> {
  if (rescued.length === 0) return;
  // The bundles that go have all of it, so nothing counts as being there.
  using writer = createObjectWriter({ ...files.objects, has: () => false }, slice);
  for (const [path, contents] of Map.groupBy(rescued, (each) => each.path)) {
    const file = openSync(path, readFlags);
    try {
      for (const { content } of contents) {
        const bytes = readPart(file, content);
        if (bytes === undefined) {
          const detail = `${path}: ${content.sha256} in it`;
          throw new MassGenError(workspaceErrors.snapshotDamaged, { detail });
        }
        writer.putBytes(bytes);
        await slice.spend(workUnits.write + workUnits.bytes(content.size));
      }
    } finally {
      closeSync(file);
    }
  }
  writer.finish();
  await files.unsynced.sync();
}

function readPart(file: number, { sha256, offset, size }: BundledContent): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(size);
  for (let done = 0; done < size;) {
    const read = readSync(file, bytes, done, size - done, offset + done);
    if (read === 0) return undefined;
    done += read;
  }
  return hash('sha256', bytes) === sha256 ? bytes : undefined;
}

function moveTo(target: string, path: string): void {
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  renameSync(path, target);
}

/** Puts back what was moved aside, by a cleaning that was cut short too; what was stored anew meanwhile stays. */
async function restore(directory: string, trash: string, slice: WorkSlice): Promise<void> {
  if (lstatSync(trash, { throwIfNoEntry: false }) === undefined) return;
  for (const { path } of Object.values(await listStore(trash, slice)).flat()) {
    const target = join(directory, relative(trash, path));
    if (lstatSync(target, { throwIfNoEntry: false }) === undefined) moveTo(target, path);
  }
  await removeTree(trash);
}
