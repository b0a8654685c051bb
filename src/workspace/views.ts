/**
 * Views: one read-only directory for each answer that came with files, shared by all agents. A view is complete
 * before it gets its name and never changes after.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { storageError } from '../journal/storage-error.ts';
import { isPlainName } from './manifest.ts';
import type { SnapshotStore } from './snapshot-store.ts';

/**
 * Makes `<directory>/<label>` show the snapshot and returns its path; a view that exists is kept as it is, so this
 * may be done again. Throws `nameUnsafe`, `targetExists` when something else has that name, and what
 * `materialize` throws.
 */
export async function publishView(
  store: Pick<SnapshotStore, 'materialize'>,
  snapshot: string,
  directory: string,
  label: string,
): Promise<string> {
  if (!isPlainName(label))
    throw new MassGenError(workspaceErrors.nameUnsafe, { detail: JSON.stringify(label) });
  const view = join(directory, label);
  if (isDirectory(view)) return view;
  try {
    await makePrivateDirectory(directory);
  } catch (error) {
    throw storageError(error, `making ${directory}`);
  }
  try {
    await store.materialize(snapshot, view, { readOnly: true });
  } catch (error) {
    // Somebody published the same answer meanwhile.
    if (!isDirectory(view)) throw error;
  }
  return view;
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
