/** `result.json`: what a run ended with, for scripts. Everything in it is in the journal too. */
import type { EventError, LimitName, RunOutcome, VoteRecord, WinnerRule } from '../events/run-event.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

export interface RunResult {
  readonly v: 1;
  readonly run: string;
  readonly outcome: RunOutcome;
  /** Label of the winning answer. */
  readonly winner?: string;
  readonly rule?: WinnerRule;
  /** The text presented to the user. */
  readonly answer?: string;
  readonly votes: readonly VoteRecord[];
  /** The limit at which the run was ended early, if one was. */
  readonly limited?: LimitName;
  readonly durationMs: number;
  readonly error?: EventError;
}

/** Throws a storage error. */
export async function writeRunResult(path: string, result: RunResult): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(result, undefined, 2)}\n`);
}
