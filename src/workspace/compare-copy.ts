/** Compares a copy of a snapshot with its manifest, content by content. No link is followed. */
import { closeSync, fstatSync, openSync, readlinkSync } from 'node:fs';
import { mapOf, scanTree } from './change-detector.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { quoted } from './describe-sizes.ts';
import { createDirectoryCursor, type DirectoryCursor } from './directory-cursor.ts';
import { linkStaysInside } from './link-target.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { readFlags } from './open-directory.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import { skipReason } from './walk-tree.ts';
import type { WorkSlice } from './work-slice.ts';

export interface CompareOptions {
  readonly slice: WorkSlice;
  readonly limits: SnapshotLimits;
  /** The copy was made for readers. */
  readonly readOnly: boolean;
}

/** Returns the first difference in words; undefined when there is none. Throws errors of the system. */
export async function compareCopy(
  directory: string,
  manifest: Manifest,
  { slice, limits, readOnly }: CompareOptions,
): Promise<string | undefined> {
  const expected = manifest.entries.filter(
    (entry) => entry.kind !== 'link' || linkStaysInside(entry.path, entry.link),
  );
  const tree = await scanTree(directory, {
    slice,
    limits,
    excludes: new Set(),
    entry: (scanned) => scanned,
  });
  const [odd] = tree.skipped;
  const entries = mapOf(tree);
  if (odd !== undefined) return `${quoted(odd.path)} is there: ${odd.reason}`;
  if (entries.size > expected.length) {
    const known = new Set(expected.map(({ path }) => path));
    const more = [...entries.keys()].find((path) => !known.has(path)) ?? '';
    return `${quoted(more)} is there`;
  }
  using cursor = createDirectoryCursor(directory);
  for (const entry of expected) {
    const scanned = entries.get(entry.path);
    const path = quoted(entry.path);
    if (scanned === undefined) return `${path} is missing`;
    if (scanned.kind !== entry.kind) return `${path} is something else`;
    const mode = readOnly ? entry.mode & 0o555 : entry.mode;
    if (entry.kind !== 'link' && scanned.mode !== mode) return `${path} has another mode`;
    if (!(await hasContent(cursor, entry, slice))) return `${path} has another content`;
  }
  return undefined;
}

async function hasContent(cursor: DirectoryCursor, entry: ManifestEntry, slice: WorkSlice): Promise<boolean> {
  if (entry.kind === 'directory') return true;
  try {
    const cut = entry.path.lastIndexOf('/');
    const place = cursor.directory(entry.path.slice(0, Math.max(0, cut))).at(entry.path.slice(cut + 1));
    if (entry.kind === 'link') return readlinkSync(place) === entry.link;
    const file = openSync(place, readFlags);
    try {
      const stat = fstatSync(file);
      if (!stat.isFile() || stat.size !== entry.size) return false;
      const buffer = Buffer.allocUnsafe(Math.min(entry.size, chunkBytes));
      return (await copyBytes(file, entry.size, undefined, buffer, slice)).sha256 === entry.sha256;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (skipReason(error) === undefined) throw error;
    return false;
  }
}
