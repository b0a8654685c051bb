/**
 * Makes the tree of a manifest. Directories are reached component by component, never through a link; files are
 * fetched from where they are stored, or are linked to those of an earlier copy.
 */
import { chmodSync, fchmodSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { errorCode } from '../journal/storage-error.ts';
import { createDirectoryCursor } from './directory-cursor.ts';
import { linkStaysInside } from './link-target.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

export type FileEntry = Extract<ManifestEntry, { readonly kind: 'file' }>;

export interface WriteTreeOptions {
  readonly slice: WorkSlice;
  readonly readOnly: boolean;
  /** Makes `place`, which does not exist, the checked content of the entry. */
  readonly fetch: (entry: FileEntry, place: string, mode: number) => Promise<void>;
  /**
   * A path of a file that is the same, to be linked. Given only where nobody can write to the copy while it is made:
   * then everything is reached by path, which is faster.
   */
  readonly shared?: ((entry: FileEntry) => string | undefined) | undefined;
}

interface Places extends Disposable {
  /** A path of the entry, valid until the next call. */
  of(path: string): string;
  directory(path: string): void;
  finish(): void;
}

/** Fills the empty directory `target`. Throws what `fetch` throws, and errors of the system. */
export async function writeTree(
  manifest: Manifest,
  target: string,
  options: WriteTreeOptions,
): Promise<void> {
  const { slice, readOnly, fetch, shared } = options;
  const reduced = (mode: number): number => (readOnly ? mode & 0o555 : mode);
  using places = (shared === undefined ? placesByCursor : placesByPath)(target, reduced(0o755));
  for (const entry of manifest.entries) {
    const place = places.of(entry.path);
    let units: number = workUnits.open;
    switch (entry.kind) {
      case 'directory':
        mkdirSync(place, 0o700);
        places.directory(entry.path);
        break;
      case 'link':
        if (linkStaysInside(entry.path, entry.link)) symlinkSync(entry.link, place);
        break;
      case 'file':
        if (isLinked(shared?.(entry), place)) units = workUnits.link;
        else await fetch(entry, place, reduced(entry.mode));
        break;
      default:
        entry satisfies never;
    }
    const pause = slice.spend(units);
    if (pause !== undefined) await pause;
  }
  places.finish();
}

function isLinked(source: string | undefined, place: string): boolean {
  if (source === undefined) return false;
  try {
    linkSync(source, place);
    return true;
  } catch (error) {
    // A file has only so many names, and some file systems have no links; then it is a copy.
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function placesByCursor(target: string, mode: number): Places {
  const cursor = createDirectoryCursor(target, (directory) => fchmodSync(directory.fd, mode));
  return {
    of(path) {
      const cut = path.lastIndexOf('/');
      return cursor.directory(path.slice(0, Math.max(0, cut))).at(path.slice(cut + 1));
    },
    // Opened even when it stays empty, so that it gets its mode when it is left.
    directory: (path) => void cursor.directory(path),
    finish: () => cursor.finish(),
    [Symbol.dispose]: () => cursor[Symbol.dispose](),
  };
}

function placesByPath(target: string, mode: number): Places {
  const made = [target];
  const of = (path: string): string => `${target}/${path}`;
  return {
    of,
    directory: (path) => void made.push(of(path)),
    finish: () => {
      for (const directory of made.toReversed()) chmodSync(directory, mode);
    },
    [Symbol.dispose]: () => undefined,
  };
}
