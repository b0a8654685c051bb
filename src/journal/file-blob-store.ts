/**
 * Blobs as files `<store>/objects/<2 hex>/<62 hex>`, shared by all runs of a logs directory and written by
 * several processes at once: a file appears whole under its name or not at all, and is never changed after.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { BlobStore } from './blob-store.ts';
import { makePrivateDirectory } from './private-directory.ts';
import { errorCode, storageError } from './storage-error.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/** `store` is the `.store` directory of the logs directory; it is made when the first blob comes. */
export function createFileBlobStore(store: string): BlobStore {
  const writing = new Map<string, Promise<void>>();

  function pathOf(hash: string): string {
    const hex = /^sha256:([0-9a-f]{64})$/u.exec(hash)?.[1];
    if (hex === undefined)
      throw new MassGenError(journalErrors.blobMissing, { detail: `"${hash}" is no hash` });
    return join(store, 'objects', hex.slice(0, 2), hex.slice(2));
  }

  return {
    async put(bytes) {
      const hash = hashOf(bytes);
      let written = writing.get(hash);
      if (written === undefined) {
        written = writeOnce(pathOf(hash), bytes).finally(() => writing.delete(hash));
        writing.set(hash, written);
      }
      await written;
      return hash;
    },

    async get(hash) {
      const path = pathOf(hash);
      let bytes: Buffer;
      try {
        bytes = await readFile(path);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw storageError(error, `reading ${path}`);
        throw new MassGenError(journalErrors.blobMissing, { detail: path, data: { hash }, cause: error });
      }
      if (hashOf(bytes) !== hash) {
        throw new MassGenError(journalErrors.blobDamaged, { detail: path, data: { hash } });
      }
      return bytes;
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  try {
    // A size that differs means damage; writing it again heals it.
    if ((await stat(path)).size === bytes.byteLength) return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw storageError(error, `looking at ${path}`);
    await makePrivateDirectory(dirname(path)).catch((cause: unknown) => {
      throw storageError(cause, `making ${dirname(path)}`);
    });
  }
  await writeFileAtomic(path, bytes);
}
