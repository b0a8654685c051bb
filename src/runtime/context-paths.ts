/** The user's own folders as agents get them: absolute, links resolved, and really there. */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { errorMessage } from '../errors/error-message.ts';
import { expandHome } from '../policy/expand-home.ts';
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

/**
 * A workspace is empty when a run begins, and what it held is moved aside: a folder in it would be gone before
 * anybody could read it. @throws MassGenError naming the first such folder.
 */
export async function refuseInsideWorkspaces(
  folders: readonly string[],
  workspaces: readonly string[],
): Promise<void> {
  for (const workspace of workspaces) {
    // One that is not there holds nothing; whatever else is wrong with it is said when it is prepared.
    const real = await realpath(workspace).catch(() => undefined);
    const inside = folders.find((folder) => real !== undefined && `${folder}/`.startsWith(`${real}/`));
    if (inside === undefined) continue;
    throw new MassGenError(runErrors.contextPathUnusable, {
      detail: `${inside} is in the workspace ${workspace}, which each run empties before it starts`,
      hint: 'Move the folder out of the workspace, or give the agent another "cwd".',
    });
  }
}
