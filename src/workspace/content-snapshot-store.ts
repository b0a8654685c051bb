/**
 * The store of snapshots: each content of a file is kept once, under its hash, and a snapshot is a manifest that
 * names them. A snapshot is there whole or not at all, costs what changed since the one before, and is verified
 * each time it is read.
 */
import { lstatSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { openCopiedSnapshots } from './copied-snapshots.ts';
import { defaultExcludes } from './default-excludes.ts';
import { quoted } from './describe-sizes.ts';
import { encodeEntry, type Manifest } from './manifest.ts';
import { openDirectory } from './open-directory.ts';
import { createObjectReader } from './object-reader.ts';
import { makeWhole } from './scratch-directory.ts';
import { defaultLimits, type SnapshotLimits } from './snapshot-limits.ts';
import type { MaterializeOptions, PublishedSnapshot, SnapshotStore } from './snapshot-store.ts';
import { openStoreFiles } from './store-files.ts';
import { createTrackedWorkspace, type TrackedWorkspace } from './tracked-workspace.ts';
import { createWorkSlice, type WorkSlice } from './work-slice.ts';
import { type FileEntry, writeTree } from './write-tree.ts';

export interface ContentSnapshotStoreOptions {
  /** Such as `<logs>/.store`. Made with the first snapshot; only its owner can enter it. */
  readonly directory: string;
  readonly limits?: Partial<SnapshotLimits>;
  /** Names left out of snapshots wherever they appear; one that begins with `/` is a path from the workspace. */
  readonly excludes?: ReadonlySet<string>;
  /** With it, long work rests the earlier the slower the disk is. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** Manifests kept at hand: those of views that are made, and of what views share files with. */
const manifestsAtHand = 32;
/** As many files as are synced right after they were published, not only when an answer needs it. */
const manyFiles = 64;
/** Paths longer than this are reached component by component. */
const longPath = 1_000;

export function createContentSnapshotStore(options: ContentSnapshotStoreOptions): SnapshotStore {
  const { directory, excludes = defaultExcludes, clock } = options;
  const sliceOf = (signal?: AbortSignal): WorkSlice =>
    createWorkSlice(signal, clock === undefined ? undefined : () => clock.monotonic());
  const limits = { ...defaultLimits, ...options.limits };
  const files = openStoreFiles(directory);
  const copied = openCopiedSnapshots(directory);
  const workspaces = new Map<string, TrackedWorkspace>();
  const manifests = new Map<string, Manifest>();
  let made = false;

  return {
    has: (id) => Promise.resolve(has(id)),
    look: (workspace, { signal } = {}) =>
      guarded(`looking at ${workspace}`, signal, async () => tracked(workspace).look(sliceOf(signal))),
    publish: (workspace, { signal } = {}) =>
      guarded(`publishing ${workspace}`, signal, () => publish(workspace, sliceOf(signal))),
    secure: () => guarded(`securing ${directory}`, undefined, secure),
    manifest: (id) => guarded(`reading ${directory}`, undefined, () => readManifest(id, sliceOf())),
    materialize: (id, target, copying = {}) =>
      guarded(`copying a snapshot to ${target}`, copying.signal, () => materialize(id, target, copying)),
  };

  function has(id: string): boolean {
    return files.manifests.has(id) || copied.has(id);
  }

  function tracked(workspace: string): TrackedWorkspace {
    checkSource(workspace);
    const root = resolve(workspace);
    let known = workspaces.get(root);
    if (known === undefined) {
      known = createTrackedWorkspace({ root, files, limits, excludes });
      workspaces.set(root, known);
    }
    return known;
  }

  async function publish(workspace: string, slice: WorkSlice): Promise<PublishedSnapshot> {
    const known = tracked(workspace);
    if (!made) await makePrivateDirectory(directory);
    made = true;
    const published = await known.publish(slice);
    keepAtHand(published.id, published.manifest);
    // Many files take long to sync; what goes wrong shows again when it is waited for.
    if (files.unsynced.count > manyFiles) files.unsynced.sync().catch(() => undefined);
    return published;
  }

  async function secure(): Promise<void> {
    await files.unsynced.sync();
    for (const known of workspaces.values()) {
      try {
        await known.save(sliceOf());
      } catch (error) {
        // It only saves the next process some reading; the workspace may be gone by now.
        if (errorCode(error) === undefined) throw error;
      }
    }
  }

  async function readManifest(id: string, slice: WorkSlice): Promise<Manifest> {
    const known = manifests.get(id);
    if (known !== undefined) return known;
    if (!has(id)) throw new MassGenError(workspaceErrors.snapshotNotFound, { detail: id });
    const manifest = files.manifests.has(id) ? await files.manifests.read(id, slice) : copied.manifest(id);
    keepAtHand(id, manifest);
    return manifest;
  }

  function keepAtHand(id: string, manifest: Manifest): void {
    manifests.delete(id);
    manifests.set(id, manifest);
    const [oldest] = manifests.keys();
    if (manifests.size > manifestsAtHand && oldest !== undefined) manifests.delete(oldest);
  }

  async function materialize(
    id: string,
    target: string,
    { readOnly = false, only, sharing, signal }: MaterializeOptions,
  ): Promise<void> {
    const slice = sliceOf(signal);
    const whole = await readManifest(id, slice);
    const manifest = only === undefined ? whole : { ...whole, entries: someFiles(whole, only) };
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw taken(target);
    const shared = sharing === undefined ? undefined : await sharedFiles(manifest, sharing, slice);
    using old = files.manifests.has(id) ? undefined : copied.open(id);
    using reader = createObjectReader(files.objects, slice);
    const fetch = async (entry: FileEntry, place: string, mode: number): Promise<void> => {
      if (old !== undefined) return old.fetch(entry, place, mode, slice);
      const problem = await reader.copyTo(entry, place, mode);
      if (problem !== undefined) throw damaged(entry, problem);
    };
    const placed = await makeWhole(dirname(target), async (scratch) => {
      await writeTree(manifest, scratch, { slice, readOnly, fetch, shared });
      return basename(target);
    });
    if (!placed) throw taken(target);
  }

  /** Finds files in an earlier copy; undefined where paths are too long to be used as they are. */
  async function sharedFiles(
    manifest: Manifest,
    sharing: NonNullable<MaterializeOptions['sharing']>,
    slice: WorkSlice,
  ): Promise<((entry: FileEntry) => string | undefined) | undefined> {
    const { entries } = await readManifest(sharing.snapshot, slice);
    if (manifest.entries.some(({ path }) => path.length > longPath)) return undefined;
    const earlier = new Map(entries.map((entry) => [entry.path, entry]));
    return (entry) => {
      const known = earlier.get(entry.path);
      if (known === undefined || (known !== entry && encodeEntry(known) !== encodeEntry(entry)))
        return undefined;
      return `${sharing.directory}/${entry.path}`;
    };
  }
}

/** The named files and the directories on the way to them. */
function someFiles({ entries }: Manifest, only: ReadonlySet<string>): Manifest['entries'] {
  const ways = new Set<string>();
  for (const path of only) {
    for (let cut = path.indexOf('/'); cut !== -1; cut = path.indexOf('/', cut + 1))
      ways.add(path.slice(0, cut));
  }
  return entries.filter(({ kind, path }) => (kind === 'directory' ? ways : only).has(path));
}

function damaged({ path }: FileEntry, problem: string): MassGenError {
  return new MassGenError(workspaceErrors.snapshotDamaged, {
    detail: `${quoted(path)}, ${problem}`,
    data: { path },
  });
}

async function guarded<T>(
  doing: string,
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) throw error;
    throw storageError(error, doing);
  }
}

function checkSource(workspace: string): void {
  try {
    openDirectory(workspace).close();
  } catch (error) {
    const errno = errorCode(error);
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw error;
    throw new MassGenError(workspaceErrors.sourceMissing, { detail: workspace, cause: error });
  }
}

function taken(target: string): MassGenError {
  return new MassGenError(workspaceErrors.targetExists, { detail: target });
}
