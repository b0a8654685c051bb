/**
 * A vote counts only for an answer that its voter was shown, that is still its author's latest, and when no
 * newer answer exists unseen. A stale one is voided, the newer answers are delivered, and the agent decides
 * again: that is neither an attempt nor a failure.
 */
import { checkVote, findTarget } from './check-decisions.ts';
import { rejectAttempt } from './decide-failure.ts';
import { agentIndex } from './evolve.ts';
import { lastAnswerSeq, type AgentState } from './protocol-state.ts';
import type { StepBuilder } from './step.ts';

export function decideVote(step: StepBuilder, agent: AgentState, target: string, reason: string): void {
  const refused = checkVote(step.state, agent.id, target);
  if (refused !== undefined) {
    rejectAttempt(step, agent, refused.reason);
    return;
  }
  const answer = findTarget(step.state, target, agent.shown);
  if (answer === undefined) return;
  const { id, turn, shown } = agent;
  if (lastAnswerSeq(step.state) > shown) {
    step.emit({ type: 'vote.voided', agent: id, turn, for: answer.label, reason: 'stale' });
    decideStale(step, agent);
    return;
  }
  step.emit({ type: 'vote.cast', agent: id, turn, for: answer.label, reason, shown });
  step.emit({ type: 'turn.finished', agent: id, turn, decision: 'vote' });
  step.reply = { type: 'accepted', label: answer.label };
}

/** Delivers what the agent has not seen with the reply and lets it decide again in the same attempt. */
export function decideStale(step: StepBuilder, agent: AgentState): void {
  const { id, turn } = agent;
  step.emit({ type: 'update.injected', agent: id, turn, shown: lastAnswerSeq(step.state) });
  const now = step.state.agents[agentIndex(step.state, id)] ?? agent;
  step.reply = { type: 'again', shown: now.shown, mayAnswer: now.mayAnswer };
}
