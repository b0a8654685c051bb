/**
 * Copies a large file without copying its content, where the file system can share it (btrfs, XFS, APFS): at once,
 * of one moment, and taking no room until one of the two changes.
 */
import { constants, copyFileSync } from 'node:fs';
import { errorCode } from '../journal/storage-error.ts';

const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;

/** Makes `target`, which does not exist, a clone of `source`. False when that cannot be done: copy it then. */
export type FileCloner = (source: string, target: string) => boolean;

/** What could not be cloned once is not tried again: the two places lie on file systems that cannot. */
export function createFileCloner(): FileCloner {
  let possible = process.platform === 'linux';
  return (source, target) => {
    if (!possible) return false;
    try {
      copyFileSync(source, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
      return true;
    } catch (error) {
      // Whatever else is wrong, such as a full disk, the copy finds out too.
      possible = errorCode(error) === 'ENOENT' || errorCode(error) === 'EEXIST';
      return false;
    }
  };
}
