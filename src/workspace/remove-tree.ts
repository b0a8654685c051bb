/**
 * Removes a scratch directory that this process has just made itself, and nothing else ever. Links in it are
 * removed, not followed; paths may be longer than the system's limit.
 */
import { fchmodSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type OpenDirectory, openDirectory } from './open-directory.ts';
import { createWorkSlice, workUnits } from './work-slice.ts';

/** Throws errors of the system. */
export async function removeTree(path: string): Promise<void> {
  const slice = createWorkSlice();
  using parent = openDirectory(dirname(path));
  await removeIn(parent, basename(path));

  async function removeIn(directory: OpenDirectory, name: string): Promise<void> {
    await slice.spend(workUnits.open);
    if (!directory.look(name).isDirectory()) {
      unlinkSync(directory.at(name));
      return;
    }
    {
      using inner = directory.descend(name);
      fchmodSync(inner.fd, 0o700);
      for (const each of readdirSync(inner.here)) await removeIn(inner, each);
    }
    rmdirSync(directory.at(name));
  }
}
