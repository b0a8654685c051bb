/** The directory of the run whose MCP logs are asked for: by its id, its path, or the newest. Needs no config. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { openRunDirectory, type RunDirectory } from '../journal/run-directory.ts';

const logs = 'massgen_logs';

/** `run`: an id, a path, or `last`. @throws MassGenError when there is no such run. */
export async function mcpRunDirectory(run: string, cwd: string): Promise<RunDirectory> {
  if (run !== 'last') return openRunDirectory(/[\\/]/u.test(run) ? resolve(cwd, run) : join(cwd, logs, run));
  // Names begin with the time, so the last one is the newest.
  const names = await readdir(join(cwd, logs)).catch(() => []);
  const newest = names
    .filter((name) => name.startsWith('log_'))
    .toSorted()
    .at(-1);
  if (newest === undefined)
    throw new MassGenError(journalErrors.runNotFound, { detail: `there are no runs in ${join(cwd, logs)}` });
  return openRunDirectory(join(cwd, logs, newest));
}
