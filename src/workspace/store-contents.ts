/** What a store holds, file by file, and how old each file is. Nothing is followed, nothing is opened. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { isSnapshotId } from './manifest-files.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

export interface StoredFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When it was written, or came to be what it is, in milliseconds since the epoch: the later one. */
  readonly since: number;
}

export interface NamedFile extends StoredFile {
  /** The hash it is named by. */
  readonly id: string;
}

export interface StoreContents {
  readonly objects: readonly NamedFile[];
  readonly bundles: readonly StoredFile[];
  readonly manifests: readonly NamedFile[];
  /** Directories with complete copies, of earlier versions; their size counts as nothing. */
  readonly copies: readonly NamedFile[];
  /** What a crash left behind, or a process still writes. */
  readonly unfinished: readonly StoredFile[];
  readonly caches: readonly StoredFile[];
}

export async function listStore(store: string, slice: WorkSlice): Promise<StoreContents> {
  const objects: NamedFile[] = [];
  for (const prefix of namesIn(join(store, 'objects'))) {
    for (const file of await filesIn(join(store, 'objects', prefix), slice)) {
      const id = prefix + file.name;
      if (isSnapshotId(id)) objects.push({ ...file, id });
    }
  }
  const manifests = await filesIn(join(store, 'manifests'), slice);
  const copies = await filesIn(join(store, 'snapshots'), slice);
  return {
    objects,
    bundles: (await filesIn(join(store, 'bundles'), slice)).filter(({ name }) => name.endsWith('.bundle')),
    manifests: manifests
      .map((file) => ({ ...file, id: file.name.replace(/\.json$/u, '') }))
      .filter(({ id }) => isSnapshotId(id)),
    copies: copies
      .filter(({ name }) => isSnapshotId(name))
      .map((file) => ({ ...file, id: file.name, size: 0 })),
    unfinished: (await filesIn(join(store, 'tmp'), slice)).filter(({ name }) => name !== 'clock'),
    caches: await filesIn(join(store, 'cache'), slice),
  };
}

async function filesIn(
  directory: string,
  slice: WorkSlice,
): Promise<readonly (StoredFile & { readonly name: string })[]> {
  const files: (StoredFile & { readonly name: string })[] = [];
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    await slice.spend(workUnits.look);
    if (stat === undefined) continue;
    files.push({ name, path, size: stat.size, since: Math.max(stat.mtimeMs, stat.ctimeMs) });
  }
  return files;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    const errno = errorCode(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
    throw error;
  }
}
