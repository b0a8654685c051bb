/**
 * A run taken up again after a crash or a stop. Finished turns stand; turns that were under way start again;
 * a presentation that was under way starts again. Agents that were retired get another chance only when the
 * run had ended without a full result. A crash may have cut a step in two: what its first events began is
 * brought to its end here, so that a vote which was cast stands and none outlives the answer that voids it.
 */
import { voidVotes } from './decide-answer.ts';
import { startPresentation } from './decide-presentation.ts';
import type { StepBuilder } from './step.ts';

export function decideResume(step: StepBuilder, after: number, program: string): void {
  step.emit({ type: 'run.resumed', after, program });
  for (const agent of step.state.agents) {
    if (agent.mode === 'working' && agent.vote !== undefined) {
      step.emit({ type: 'turn.finished', agent: agent.id, turn: agent.turn, decision: 'vote' });
    } else if (agent.mode === 'working') {
      step.emit({ type: 'turn.interrupted', agent: agent.id, turn: agent.turn, reason: 'crash' });
    } else if (agent.mode === 'backoff') {
      step.emit({ type: 'backoff.ended', agent: agent.id });
    }
  }
  voidVotes(step);
  const { phase, winner, presentation } = step.state;
  if (phase !== 'presenting' || winner === undefined) return;
  if (presentation?.finished === undefined) startPresentation(step, winner);
  else step.command({ type: 'final.write' });
}
