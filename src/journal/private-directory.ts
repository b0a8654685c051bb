/**
 * Directories only their owner can enter, whatever the umask says, and whose names survive power loss:
 * a file that was synced is still lost when the directory entry that leads to it was not.
 */
import { chmod, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './storage-error.ts';

/**
 * Makes `path` and its missing parents with mode 0700; what exists is left as it is. Not by the recursive form of
 * `mkdir`, which never ends where a directory says that a new entry does not exist (`/proc`, a removed directory).
 */
export async function makePrivateDirectory(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) !== 'ENOENT' || parent === path) throw error;
    await makePrivateDirectory(parent);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    throw error;
  }
  await chmod(path, 0o700);
  await syncDirectory(dirname(path));
}

/** Makes the entries of a directory survive power loss. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    // Some network file systems cannot sync a directory at all; they promise no more than this.
    if (errorCode(error) !== 'EINVAL') throw error;
  } finally {
    await directory.close();
  }
}
