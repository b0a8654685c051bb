/**
 * The winner, from the state alone: most standing votes of living agents, a tie goes to the agent registered
 * first. A pure function of what the journal holds, so a replay finds the same one.
 */
import type { WinnerRule } from '../events/run-event.ts';
import type { ProtocolState, Winner } from './protocol-state.ts';

/** Votes for each agent's latest answer, by index of the author. */
export function tally(state: ProtocolState): readonly number[] {
  const counts = state.agents.map(() => 0);
  for (const agent of state.agents) {
    if (agent.mode === 'voted' && agent.vote !== undefined) {
      counts[agent.vote.author] = (counts[agent.vote.author] ?? 0) + 1;
    }
  }
  return counts;
}

/** Undefined while there is no answer. */
export function selectWinner(state: ProtocolState): Winner | undefined {
  const candidates = state.agents.flatMap((agent, index) => (agent.latestAnswer === -1 ? [] : [index]));
  const first = candidates[0];
  if (first === undefined) return undefined;
  const won = (author: number, rule: WinnerRule): Winner => ({
    author,
    answer: state.agents[author]?.latestAnswer ?? -1,
    rule,
  });
  if (candidates.length === 1) return won(first, 'only_answer');

  const counts = tally(state);
  const most = Math.max(...candidates.map((index) => counts[index] ?? 0));
  if (most === 0) {
    const living = state.agents.flatMap((agent, index) => (agent.mode === 'retired' ? [] : [index]));
    const last = living[0];
    if (living.length === 1 && last !== undefined && candidates.includes(last)) {
      return won(last, 'last_living');
    }
    return won(first, 'no_votes_registration_order');
  }
  const leaders = candidates.filter((index) => counts[index] === most);
  return won(leaders[0] ?? first, leaders.length === 1 ? 'most_votes' : 'tie_registration_order');
}
