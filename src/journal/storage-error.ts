/**
 * Turns an error of the file system into one of ours. The three classes differ in what a person does next:
 * free space, correct permissions, or look at the disk and the path.
 */
import type { ErrorDefinition } from '../errors/error-definition.ts';
import { errorMessage } from '../errors/error-message.ts';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';

/** `doing` completes "while …", such as `writing /x/run.json`. Errors that are ours already pass unchanged. */
export function storageError(thrown: unknown, doing: string): MassGenError {
  if (MassGenError.isInstance(thrown)) return thrown;
  const errno = errorCode(thrown);
  return new MassGenError(definitionOf(errno), {
    detail: `${doing}: ${errorMessage(thrown)}`,
    data: errno === undefined ? {} : { errno },
    cause: thrown,
  });
}

/** The `code` of a system error, such as `ENOENT`; undefined for anything else. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

function definitionOf(errno: string | undefined): ErrorDefinition {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return journalErrors.diskFull;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return journalErrors.notPermitted;
    default:
      return journalErrors.storageFailed;
  }
}
