/** Checks everything in a store against the hashes it is named by. Reads only. */
import { errorMessage } from '../errors/error-message.ts';
import { storageError } from '../journal/storage-error.ts';
import { openCopiedSnapshots } from './copied-snapshots.ts';
import type { Manifest } from './manifest.ts';
import { createObjectReader } from './object-reader.ts';
import { listStore } from './store-contents.ts';
import { openStoreFiles } from './store-files.ts';
import { createWorkSlice } from './work-slice.ts';

export interface VerifiedStore {
  readonly snapshots: number;
  readonly contents: number;
  /** What is wrong, one line each, with the path of the file; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Throws storage errors. */
export async function verifyStore(directory: string): Promise<VerifiedStore> {
  const slice = createWorkSlice();
  const problems: string[] = [];
  const checked = new Set<string>();
  try {
    const files = openStoreFiles(directory);
    const copied = openCopiedSnapshots(directory);
    const { manifests, copies, objects } = await listStore(directory, slice);
    using reader = createObjectReader(files.objects, slice);
    const check = async (sha256: string, size: number, name: string): Promise<void> => {
      if (checked.has(sha256)) return;
      checked.add(sha256);
      const problem = await reader.check({ sha256, size });
      if (problem !== undefined) problems.push(`${name}, ${problem}`);
    };
    for (const { id } of manifests) {
      const manifest = await attempt(problems, () => files.manifests.read(id, slice));
      for (const entry of manifest?.entries ?? []) {
        if (entry.kind === 'file')
          await check(entry.sha256, entry.size, `${id.slice(0, 12)} ${JSON.stringify(entry.path)}`);
      }
    }
    for (const { id } of copies) await attempt(problems, () => Promise.resolve(copied.manifest(id)));
    // What no snapshot names: long values of journals, and what is to be cleaned away.
    for (const { id, size } of objects) await check(id, size, id.slice(0, 12));
    for (const { path, index } of files.objects.bundles.all()) {
      if (index === undefined) problems.push(`${path}: it is damaged`);
      for (const { sha256, size } of index?.all() ?? []) await check(sha256, size, sha256.slice(0, 12));
    }
    return { snapshots: manifests.length + copies.length, contents: checked.size, problems };
  } catch (error) {
    throw storageError(error, `checking ${directory}`);
  }
}

async function attempt(problems: string[], action: () => Promise<Manifest>): Promise<Manifest | undefined> {
  try {
    return await action();
  } catch (error) {
    problems.push(errorMessage(error));
    return undefined;
  }
}
