/**
 * The last act: the winner presents, or its answer is used as it stands. A presentation that fails or says
 * nothing falls back to the stored answer and its files, so that nothing that was won is lost at the end.
 */
import { runErrors } from '../errors/run-errors.ts';
import type { EventError, FinalAnswerStrategy } from '../events/run-event.ts';
import { agentIndex } from './evolve.ts';
import type { ProtocolInput } from './protocol-input.ts';
import type { ProtocolState, Winner } from './protocol-state.ts';
import type { StepBuilder } from './step.ts';

export function beginPresentation(step: StepBuilder, winner: Winner): void {
  const { state } = step;
  const author = state.agents[winner.author];
  const answer = state.answers[winner.answer];
  if (author === undefined || answer === undefined) return;
  step.emit({
    type: 'winner.selected',
    agent: author.id,
    answer: answer.label,
    votes: state.agents.flatMap(({ id, mode, vote }) =>
      mode === 'voted' && vote !== undefined ? [{ agent: id, for: vote.label, reason: vote.reason }] : [],
    ),
    rule: winner.rule,
  });
  startPresentation(step, winner);
}

/** Also used when a run is resumed in the middle of it. */
export function startPresentation(step: StepBuilder, winner: Winner): void {
  const author = step.state.agents[winner.author];
  if (author === undefined) return;
  const agent = author.id;
  const turn = author.turn + 1;
  const strategy = strategyFor(step.state, winner);
  step.emit({ type: 'presentation.started', agent, turn, strategy });
  if (strategy === 'winner_reuse') endPresentation(step, { text: '' });
  else step.command({ type: 'presentation.start', agent, turn, strategy });
}

/** A retired winner cannot speak; a lone agent has nothing to add unless its final turn has effects. */
function strategyFor(state: ProtocolState, winner: Winner): FinalAnswerStrategy {
  const { config } = state;
  if (state.limited === 'user_stop') return 'winner_reuse';
  if (state.agents[winner.author]?.mode === 'retired') return 'winner_reuse';
  if (config.finalTurnRequired && config.finalAnswerStrategy === 'winner_reuse') return 'winner_present';
  if (config.agents.length === 1 && !config.finalTurnRequired) return 'winner_reuse';
  return config.finalAnswerStrategy;
}

export function decidePresentation(
  step: StepBuilder,
  input: Extract<ProtocolInput, { type: 'presentation.ended' }>,
): void {
  const { phase, presentation } = step.state;
  if (phase !== 'presenting' || presentation === undefined || presentation.finished !== undefined) return;
  if (presentation.turn !== input.turn || presentation.agent !== agentIndex(step.state, input.agent)) return;
  endPresentation(step, input);
}

export function endPresentation(
  step: StepBuilder,
  result: { readonly text: string; readonly snapshot?: string; readonly error?: EventError },
): void {
  const { presentation, winner, agents, answers } = step.state;
  const agent = agents[presentation?.agent ?? -1];
  const stored = answers[winner?.answer ?? -1];
  if (presentation === undefined || agent === undefined || stored === undefined) return;
  const presented = result.error === undefined && result.text.trim() !== '';
  const snapshot = presented ? (result.snapshot ?? stored.snapshot) : stored.snapshot;
  step.emit({
    type: 'presentation.finished',
    agent: agent.id,
    turn: presentation.turn,
    text: presented ? result.text : stored.text,
    source: presented ? 'presented' : 'stored',
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(result.error === undefined ? {} : { error: result.error }),
  });
  step.command({ type: 'final.write' });
}

/** The run is over and everything of it is in place. */
export function endRun(step: StepBuilder): void {
  const { state } = step;
  if (state.phase === 'finished') return;
  const winner = state.answers[state.winner?.answer ?? -1];
  const limited = state.limited === undefined ? {} : { limited: state.limited };
  if (winner !== undefined) {
    if (state.presentation?.finished === undefined) return;
    step.emit({ type: 'run.finished', outcome: 'answered', winner: winner.label, ...limited });
  } else {
    const outcome =
      state.limited === 'user_stop' ? 'stopped' : state.limited === undefined ? 'all_failed' : 'no_answer';
    const { code, title, hint } =
      outcome === 'stopped'
        ? runErrors.stopped
        : outcome === 'all_failed'
          ? runErrors.allAgentsFailed
          : runErrors.limitWithoutAnswer;
    const error = { code, message: title, hint };
    step.emit({ type: 'run.finished', outcome, ...limited, error });
  }
  step.command({ type: 'run.end' });
}
