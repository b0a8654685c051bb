/**
 * The rules of coordination as one pure function. Given the state and what happened it says which events are
 * now true and what must be done. It never reads a clock, never waits, and never throws for any order of inputs:
 * late results of a turn that is over are answered with `over` and change nothing.
 */
import { decideAnswer } from './decide-answer.ts';
import { decideFailure, rejectAttempt } from './decide-failure.ts';
import { decideLimit, decideTurnLimit } from './decide-limit.ts';
import { decidePresentation, endRun } from './decide-presentation.ts';
import { decideResume } from './decide-resume.ts';
import { decideSafePoint } from './decide-safe-point.ts';
import { decideVote } from './decide-vote.ts';
import { agentIndex } from './evolve.ts';
import type { ProtocolInput } from './protocol-input.ts';
import type { AgentState, ProtocolState } from './protocol-state.ts';
import { settle } from './settle.ts';
import { StepBuilder, type Step } from './step.ts';

/**
 * @param seq the `seq` that the journal will give to the first event of this step.
 */
export function next(state: ProtocolState, input: ProtocolInput, seq: number): Step {
  const step = new StepBuilder(state, seq);
  decide(step, input);
  settle(step);
  return step.done();
}

function decide(step: StepBuilder, input: ProtocolInput): void {
  switch (input.type) {
    case 'start':
      return;
    case 'resume':
      decideResume(step, input.after, input.program);
      return;
    case 'limit':
      decideLimit(step, input.limit);
      return;
    case 'backoff.ended':
      if (step.state.phase !== 'coordinating') return;
      if (step.state.agents[agentIndex(step.state, input.agent)]?.mode === 'backoff') {
        step.emit({ type: 'backoff.ended', agent: input.agent });
      }
      return;
    case 'presentation.ended':
      decidePresentation(step, input);
      return;
    case 'final.written':
      if (step.state.phase === 'presenting') endRun(step);
      return;
    default:
      decideOfTurn(step, input);
  }
}

function decideOfTurn(
  step: StepBuilder,
  input: Extract<ProtocolInput, { agent: string; turn: number }>,
): void {
  const agent = currentTurn(step.state, input.agent, input.turn);
  if (agent === undefined) {
    step.reply = { type: 'over' };
    return;
  }
  switch (input.type) {
    case 'answer':
      decideAnswer(step, agent, input);
      return;
    case 'vote':
      decideVote(step, agent, input.target, input.reason);
      return;
    case 'response.rejected':
      rejectAttempt(step, agent, input.reason, input.text);
      return;
    case 'attempt.ended':
      rejectAttempt(step, agent, 'no_decision');
      return;
    case 'safe_point':
      decideSafePoint(step, agent);
      return;
    case 'turn.failed':
      decideFailure(step, agent, input.error, input.fatal);
      return;
    case 'turn.limit':
      decideTurnLimit(step, agent, input.limit);
      return;
    case 'presentation.ended':
      return;
    default:
      input satisfies never;
  }
}

/** The agent, if this turn is the one it is working on. */
function currentTurn(state: ProtocolState, id: string, turn: number): AgentState | undefined {
  const agent = state.agents[agentIndex(state, id)];
  return state.phase === 'coordinating' && agent?.mode === 'working' && agent.turn === turn
    ? agent
    : undefined;
}
