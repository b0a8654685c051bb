/** The user's own folders as agents get them: absolute, links resolved, and really there. */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { errorMessage } from '../errors/error-message.ts';
import { expandHome } from './expand-home.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';

/** @throws MassGenError naming the path that cannot be used. */
export function contextPaths(config: MassGenConfig, cwd: string, home: string): Promise<readonly string[]> {
  return Promise.all(
    config.orchestrator.context_paths.map(({ path }) => usableFolder(resolve(cwd, expandHome(path, home)))),
  );
}

async function usableFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if (!(await stat(real)).isDirectory())
      throw new Error('it is not a folder, and this version takes folders only');
    await access(real, constants.R_OK | constants.X_OK);
    return real;
  } catch (error) {
    throw new MassGenError(runErrors.contextPathUnusable, {
      detail: `${path}: ${errorMessage(error)}`,
      cause: error,
    });
  }
}
