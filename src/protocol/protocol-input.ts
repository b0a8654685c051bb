/**
 * What can happen to a run, as the coordinator reports it. Inputs that name a turn which is no longer the
 * agent's current one are late results and change nothing.
 */
import type { AttemptReason, EventError, LimitName } from '../events/run-event.ts';

interface OfTurn {
  /** Id of the agent. */
  readonly agent: string;
  readonly turn: number;
}

export type ProtocolInput =
  | { readonly type: 'start' }
  /** The program was started again on the journal of a run that had not ended, or was stopped by a limit. */
  | { readonly type: 'resume'; readonly after: number; readonly program: string }
  | ({
      readonly type: 'answer';
      readonly text: string;
      /** The text that duplicates are compared by. */
      readonly comparable: string;
      readonly snapshot?: string;
    } & OfTurn)
  | ({
      readonly type: 'vote';
      /** What the agent named: `<alias>.<n>`, or `<alias>` for that agent's latest answer. */
      readonly target: string;
      readonly reason: string;
    } & OfTurn)
  /** A response was refused as a whole by `checkDecisions`. */
  | ({ readonly type: 'response.rejected'; readonly reason: AttemptReason; readonly text?: string } & OfTurn)
  /** The agent stopped without a decision. */
  | ({ readonly type: 'attempt.ended' } & OfTurn)
  /** The agent can take a message now. */
  | ({ readonly type: 'safe_point' } & OfTurn)
  | ({
      readonly type: 'turn.failed';
      readonly error: EventError;
      /** True when trying again cannot help, such as a refused key. */
      readonly fatal: boolean;
    } & OfTurn)
  | { readonly type: 'backoff.ended'; readonly agent: string }
  | ({ readonly type: 'turn.limit'; readonly limit: 'turn_soft' | 'turn_hard' } & OfTurn)
  | { readonly type: 'limit'; readonly limit: Exclude<LimitName, 'turn_soft' | 'turn_hard'> }
  | ({
      readonly type: 'presentation.ended';
      readonly text: string;
      readonly snapshot?: string;
      readonly error?: EventError;
    } & OfTurn)
  /** The winner's answer and files are in their final place. */
  | { readonly type: 'final.written' };
