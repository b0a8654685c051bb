/** The runtime of the command line: the process's own surroundings, with `.env` beside it, children never left behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEnvironmentFile } from '../credentials/environment-file.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { createRuntime, type Runtime } from '../runtime/create-runtime.ts';
import type { Environment } from '../config/variables.ts';

/** Variables of the process and, where it does not set them, of `.env` in `cwd`. */
export function commandEnvironment(cwd: string): Environment {
  let text: string;
  try {
    text = readFileSync(join(cwd, '.env'), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return process.env;
    throw new MassGenError(cliErrors.environmentFileUnreadable, {
      detail: errorMessage(error),
      cause: error,
    });
  }
  return withEnvironmentFile(text, process.env);
}

export function openRuntime(): Runtime {
  const cwd = process.cwd();
  const runtime = createRuntime({ cwd, environment: commandEnvironment(cwd) });
  process.once('exit', () => runtime.killChildren());
  return runtime;
}
