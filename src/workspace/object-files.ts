/**
 * Contents of files, each kept once: alone under its SHA-256 in `<store>/objects/<2 hex>/<62 hex>`, where long values of
 * journals lie too, or in a bundle with others. What is kept appears whole under its name or not at all and is never
 * changed after; several processes may write at once. Nothing is ever linked to or from a place outside the store.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { type BundleFiles, openBundleFiles } from './bundle-files.ts';
import type { UnsyncedPaths } from './unsynced-paths.ts';

export interface ObjectFiles {
  readonly directory: string;
  readonly bundles: BundleFiles;
  readonly unsynced: UnsyncedPaths;
  /** Whether there is a content of this name and size; it is checked whenever it is read. */
  has(sha256: string, size: number): boolean;
  /** Where a content is kept when it is kept alone. */
  pathOf(sha256: string): string;
  /** A path for a new file that gets its name later; it may exist, so it is made exclusively. */
  freshPath(): string;
  /** Makes a private directory in the store, with its parents. */
  makeDirectory(path: string): void;
}

/** The directory must be there when something is written. */
export function openObjectFiles(directory: string, unsynced: UnsyncedPaths): ObjectFiles {
  const objects = join(directory, 'objects');
  const bundles = openBundleFiles(directory);
  const fresh = join(directory, 'tmp', String(process.pid));
  let count = 0;
  const pathOf = (sha256: string): string => `${objects}/${sha256.slice(0, 2)}/${sha256.slice(2)}`;

  function makeDirectory(path: string): void {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return;
      if (errorCode(error) !== 'ENOENT' || path === directory) throw error;
      makeDirectory(dirname(path));
      mkdirSync(path, { mode: 0o700 });
    }
    unsynced.directory(path);
  }

  return {
    directory,
    bundles,
    unsynced,
    pathOf,
    makeDirectory,
    freshPath() {
      count += 1;
      return `${fresh}-${count}`;
    },
    has(sha256, size) {
      if (bundles.find(sha256)?.size === size) return true;
      const stat = lstatSync(pathOf(sha256), { throwIfNoEntry: false });
      return stat?.isFile() === true && stat.size === size;
    },
  };
}
