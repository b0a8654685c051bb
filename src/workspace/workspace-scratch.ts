/**
 * The place in a workspace where a file is filled before it gets its name there in one step: on the same file system,
 * and in no snapshot. Only files of our names are ever removed from it, such as a killed process leaves behind.
 */
import { lstatSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { errorCode } from '../journal/storage-error.ts';
import { type OpenDirectory, openDirectory } from './open-directory.ts';

/** Never published. */
export const scratchName = '.massgen-tmp';

const ourName = /^part-\d+$/u;

export interface WorkspaceScratch extends Disposable {
  /** A path where nothing is, valid until the next call. */
  fresh(): string;
}

/** Throws errors of the system, also when something that is no directory has the name. */
export function openWorkspaceScratch(root: string): WorkspaceScratch {
  using workspace = openDirectory(root);
  try {
    mkdirSync(workspace.at(scratchName), { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const directory = workspace.descend(scratchName);
  let count = 0;
  return {
    fresh() {
      count += 1;
      return directory.at(`part-${count}`);
    },
    [Symbol.dispose]() {
      directory.close();
      clearWorkspaceScratch(root);
    },
  };
}

/** Removes what a process that was killed left in it; what somebody else put there stays. */
export function clearWorkspaceScratch(root: string): void {
  using workspace = openDirectory(root);
  if (lstatSync(workspace.at(scratchName), { throwIfNoEntry: false })?.isDirectory() !== true) return;
  using directory = workspace.descend(scratchName);
  removeOurs(directory);
  try {
    rmdirSync(workspace.at(scratchName));
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
  }
}

function removeOurs(directory: OpenDirectory): void {
  for (const name of readdirSync(directory.here).filter((each) => ourName.test(each))) {
    const place = directory.at(name);
    if (!lstatSync(place).isDirectory()) unlinkSync(place);
  }
}
