/** `massgen demo`: the demo team reports on a folder. Also what `npm start` runs. */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { configFromValue } from '../config/parse-config.ts';
import { cliErrors } from '../errors/cli-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { demoTeam } from './demo-team.ts';
import { mcpRunOptions } from './mcp-run-options.ts';
import { openRuntime } from './open-runtime.ts';
import type { RunFlags } from './run-flags.ts';
import { createRunWatcher } from './watch-run.ts';

export async function demoCommand(folder: string, flags: RunFlags): Promise<number> {
  const runtime = openRuntime();
  const path = await readableFolder(resolve(runtime.cwd, folder));
  const { config, diagnostics } = configFromValue(demoTeam(path));
  if (config === undefined) {
    throw new MassGenError(cliErrors.configInvalid, {
      detail: diagnostics.map(({ message }) => message).join('; '),
    });
  }
  const watcher = createRunWatcher(flags.output, runtime.cwd);
  const run = await runtime.startRun({
    config,
    question: `Write a short report on the folder ${path}: what is in it, what documents it, what takes the space.`,
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    workspacesForAll: true,
    sinks: watcher.sinks,
    debug: flags.debug ?? false,
    ...mcpRunOptions(flags),
  });
  return (await watcher.watch(run)).status;
}

async function readableFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw new Error('it is not a folder');
    await access(real, constants.R_OK | constants.X_OK);
    return real;
  } catch (error) {
    throw new MassGenError(cliErrors.folderUnreadable, { detail: `${path}: ${reason(error)}`, cause: error });
  }
}

/** What the file system said, without the call and the path it adds. */
function reason(error: unknown): string {
  return errorMessage(error).replace(/^E[A-Z]+: |, [a-z]+ '.*'$/gsu, '');
}
