/** Makes a directory that nobody else has made, with its missing parents and the modes the user's umask gives. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorCode } from '../journal/storage-error.ts';

/** Throws `unusable`, also when something is there by now. */
export function makeDirectory(path: string): void {
  try {
    makeParents(dirname(path));
    mkdirSync(path);
  } catch (error) {
    throw new MassGenError(workspaceErrors.unusable, {
      detail: `${path}: ${errorMessage(error)}`,
      data: { path },
      cause: error,
    });
  }
}

/** Not by the recursive form of `mkdir`, which never ends in places such as `/proc`. */
function makeParents(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) === 'EEXIST' || parent === path) return;
    if (errorCode(error) !== 'ENOENT') throw error;
    makeParents(parent);
    mkdirSync(path);
  }
}
