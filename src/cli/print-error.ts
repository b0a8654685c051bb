/** An error as people read it, or as one line of JSON for programs; always on stderr. Returns the exit status. */
import { CommanderError } from 'commander';
import { visibleText } from '../display/visible-text.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { redactText } from '../logging/redact-text.ts';

export function printError(error: unknown, json: boolean): number {
  const { code, message, hint, data, exitCode } = known(error);
  if (json) {
    const facts = Object.keys(data).length === 0 ? {} : { data };
    process.stderr.write(`${redactText(JSON.stringify({ error: { code, message, hint, ...facts } }))}\n`);
  } else {
    const advice = hint === '' ? '' : `  ${hint.replaceAll('\n', '\n  ')}\n`;
    process.stderr.write(redactText(visibleText(`error ${code}: ${message}\n${advice}`)));
  }
  return exitCode;
}

function known(error: unknown): MassGenError {
  if (MassGenError.isInstance(error)) return error;
  if (error instanceof CommanderError) {
    return new MassGenError(cliErrors.usage, {
      detail: error.message.replace(/^error: /u, ''),
      ...(error.code === 'commander.excessArguments'
        ? { hint: 'A question of several words goes in quotes. See: massgen --help' }
        : {}),
    });
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : errorMessage(error);
  return new MassGenError(cliErrors.unexpected, { detail, cause: error });
}
