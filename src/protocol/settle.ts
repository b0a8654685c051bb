/**
 * What follows from a state by itself: the end of coordination, or turns for the agents that are due one.
 * Runs after every step, so no rule needs to remember to wake anybody.
 */
import { beginPresentation, endRun } from './decide-presentation.ts';
import { globalCapReached, lastAnswerSeq, type AgentState, type ProtocolState } from './protocol-state.ts';
import { selectWinner } from './select-winner.ts';
import type { StepBuilder } from './step.ts';

export function settle(step: StepBuilder): void {
  const { state } = step;
  if (state.phase !== 'coordinating') return;
  if (isOver(state)) {
    endCoordination(step);
    return;
  }
  if (state.idle === 0) return;
  for (const agent of state.agents) {
    if (agent.mode === 'idle' && isDue(step.state, agent)) startTurn(step, agent);
  }
}

/** Every living agent has a standing vote; or one is left and has an answer; or nobody is left; or a limit. */
function isOver(state: ProtocolState): boolean {
  if (state.limited !== undefined || state.living === 0 || state.voted === state.living) return true;
  return state.living === 1 && state.agents.some((agent) => agent.mode !== 'retired' && agent.answers > 0);
}

function endCoordination(step: StepBuilder): void {
  const { limited } = step.state;
  for (const agent of step.state.agents) {
    if (agent.mode !== 'working') continue;
    const reason = limited === undefined ? 'decided' : limited === 'user_stop' ? 'stop' : 'limit';
    step.emit({ type: 'turn.interrupted', agent: agent.id, turn: agent.turn, reason });
    step.command({ type: 'turn.cancel', agent: agent.id, turn: agent.turn, reason });
  }
  const winner = selectWinner(step.state);
  if (winner === undefined) {
    endRun(step);
    return;
  }
  beginPresentation(step, winner);
}

/**
 * Under `wait` the others' answers stay unseen until everybody is past the first draft. An author whose answer
 * is the only thing to look at waits too while others still work: it could only judge itself.
 */
function isDue(state: ProtocolState, agent: AgentState): boolean {
  if (agent.answers === 0) return true;
  const othersUndecided = state.living - state.voted - 1;
  if (othersUndecided > 0 && !globalCapReached(state)) {
    if (state.answers.length === agent.answers) return false;
    if (state.config.onNewAnswer === 'wait' && !votingIsOpen(state)) return false;
  }
  return true;
}

function votingIsOpen(state: ProtocolState): boolean {
  return state.config.onNewAnswer !== 'wait' || state.drafted === state.living || globalCapReached(state);
}

function startTurn(step: StepBuilder, agent: AgentState): void {
  const { state } = step;
  const independent = agent.shown === 0 && agent.answers === 0 && !votingIsOpen(state);
  const shown = independent ? 0 : lastAnswerSeq(state);
  const mayAnswer = agent.answers < state.config.maxNewAnswersPerAgent && !globalCapReached(state);
  const turn = agent.turn + 1;
  step.emit({ type: 'turn.started', agent: agent.id, turn, shown, mayAnswer });
  step.command({ type: 'turn.start', agent: agent.id, turn, shown, mayAnswer });
}
