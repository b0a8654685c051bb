/**
 * Every SHA-256 that a run names, whatever it is of: snapshots and long values, and other things that look alike. Read
 * as text, so that a damaged journal names what it named before.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError } from './storage-error.ts';

const hash = /[0-9a-f]{64}/gu;
const hashLength = 64;

/** Adds them to `hashes`. Throws a storage error when the journal cannot be read. */
export async function addNamedHashes(runDirectory: string, hashes: Set<string>): Promise<void> {
  try {
    const names = await readdir(runDirectory);
    for (const name of names.filter((each) => each.startsWith('journal.'))) {
      let rest = '';
      for await (const part of createReadStream(join(runDirectory, name), 'latin1')) {
        const text = rest + String(part);
        for (const [found] of text.matchAll(hash)) hashes.add(found);
        // One may be cut in two.
        rest = text.slice(-(hashLength - 1));
      }
    }
  } catch (error) {
    throw storageError(error, `reading the journal in ${runDirectory}`);
  }
}
