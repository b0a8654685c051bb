/**
 * Limits. A limit of the run ends coordination with the best answer there is; a soft limit of a turn asks the
 * agent to decide now; a hard one counts as a failed turn.
 */
import { runErrors } from '../errors/run-errors.ts';
import type { ProtocolInput } from './protocol-input.ts';
import { decideFailure } from './decide-failure.ts';
import { endPresentation } from './decide-presentation.ts';
import type { AgentState } from './protocol-state.ts';
import type { StepBuilder } from './step.ts';

export function decideLimit(
  step: StepBuilder,
  limit: Extract<ProtocolInput, { type: 'limit' }>['limit'],
): void {
  const { phase, presentation } = step.state;
  if (phase === 'coordinating' && limit !== 'presentation_timeout') {
    if (step.state.limited === undefined) step.emit({ type: 'limit.reached', limit });
    return;
  }
  if (phase !== 'presenting' || presentation === undefined || presentation.finished !== undefined) return;
  if (limit === 'orchestrator_timeout') return;
  const agent = step.state.agents[presentation.agent]?.id ?? '';
  step.emit({ type: 'limit.reached', limit, agent });
  step.command({ type: 'turn.cancel', agent, turn: presentation.turn, reason: 'limit' });
  const { code, title, hint } =
    limit === 'user_stop' ? runErrors.presentationStopped : runErrors.presentationTimeout;
  endPresentation(step, { text: '', error: { code, message: title, hint } });
}

export function decideTurnLimit(
  step: StepBuilder,
  agent: AgentState,
  limit: 'turn_soft' | 'turn_hard',
): void {
  if (limit === 'turn_soft') {
    step.emit({ type: 'limit.warned', limit, agent: agent.id });
    step.command({ type: 'turn.nudge', agent: agent.id, turn: agent.turn });
    return;
  }
  step.emit({ type: 'limit.reached', limit, agent: agent.id });
  step.command({ type: 'turn.cancel', agent: agent.id, turn: agent.turn, reason: 'limit' });
  const { code, title, hint } = runErrors.turnHardLimit;
  decideFailure(step, agent, { code, message: title, hint }, false);
}
