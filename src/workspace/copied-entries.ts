/** What a copy of a snapshot has of it: all but links that may lead out of the tree. Pure. */
import { linkStaysInside } from './link-target.ts';
import type { ManifestEntry } from './manifest.ts';

export function copiedEntries(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  return entries.filter((entry) => entry.kind !== 'link' || linkStaysInside(entry.path, entry.link));
}
