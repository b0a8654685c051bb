/** Why standard output takes no more: nobody reads it, or the place it goes to is full or broken. */
import { cliErrors } from '../errors/cli-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';

/** `error` is what the stream said. `hint` replaces the one for runs. */
export function outputProblem(error: NodeJS.ErrnoException, hint?: string): MassGenError {
  // EIO comes from a terminal that is gone.
  const unread = error.code === 'EPIPE' || error.code === 'EIO';
  return new MassGenError(cliErrors.outputClosed, {
    detail: unread ? 'nobody reads it any more' : error.message,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
