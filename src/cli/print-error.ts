/** An error as people read it, or as one line of JSON for programs; always on stderr. Returns the exit status. */
import { CommanderError } from 'commander';
import { cliErrors } from '../errors/cli-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { redactText } from '../logging/redact-text.ts';

export function printError(error: unknown, json: boolean): number {
  const { code, message, hint, exitCode } = known(error);
  if (json) {
    process.stderr.write(`${redactText(JSON.stringify({ error: { code, message, hint } }))}\n`);
  } else {
    process.stderr.write(`${redactText(`error ${code}: ${message}`)}\n${hint === '' ? '' : `  ${redactText(hint)}\n`}`);
  }
  return exitCode;
}

function known(error: unknown): MassGenError {
  if (MassGenError.isInstance(error)) return error;
  if (error instanceof CommanderError) {
    return new MassGenError(cliErrors.usage, { detail: error.message.replace(/^error: /u, '') });
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
  return new MassGenError(cliErrors.unexpected, { detail, cause: error });
}
