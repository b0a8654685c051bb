/** What the rules of coordination depend on; fixed for a run and derivable from its journal and config. */
import type { FinalAnswerStrategy } from '../events/run-event.ts';

export type OnNewAnswer = 'inject' | 'restart' | 'wait';

export interface ProtocolConfig {
  /** In registration order, which also breaks ties. Ids and aliases are each unique. */
  readonly agents: readonly { readonly id: string; readonly alias: string }[];
  readonly onNewAnswer: OnNewAnswer;
  /** At this many answers an agent is no longer offered `new_answer`. Default 5. */
  readonly maxNewAnswersPerAgent: number;
  /** The same for the whole run; absent means no such limit. */
  readonly maxNewAnswersGlobal?: number;
  readonly finalAnswerStrategy: FinalAnswerStrategy;
  /** True when even a lone agent must take a final turn (it has effects to carry out only then). */
  readonly finalTurnRequired: boolean;
}

/** Attempts of one turn before it counts as failed. */
export const maxAttempts = 3;

/** Failed turns in a row before an agent is retired. */
export const maxFailuresInRow = 3;

/** Pause before the next turn after `failures` failures in a row: 1 s, doubling, at most 30 s. */
export function backoffMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** (failures - 1));
}
