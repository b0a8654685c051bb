/**
 * An answer is accepted once it is in the journal with its snapshot. It voids all standing votes: nobody's vote
 * may count for a choice that did not include it. Agents at work are told as configured, but never one that is
 * still on its first draft.
 */
import { answerLabel } from '../events/labels.ts';
import { checkAnswer } from './check-decisions.ts';
import { decideStale } from './decide-vote.ts';
import { rejectAttempt } from './decide-failure.ts';
import type { ProtocolInput } from './protocol-input.ts';
import { globalCapReached, lastAnswerSeq, type AgentState } from './protocol-state.ts';
import type { StepBuilder } from './step.ts';

export function decideAnswer(
  step: StepBuilder,
  agent: AgentState,
  input: Extract<ProtocolInput, { type: 'answer' }>,
): void {
  const refused = checkAnswer(step.state, agent.id, input.comparable);
  if (refused !== undefined) {
    rejectAttempt(step, agent, refused.reason, input.text);
    return;
  }
  if (globalCapReached(step.state)) {
    const { id, turn } = agent;
    step.emit({ type: 'answer.rejected', agent: id, turn, reason: 'answer_limit', text: input.text });
    decideStale(step, agent);
    return;
  }
  const { id, turn } = agent;
  const number = agent.answers + 1;
  const label = answerLabel(id, number);
  step.emit({
    type: 'answer.submitted',
    agent: id,
    turn,
    label,
    number,
    text: input.text,
    comparable: input.comparable,
    ...(input.snapshot === undefined ? {} : { snapshot: input.snapshot }),
  });
  step.emit({ type: 'turn.finished', agent: id, turn, decision: 'answer' });
  step.reply = { type: 'accepted', label };
  voidVotes(step);
  if (step.state.config.onNewAnswer === 'restart') restartWorkers(step);
}

/** Voids each standing vote whose voter was not shown the newest answer. */
export function voidVotes(step: StepBuilder): void {
  if (step.state.voted === 0) return;
  const newest = lastAnswerSeq(step.state);
  for (const { id, mode, vote, shown } of step.state.agents) {
    if (mode !== 'voted' || vote === undefined || shown >= newest) continue;
    step.emit({ type: 'vote.voided', agent: id, turn: vote.turn, for: vote.label, reason: 'new_answer' });
  }
}

function restartWorkers(step: StepBuilder): void {
  for (const other of step.state.agents) {
    if (other.mode !== 'working' || isFirstDraft(other)) continue;
    const { id, turn } = other;
    step.emit({ type: 'turn.interrupted', agent: id, turn, reason: 'restart' });
    step.command({ type: 'turn.cancel', agent: id, turn, reason: 'restart' });
  }
}

/** An agent that has neither been shown an answer nor given one works undisturbed. */
export function isFirstDraft(agent: AgentState): boolean {
  return agent.shown === 0 && agent.answers === 0;
}
