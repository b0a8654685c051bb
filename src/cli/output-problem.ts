/** Why standard output takes no more: nobody reads it, or the place it goes to is full or broken. */
import { cliErrors } from '../errors/cli-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';

/** `error` is what the stream said; EIO is a terminal that is gone. */
export function outputProblem(error: NodeJS.ErrnoException): MassGenError {
  const unread = error.code === 'EPIPE' || error.code === 'EIO';
  return new MassGenError(cliErrors.outputClosed, { detail: unread ? 'nobody reads it' : error.message, cause: error });
}
