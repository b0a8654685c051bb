/**
 * Bundles: many small contents in one file `<store>/bundles/<hash>.bundle`, because making a file costs the system far
 * more than filling it. A bundle appears whole under its name and is never changed after.
 */
import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { type BundledContent, type BundleIndex, readIndex } from './bundle-index.ts';
import { readFlags } from './open-directory.ts';

export interface FoundContent extends BundledContent {
  /** The bundle it is in. */
  readonly path: string;
}

export interface BundleFiles {
  pathOf(name: string): string;
  find(sha256: string): FoundContent | undefined;
  /** Sees bundles that were made, and forgets those that are gone, since they were last looked for. */
  refresh(): void;
  /** Paths and contents of all bundles; without contents where the file is damaged. */
  all(): Iterable<{ readonly path: string; readonly index: BundleIndex | undefined }>;
}

const ending = '.bundle';

export function openBundleFiles(store: string): BundleFiles {
  const directory = join(store, 'bundles');
  const pathOf = (name: string): string => join(directory, `${name}${ending}`);
  let bundles: Map<string, BundleIndex | undefined> | undefined;

  function known(): ReadonlyMap<string, BundleIndex | undefined> {
    bundles ??= read(new Map());
    return bundles;
  }

  function read(before: ReadonlyMap<string, BundleIndex | undefined>): Map<string, BundleIndex | undefined> {
    return new Map(
      namesIn(directory)
        .filter((name) => name.endsWith(ending))
        .map((name) => join(directory, name))
        .map((path) => [path, before.get(path) ?? indexOf(path)]),
    );
  }

  return {
    pathOf,
    find(sha256) {
      for (const [path, index] of known()) {
        const found = index?.find(sha256);
        if (found !== undefined) return { ...found, path };
      }
      return undefined;
    },
    refresh() {
      bundles = read(known());
    },
    *all() {
      for (const [path, index] of known()) yield { path, index };
    },
  };
}

function indexOf(path: string): BundleIndex | undefined {
  try {
    const file = openSync(path, readFlags);
    try {
      return readIndex(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // Gone by now, or not to be read: what is in it is missing then, and said to be.
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
