/**
 * An agent that can take a message asks for news. Under `inject` it gets the answers it has not seen and keeps
 * its work; under `wait`, and on a first draft, it is left alone.
 */
import { isFirstDraft } from './decide-answer.ts';
import { lastAnswerSeq, type AgentState } from './protocol-state.ts';
import type { StepBuilder } from './step.ts';

export function decideSafePoint(step: StepBuilder, agent: AgentState): void {
  const newest = lastAnswerSeq(step.state);
  if (step.state.config.onNewAnswer !== 'inject' || isFirstDraft(agent) || newest <= agent.shown) return;
  step.emit({ type: 'update.injected', agent: agent.id, turn: agent.turn, shown: newest });
  step.reply = { type: 'update', from: agent.shown, shown: newest };
}
