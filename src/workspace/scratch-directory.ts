/**
 * A directory that is filled under a name of its own and then gets its real name in one step, or goes away.
 * The system chooses the first name, so nobody can put something there before; what a crash leaves behind is
 * never looked at.
 */
import { mkdtempSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { removeTree } from './remove-tree.ts';

/**
 * Makes a private directory in `parent`, has it filled, and gives it the name in `parent` that `fill` returns.
 * False, with nothing left behind, when something has that name by then. Throws what `fill` throws and errors of
 * the system, leaving nothing either.
 */
export async function makeWhole(
  parent: string,
  fill: (scratch: string) => Promise<string>,
): Promise<boolean> {
  const scratch = mkdtempSync(join(parent, '.massgen-tmp-'));
  let placed = false;
  try {
    placed = renameIfFree(scratch, join(parent, await fill(scratch)));
  } finally {
    if (!placed) await removeTree(scratch);
  }
  return placed;
}

function renameIfFree(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const errno = errorCode(error);
    if (errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'ENOTDIR') return false;
    throw error;
  }
}
