/**
 * Manifests of what a change takes away and brings, kept in the store like those of snapshots, so that cleaning the
 * store keeps the contents that they name. Their modes are exact.
 */
import { encodeEntry, encodeRest, joinManifest, type ManifestEntry, snapshotId } from './manifest.ts';
import { createObjectWriter } from './object-writer.ts';
import type { StoreFiles } from './store-files.ts';
import type { WorkSlice } from './work-slice.ts';

/** Nothing for no entries, else the id under `key`; it survives a power loss when what is unsynced was synced. */
export function writeKept<Key extends string>(
  { manifests, objects }: StoreFiles,
  key: Key,
  entries: readonly ManifestEntry[],
  slice: WorkSlice,
): { readonly [K in Key]?: string } {
  if (entries.length === 0) return {};
  const count = (kind: ManifestEntry['kind']): number => entries.filter((each) => each.kind === kind).length;
  const totals = {
    files: count('file'),
    directories: count('directory'),
    links: count('link'),
    bytes: entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0),
  };
  const text = { lines: entries.map(encodeEntry), rest: encodeRest({ excluded: [], skipped: [], totals }) };
  const id = snapshotId(joinManifest(text));
  if (!manifests.has(id)) {
    using writer = createObjectWriter(objects, slice);
    manifests.write(id, text, writer);
  }
  return { [key]: id } as { readonly [K in Key]: string };
}

/** Throws `snapshotDamaged`, and errors of the system when it is not there. */
export async function readKept(
  { manifests }: StoreFiles,
  id: string | undefined,
  slice: WorkSlice,
): Promise<readonly ManifestEntry[]> {
  return id === undefined ? [] : (await manifests.read(id, slice)).entries;
}
