/**
 * The plain snapshot store: one complete copy a snapshot, in `<directory>/<id>/{manifest.json,tree/}`, where `tree`
 * holds files and directories and the manifest everything else. A snapshot is there whole or not at all, and is
 * verified against its id each time it is read.
 */
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
import type { SnapshotStore } from './snapshot-store.ts';
import { createWorkSlice } from './work-slice.ts';
import { writeTree } from './write-tree.ts';

export interface CopySnapshotStoreOptions {
  /** Made when the first snapshot is published; only its owner can enter it. */
  readonly directory: string;
  readonly limits?: Partial<SnapshotLimits>;
}

export function createCopySnapshotStore(options: CopySnapshotStoreOptions): SnapshotStore {
  const { directory } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const has = (id: string): boolean => isId(id) && existsSync(join(directory, id, 'manifest.json'));

  return {
    has: (id) => Promise.resolve(has(id)),

    async publish(workspace, { signal } = {}) {
      const slice = createWorkSlice(signal);
      checkSource(workspace);
      try {
        // Reading is cheap next to copying, and most workspaces are published more than once.
        const seen = describe(await readTree(workspace, { slice, limits }));
        if (has(seen.id)) return { id: seen.id, manifest: seen.manifest };

        await makePrivateDirectory(directory);
        let copied = seen;
        // The name is known only when the copy is made, hence one level more than the snapshot needs.
        await withScratch(async (scratch) => {
          const tree = join(scratch, 'tree');
          mkdirSync(tree, 0o700);
          copied = describe(await readTree(workspace, { slice, limits, target: tree }));
          writeSynced(join(scratch, 'manifest.json'), copied.text);
          await syncDirectory(scratch);
          return join(directory, copied.id);
        });
        await syncDirectory(directory);
        return { id: copied.id, manifest: copied.manifest };
      } catch (error) {
        throw asOurs(error, signal, `publishing ${workspace}`);
      }
    },
  };
}
