/** The result of a run as its file says it, made from the state the journal leads to. */
import type { ContextOutcome, RunResult } from '../journal/run-result.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';

export function runResult(
  state: ProtocolState,
  run: string,
  durationMs: number,
  changes: readonly ContextOutcome[] = [],
): RunResult {
  const { winner, presentation, answers, agents, limited, error } = state;
  const won = answers[winner?.answer ?? -1];
  return {
    v: 1,
    run,
    outcome: state.outcome ?? (won === undefined ? 'stopped' : 'answered'),
    ...(won === undefined ? {} : { winner: won.label }),
    ...(winner === undefined ? {} : { rule: winner.rule }),
    ...(presentation?.finished === undefined ? {} : { answer: presentation.finished.text }),
    votes: agents.flatMap(({ id, mode, vote }) =>
      mode === 'voted' && vote !== undefined ? [{ agent: id, for: vote.label, reason: vote.reason }] : [],
    ),
    ...(limited === undefined ? {} : { limited }),
    ...(changes.length === 0 ? {} : { changes }),
    durationMs,
    ...(error === undefined ? {} : { error: { ...error, hint: (error.hint ?? '').replaceAll('RUN', run) } }),
  };
}
