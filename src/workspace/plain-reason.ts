/** Why something of a user's folder could not be read or changed, in words; without the names that only we use for it. */
import { errorMessage } from '../errors/error-message.ts';
import { errorCode } from '../journal/storage-error.ts';

const words: ReadonlyMap<string | undefined, string> = new Map([
  ['EACCES', 'no permission'],
  ['EPERM', 'no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['EIO', 'the disk reports an error'],
  ['ENAMETOOLONG', 'its name is too long'],
]);

export function plainReason(error: unknown): string {
  return words.get(errorCode(error)) ?? errorMessage(error).replaceAll(/\/proc\/self\/fd\/\d+\//gu, '');
}
