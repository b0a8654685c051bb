/**
 * Attempts, failures, retirement. A turn has three attempts; three failed turns in a row retire an agent, with
 * growing pauses between them. Whatever it gave before stays in the run.
 */
import { runErrors } from '../errors/run-errors.ts';
import type { AttemptReason, EventError } from '../events/run-event.ts';
import { refusal } from './check-decisions.ts';
import { backoffMs, maxAttempts, maxFailuresInRow } from './protocol-config.ts';
import { lastAnswerSeq, type AgentState } from './protocol-state.ts';
import type { StepBuilder } from './step.ts';

/** Counts an attempt as used; the third one fails the turn. */
export function rejectAttempt(
  step: StepBuilder,
  agent: AgentState,
  reason: AttemptReason,
  text?: string,
): void {
  const { id, turn, attempt } = agent;
  if (text !== undefined) step.emit({ type: 'answer.rejected', agent: id, turn, reason, text });
  // An answer that exists already, or that comes after the last one, can only be followed by a vote: show it.
  const newest = lastAnswerSeq(step.state);
  if (reason === 'duplicate_answer' && agent.shown < newest) {
    step.emit({ type: 'update.injected', agent: id, turn, shown: newest });
  }
  const { message } = refusal(reason, step.state, id);
  step.emit({ type: 'attempt.rejected', agent: id, turn, attempt, reason, message });
  step.reply = { type: 'rejected', reason, message };
  if (attempt < maxAttempts) {
    step.command({ type: 'attempt.start', agent: id, turn, attempt: attempt + 1, followUp: message });
    return;
  }
  const { code, title, hint } = runErrors.noDecision;
  decideFailure(step, agent, { code, message: `${title}: ${message}`, hint }, false);
}

/** The turn is over without a decision. */
export function decideFailure(step: StepBuilder, agent: AgentState, error: EventError, fatal: boolean): void {
  const { id, turn } = agent;
  const failures = agent.failuresInRow + 1;
  const retire = fatal || failures >= maxFailuresInRow;
  step.emit({
    type: 'turn.failed',
    agent: id,
    turn,
    error,
    failures,
    ...(retire ? {} : { retryInMs: backoffMs(failures) }),
  });
  if (retire) step.emit({ type: 'agent.retired', agent: id, failures, error });
  else step.command({ type: 'backoff.start', agent: id, ms: backoffMs(failures) });
}
