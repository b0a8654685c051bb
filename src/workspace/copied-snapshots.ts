/**
 * Snapshots as earlier versions kept them: complete copies `<store>/snapshots/<id>/{manifest.json,tree/}`. They are
 * only read, so that runs of those versions can be taken up again.
 */
import { closeSync, constants, existsSync, fchmodSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { quoted } from './describe-sizes.ts';
import { createDirectoryCursor } from './directory-cursor.ts';
import { type Manifest, parseManifest, snapshotId } from './manifest.ts';
import { isSnapshotId } from './manifest-files.ts';
import { readFlags } from './open-directory.ts';
import { skipReason } from './walk-tree.ts';
import type { WorkSlice } from './work-slice.ts';
import type { FileEntry } from './write-tree.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

export interface CopiedSnapshots {
  has(id: string): boolean;
  /** Throws `snapshotDamaged`; the snapshot must be there. */
  manifest(id: string): Manifest;
  /** Gets files of the snapshot, in the order of its manifest. */
  open(id: string): CopiedFiles;
}

export interface CopiedFiles extends Disposable {
  /** Makes `place`, which does not exist, a checked copy. Throws `snapshotDamaged` naming the file. */
  fetch(entry: FileEntry, place: string, mode: number, slice: WorkSlice): Promise<void>;
}

export function openCopiedSnapshots(store: string): CopiedSnapshots {
  const pathOf = (id: string): string => join(store, 'snapshots', id);
  const manifestOf = (id: string): string => join(pathOf(id), 'manifest.json');
  return {
    has: (id) => isSnapshotId(id) && existsSync(manifestOf(id)),
    manifest(id) {
      const text = readFileSync(manifestOf(id), 'utf8');
      if (snapshotId(text) !== id) throw damaged(`${manifestOf(id)}: its checksum is another`);
      try {
        return parseManifest(text);
      } catch (error) {
        throw damaged(`${manifestOf(id)}: ${errorMessage(error)}`, error);
      }
    },
    open: (id) => openFiles(join(pathOf(id), 'tree')),
  };
}

function openFiles(tree: string): CopiedFiles {
  const cursor = reading('', () => createDirectoryCursor(tree));
  return {
    async fetch({ path, size, sha256 }, place, mode, slice) {
      const cut = path.lastIndexOf('/');
      const directory = reading(path, () => cursor.directory(path.slice(0, Math.max(0, cut))));
      const from = reading(path, () => openSync(directory.at(path.slice(cut + 1)), readFlags));
      try {
        const stat = fstatSync(from);
        if (!stat.isFile() || stat.size !== size) throw damagedFile(path);
        const to = openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
        try {
          const copied = await copyBytes(from, size, to, Buffer.allocUnsafe(chunkBytes), slice);
          if (copied.size !== size || copied.sha256 !== sha256) throw damagedFile(path);
          fchmodSync(to, mode);
        } finally {
          closeSync(to);
        }
      } finally {
        closeSync(from);
      }
    },
    [Symbol.dispose]: () => cursor[Symbol.dispose](),
  };

  function reading<T>(path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (skipReason(error) === undefined) throw error;
      throw damagedFile(path, error);
    }
  }

  function damagedFile(path: string, cause?: unknown): MassGenError {
    return damaged(path === '' ? tree : `${quoted(path)} in ${tree}`, cause);
  }
}

function damaged(detail: string, cause?: unknown): MassGenError {
  return new MassGenError(workspaceErrors.snapshotDamaged, { detail, cause });
}
