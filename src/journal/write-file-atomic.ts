/**
 * Writes a whole file so that readers, a crash and power loss see the old content or the new one, never a
 * mixture. The scratch directory gets its name from the system, so two writers of one file never meet.
 */
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from './private-directory.ts';
import { storageError } from './storage-error.ts';

/** The file gets mode 0600. Throws a `MassGenError` (disk full, no permission, failed). */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const scratch = await mkdtemp(`${path}.tmp-`);
    try {
      const fresh = join(scratch, 'new');
      const file = await open(fresh, 'wx', 0o600);
      try {
        await file.chmod(0o600);
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, path);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    await syncDirectory(dirname(path));
  } catch (error) {
    throw storageError(error, `writing ${path}`);
  }
}
