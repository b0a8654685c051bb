/** The runs of a logs directory for people. A run that cannot be read is listed as such and hides no other. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import type { RunOutcome } from '../events/run-event.ts';
import { isLocked } from './file-lock.ts';
import { readJournalEnding } from './journal-ending.ts';
import { openRunDirectory } from './run-directory.ts';
import { readRunRecord } from './run-record.ts';
import { errorCode, storageError } from './storage-error.ts';

interface ListedRun {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

interface ReadableRun extends ListedRun {
  readonly question: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export type RunListing =
  | ({ readonly state: 'running' | 'interrupted' } & ReadableRun)
  | ({
      readonly state: 'finished';
      readonly outcome: RunOutcome;
      /** Label of the winning answer. */
      readonly winner?: string;
    } & ReadableRun)
  | ({ readonly state: 'damaged'; readonly problem: string } & ListedRun);

const runName = /^log_\d{8}_\d{6}_[0-9a-f]{4}$/u;

/** True for what the directory of a run is called. */
export function isRunName(name: string): boolean {
  return runName.test(name);
}

/** Newest first; empty when there is no such directory. Throws a storage error when it cannot be read. */
export async function listRuns(logsDir: string): Promise<readonly RunListing[]> {
  const logs = resolve(logsDir);
  let names: readonly string[];
  try {
    names = await readdir(logs);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw storageError(error, `reading ${logs}`);
  }
  const runs: RunListing[] = [];
  for (const id of names.filter(isRunName).toSorted().toReversed()) {
    const path = join(logs, id);
    try {
      runs.push(await listRun(path));
    } catch (error) {
      runs.push({ state: 'damaged', id, path, problem: errorMessage(error) });
    }
  }
  return runs;
}

async function listRun(path: string): Promise<RunListing> {
  const directory = await openRunDirectory(path);
  const { question, startedAt } = await readRunRecord(directory.runFile);
  const run = { id: directory.id, path, question, startedAt };
  const ending = await readJournalEnding(directory.journal);
  switch (ending.type) {
    case 'damaged':
      return { state: 'damaged', id: run.id, path, problem: ending.problem };
    case 'finished': {
      const { outcome, winner } = ending.event;
      return { state: 'finished', ...run, outcome, ...(winner === undefined ? {} : { winner }) };
    }
    case 'open':
      return { state: isLocked(directory.lock) ? 'running' : 'interrupted', ...run };
    default:
      return ending satisfies never;
  }
}
