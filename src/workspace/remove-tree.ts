/**
 * Removes a directory that this program has made itself, and nothing else ever. Links in it are removed, not followed;
 * names may be no text and paths longer than the system's limit.
 */
import { fchmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { type OpenDirectory, openDirectory } from './open-directory.ts';
import { createWorkSlice, workUnits } from './work-slice.ts';

/** Throws errors of the system, and for a path that ends in no name: what it means is not what its name says. */
export async function removeTree(path: string): Promise<void> {
  const last = basename(path);
  if (last === '' || last === '.' || last === '..' || !isAbsolute(path))
    throw new Error(`not the path of something made here: ${JSON.stringify(path)}`);
  const slice = createWorkSlice();
  using parent = openDirectory(dirname(path));
  await removeIn(parent, Buffer.from(last));

  async function removeIn(directory: OpenDirectory, name: Buffer): Promise<void> {
    const place = Buffer.concat([Buffer.from(`${directory.here}/`), name]);
    const pause = slice.spend(workUnits.write);
    if (pause !== undefined) await pause;
    if (!lstatSync(place).isDirectory()) {
      unlinkSync(place);
      return;
    }
    {
      using inner = openDirectory(place);
      fchmodSync(inner.fd, 0o700);
      for (const each of readdirSync(inner.here, 'buffer')) await removeIn(inner, each);
    }
    rmdirSync(place);
  }
}
