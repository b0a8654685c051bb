/**
 * The plain snapshot store: one complete copy a snapshot, in `<directory>/<id>/{manifest.json,tree/}`, where `tree`
 * holds files and directories and the manifest everything else. A snapshot is there whole or not at all, and is
 * verified against its id each time it is read.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { makePrivateDirectory, syncDirectory } from '../journal/private-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { encodeManifest, type Manifest, parseManifest, snapshotId } from './manifest.ts';
import { openDirectory } from './open-directory.ts';
import { readTree } from './read-tree.ts';
import { makeWhole } from './scratch-directory.ts';
import { defaultLimits, type SnapshotLimits } from './snapshot-limits.ts';
import type {
  MaterializeOptions,
  PublishedSnapshot,
  PublishOptions,
  SnapshotStore,
} from './snapshot-store.ts';
import { createWorkSlice } from './work-slice.ts';
import { writeTree } from './write-tree.ts';

export interface CopySnapshotStoreOptions {
  /** Such as `<logs>/.store/snapshots`. Made with the first snapshot; only its owner can enter it. */
  readonly directory: string;
  readonly limits?: Partial<SnapshotLimits>;
}

export function createCopySnapshotStore(options: CopySnapshotStoreOptions): SnapshotStore {
  const { directory } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const manifestOf = (id: string): string => join(directory, id, 'manifest.json');
  const has = (id: string): boolean => /^[0-9a-f]{64}$/u.test(id) && existsSync(manifestOf(id));

  return {
    has: (id) => Promise.resolve(has(id)),
    publish: (workspace, publishing = {}) =>
      guarded(`publishing ${workspace}`, publishing.signal, () => publish(workspace, publishing)),
    materialize: (id, target, copying = {}) =>
      guarded(`copying a snapshot to ${target}`, copying.signal, () => materialize(id, target, copying)),
  };

  async function publish(workspace: string, { signal }: PublishOptions): Promise<PublishedSnapshot> {
    checkSource(workspace);
    const slice = createWorkSlice(signal);
    // Reading costs little next to copying, and the same files are often published again.
    const seen = await readTree(workspace, { slice, limits });
    const known = snapshotId(encodeManifest(seen));
    if (has(known)) return { id: known, manifest: seen };

    await makePrivateDirectory(directory);
    let published: PublishedSnapshot = { id: known, manifest: seen };
    const placed = await makeWhole(directory, async (scratch) => {
      const tree = join(scratch, 'tree');
      mkdirSync(tree, { mode: 0o700 });
      // Described anew: what counts is what was copied.
      const manifest = await readTree(workspace, { slice, limits, target: tree });
      const text = encodeManifest(manifest);
      writeSynced(join(scratch, 'manifest.json'), text);
      await syncDirectory(scratch);
      published = { id: snapshotId(text), manifest };
      return published.id;
    });
    if (placed) await syncDirectory(directory);
    else if (!has(published.id)) throw damaged(published.id, 'its manifest is missing');
    return published;
  }

  async function materialize(
    id: string,
    target: string,
    { readOnly = false, signal }: MaterializeOptions,
  ): Promise<void> {
    const manifest = readManifest(id);
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw taken(target);
    const slice = createWorkSlice(signal);
    const tree = join(directory, id, 'tree');
    const placed = await makeWhole(dirname(target), async (scratch) => {
      await writeTree(manifest, tree, scratch, { slice, readOnly });
      return basename(target);
    });
    if (!placed) throw taken(target);
  }

  function readManifest(id: string): Manifest {
    if (!has(id)) throw new MassGenError(workspaceErrors.snapshotNotFound, { detail: id });
    const text = readFileSync(manifestOf(id), 'utf8');
    if (snapshotId(text) !== id) throw damaged(id, 'the checksum of its manifest is another');
    try {
      return parseManifest(text);
    } catch (error) {
      throw damaged(id, errorMessage(error), error);
    }
  }

  function damaged(id: string, problem: string, cause?: unknown): MassGenError {
    return new MassGenError(workspaceErrors.snapshotDamaged, {
      detail: `${manifestOf(id)}: ${problem}`,
      cause,
    });
  }
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

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function taken(target: string): MassGenError {
  return new MassGenError(workspaceErrors.targetExists, { detail: target });
}
