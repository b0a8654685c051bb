/** `result.json`: what a run ended with, for scripts. Everything in it is in the journal too. */
import type {
  EventError,
  KeepReason,
  LimitName,
  RunOutcome,
  SkippedFile,
  VoteRecord,
  WinnerRule,
} from '../events/run-event.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/** What became of changes in a writable context path. */
export type ContextOutcome =
  | {
      readonly path: string;
      /** Relative paths; lists have at most 100. */
      readonly applied: readonly string[];
      readonly conflicts: readonly SkippedFile[];
      readonly refused: readonly SkippedFile[];
    }
  /** They wait for `massgen runs apply`. */
  | { readonly path: string; readonly kept: KeepReason };

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
  /** Absent when the final turn changed nothing in the user's files. */
  readonly changes?: readonly ContextOutcome[];
  readonly durationMs: number;
  readonly error?: EventError;
}

/** Throws a storage error. */
export async function writeRunResult(path: string, result: RunResult): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(result, undefined, 2)}\n`);
}
