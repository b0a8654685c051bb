/** Ten thousand agents in one process: the cost of a step must not grow with the team. */
import { describe, expect, it } from 'vitest';
import { dealAliases, seededRandom } from '../events/aliases.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import { foldEvents } from './evolve.ts';
import { next } from './next.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import { initialState } from './protocol-state.ts';

describe('ten thousand agents', () => {
  it('under wait, with at most fifty answers, vote and end with the winner the journal names', () => {
    const size = 10_000;
    const ids = Array.from({ length: size }, (_, index) => `member-${index}`);
    const aliases = dealAliases(ids, 7);
    const config: ProtocolConfig = {
      agents: ids.map((id) => ({ id, alias: aliases.get(id) ?? '' })),
      onNewAnswer: 'wait',
      maxNewAnswersPerAgent: 5,
      maxNewAnswersGlobal: 50,
      finalAnswerStrategy: 'winner_present',
      finalTurnRequired: false,
    };
    const random = seededRandom(11);
    const journal: (DurableEventBody & { readonly seq: number })[] = [];
    const due: { readonly agent: string; readonly turn: number; readonly vote: boolean }[] = [];
    const counts = new Map<string, number>();
    let state = initialState(config);
    let steps = 0;

    const feed = (input: Parameters<typeof next>[1]): void => {
      const step = next(state, input, journal.length + 1);
      for (const event of step.events) journal.push({ ...event, seq: journal.length + 1 });
      state = step.state;
      steps += 1;
      for (const command of step.commands) {
        if (command.type === 'turn.start') due.push({ ...command, vote: command.shown > 0 });
        if (command.type === 'presentation.start') {
          feed({ type: 'presentation.ended', agent: command.agent, turn: command.turn, text: 'the end' });
        }
        if (command.type === 'final.write') feed({ type: 'final.written' });
      }
      if (step.reply?.type === 'again' && 'turn' in input) {
        due.push({ agent: input.agent, turn: input.turn, vote: true });
      }
    };

    feed({ type: 'start' });
    expect(due).toHaveLength(size);
    while (due.length > 0) {
      // The order of completion is random: the last one takes the place of the one that ends next.
      const pick = Math.floor(random() * due.length);
      const ended = due[pick];
      const last = due.pop();
      if (ended === undefined || last === undefined) break;
      if (last !== ended) due[pick] = last;
      const { agent, turn, vote } = ended;
      if (vote) {
        const author = state.answers[Math.floor(random() ** 2 * 50)]?.author ?? 0;
        const target = aliases.get(ids[author] ?? '') ?? '';
        counts.set(ids[author] ?? '', (counts.get(ids[author] ?? '') ?? 0) + 1);
        feed({ type: 'vote', agent, turn, target, reason: 'good' });
      } else {
        const text = `answer of ${agent}`;
        feed({ type: 'answer', agent, turn, text, comparable: text });
      }
    }

    expect(state).toMatchObject({ phase: 'finished', outcome: 'answered', living: size, voted: size });
    expect(state.answers).toHaveLength(50);
    const most = Math.max(...counts.values());
    const [winner] = ids.filter((id) => counts.get(id) === most);
    const selected = journal.find((event) => event.type === 'winner.selected');
    expect(selected).toMatchObject({ agent: winner, answer: `${winner}.1` });
    expect(selected?.votes).toHaveLength(size);
    expect(foldEvents(config, journal)).toStrictEqual(state);
    // Nothing is done twice: a start, an answer or a late answer each, a vote each, and the end.
    expect(steps).toBeLessThan(2 * size + 100);
    expect(journal.length).toBeLessThan(6 * size);
    expect(process.memoryUsage().heapUsed).toBeLessThan(1024 ** 3);
  });
});
