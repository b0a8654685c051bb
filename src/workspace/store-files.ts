/** The files of a content store, put together for those who work in it. */
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileMoment, fileMoment } from './file-moment.ts';
import { createManifestFiles, type ManifestFiles } from './manifest-files.ts';
import { type ObjectFiles, openObjectFiles } from './object-files.ts';
import { createUnsyncedPaths, type UnsyncedPaths } from './unsynced-paths.ts';

export interface StoreFiles {
  readonly directory: string;
  readonly objects: ObjectFiles;
  readonly manifests: ManifestFiles;
  readonly unsynced: UnsyncedPaths;
  /** Where what is known of a workspace is kept for another process. */
  cacheOf(name: string): string;
  /** The time by the file system of the store. */
  moment(): FileMoment;
}

/** The directory must be there when something is written. */
export function openStoreFiles(directory: string): StoreFiles {
  const unsynced = createUnsyncedPaths();
  const scratch = join(directory, 'tmp');
  return {
    directory,
    objects: openObjectFiles(directory, unsynced),
    manifests: createManifestFiles(directory),
    unsynced,
    cacheOf: (name) => join(directory, 'cache', `${name}.jsonl`),
    moment() {
      if (lstatSync(scratch, { throwIfNoEntry: false }) === undefined) mkdirSync(scratch, { mode: 0o700 });
      return fileMoment(join(scratch, 'clock'));
    },
  };
}
