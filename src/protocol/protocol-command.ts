/**
 * What the coordinator must do next. Commands are carried out only after the events of the same step are
 * durable. A cancelled turn must have come to rest before a new turn of the same agent begins.
 */
import type { AttemptReason, FinalAnswerStrategy, InterruptReason } from '../events/run-event.ts';

interface OfTurn {
  readonly agent: string;
  readonly turn: number;
}

export type ProtocolCommand =
  | ({ readonly type: 'turn.start'; readonly shown: number; readonly mayAnswer: boolean } & OfTurn)
  | ({ readonly type: 'attempt.start'; readonly attempt: number; readonly followUp: string } & OfTurn)
  | ({ readonly type: 'turn.cancel'; readonly reason: InterruptReason } & OfTurn)
  | ({ readonly type: 'turn.nudge' } & OfTurn)
  | { readonly type: 'backoff.start'; readonly agent: string; readonly ms: number }
  | ({ readonly type: 'presentation.start'; readonly strategy: FinalAnswerStrategy } & OfTurn)
  | { readonly type: 'final.write' }
  | { readonly type: 'run.end' };

/** What the agent that caused the step is told. */
export type Reply =
  | { readonly type: 'accepted'; readonly label: string }
  /** Newer answers, up to this `seq`, have been delivered with this reply; decide again. */
  | { readonly type: 'again'; readonly shown: number; readonly mayAnswer: boolean }
  | { readonly type: 'rejected'; readonly reason: AttemptReason; readonly message: string }
  /** The turn is over for another reason; nothing was counted. */
  | { readonly type: 'over' }
  /** At a safe point: answers after `from` and up to `shown` are to be handed over. */
  | { readonly type: 'update'; readonly from: number; readonly shown: number };
