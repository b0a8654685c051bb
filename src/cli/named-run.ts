/** Which run, and which folder, somebody means who names both, one of them or neither. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Runtime } from '../runtime/create-runtime.ts';

export interface NamedRun {
  /** An id, or the path of a run directory. */
  readonly run: string;
  readonly directory?: string;
}

const runName = /^log_\d{8}_\d{6}_[0-9a-f]{4}$/u;

/** The newest run where none is named. @throws MassGenError when there is none. */
export async function namedRun(
  runtime: Pick<Runtime, 'listRuns'>,
  first: string | undefined,
  second?: string,
): Promise<NamedRun> {
  const isRun = second !== undefined || first === undefined || namesRun(first);
  const run = isRun && first !== undefined && first !== 'last' ? first : await newest(runtime);
  const directory = isRun ? second : first;
  return directory === undefined ? { run } : { run, directory };
}

function namesRun(text: string): boolean {
  return text === 'last' || runName.test(text) || existsSync(join(text, 'journal.jsonl'));
}

async function newest(runtime: Pick<Runtime, 'listRuns'>): Promise<string> {
  const [run] = await runtime.listRuns();
  if (run === undefined)
    throw new MassGenError(journalErrors.runNotFound, { detail: 'there are no runs here' });
  return run.id;
}
