import { describe, expect, it } from 'vitest';
import type { ToolCallResult } from '../tools/tool-session.ts';
import {
  answers,
  answerThenVote,
  createCoordinatorRig,
  gate,
  inTurns,
  labelsIn,
  textOf,
  votesFor,
  type Behaviour,
} from './coordinator-rig.test-support.ts';

describe('a new answer while others work', () => {
  /** Both have answered; the critic improves its answer while the writer is deciding in `decides`. */
  const improvedMeanwhile = (
    onNewAnswer: 'inject' | 'restart' | 'wait',
    ...decides: readonly Behaviour[]
  ) => {
    const improve = gate();
    const rig = createCoordinatorRig({
      onNewAnswer,
      agents: {
        writer: inTurns(answers('one'), ...decides),
        critic: inTurns(
          answers('two'),
          async ({ answer }) => {
            await improve.opened;
            await answer('two, improved');
          },
          votesFor(() => rig.label('critic')),
        ),
      },
    });
    return { rig, improve };
  };

  it('inject: reaches a working agent at its next safe point, and its vote for the newer answer counts', async () => {
    const updates: (string | undefined)[] = [];
    const { rig, improve } = improvedMeanwhile('inject', async (go) => {
      updates.push(await go.request.takeUpdate());
      improve.open();
      await rig.reach('answer.submitted', 3);
      updates.push(await go.request.takeUpdate(), await go.request.takeUpdate());
      await go.vote(labelsIn(updates[1] ?? '')[0] ?? '');
    });
    const state = await rig.run();
    expect(updates[0]).toBeUndefined();
    expect(updates[1]).toContain('two, improved');
    expect(updates[2]).toBeUndefined();
    expect(rig.all('update.injected')).toHaveLength(1);
    expect(rig.all('vote.cast').map((vote) => [vote.agent, vote.for])).toContainEqual(['writer', 'critic.2']);
    expect(rig.all('vote.voided')).toEqual([]);
    expect(rig.turnsOf('writer')).toBe(2);
    expect(rig.all('turn.interrupted')).toEqual([]);
    expect(state.winner).toMatchObject({ rule: 'most_votes' });
  });

  it('inject: a vote that did not know of it is void, brings it along, and is asked for again', async () => {
    const results: ToolCallResult[] = [];
    const { rig, improve } = improvedMeanwhile('inject', async (go) => {
      improve.open();
      await rig.reach('answer.submitted', 3);
      results.push(await go.vote('agent1.1'));
      const [newer = ''] = labelsIn(textOf(results[0] as ToolCallResult));
      results.push(await go.vote(newer));
    });
    await rig.run();
    expect(results.map(({ decision }) => decision)).toEqual(['again', 'accepted']);
    expect(textOf(results[0] as ToolCallResult)).toContain('two, improved');
    expect(rig.all('vote.voided')).toMatchObject([{ agent: 'writer', for: 'critic.1', reason: 'stale' }]);
    expect(rig.all('attempt.rejected')).toEqual([]);
    expect(rig.all('turn.failed')).toEqual([]);
    expect(rig.all('winner.selected')).toMatchObject([{ answer: 'critic.2', rule: 'most_votes' }]);
  });

  it('inject: each update brings only what the agent has not read yet', async () => {
    const read: (readonly string[])[] = [];
    const improves = [gate(), gate(), gate()];
    const improving =
      (text: string, when: readonly Promise<void>[]): Behaviour =>
      async (go) => {
        const { turn, kind } = go.request;
        if (kind === 'present') return;
        const improve = when[turn - 2];
        if (improve === undefined && turn > 1) {
          await answerThenVote('')(go);
          return;
        }
        await improve;
        await go.answer(`${text} ${turn}`);
      };
    const next = async (count: number): Promise<void> => {
      improves[count]?.open();
      await rig.reach('answer.submitted', 4 + count);
    };
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(
          async ({ answer }) => {
            await rig.reach('answer.submitted', 2);
            await answer('one');
          },
          async ({ request, vote }) => {
            await next(0);
            read.push(labelsIn((await request.takeUpdate()) ?? ''));
            await next(1);
            read.push(labelsIn(textOf(await vote('agent2.2'))));
            await next(2);
            read.push(labelsIn((await request.takeUpdate()) ?? ''));
            await vote('agent3.1');
          },
          async () => undefined,
        ),
        critic: improving('two', [
          improves[0]?.opened as Promise<void>,
          improves[2]?.opened as Promise<void>,
        ]),
        editor: improving('three', [improves[1]?.opened as Promise<void>]),
      },
    });
    await rig.run();
    expect(read).toEqual([['agent2.2'], ['agent1.2'], ['agent2.3']]);
  });

  it('inject: an agent on its first draft is not disturbed', async () => {
    const updates: (string | undefined)[] = [];
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(
          async (go) => {
            await rig.reach('answer.submitted');
            updates.push(await go.request.takeUpdate());
            await go.answer('late draft');
          },
          votesFor(() => rig.label('critic')),
        ),
        critic: answerThenVote('early draft'),
      },
    });
    await rig.run();
    expect(updates).toEqual([undefined]);
    expect(rig.all('answer.submitted').map(({ label }) => label)).toEqual(['critic.1', 'writer.1']);
  });

  it('restart: cancels the turn, and the next one begins only when it has come to rest', async () => {
    const rest = gate();
    let cancelled: AbortSignal | undefined;
    const { rig, improve } = improvedMeanwhile(
      'restart',
      async ({ signal }) => {
        cancelled = signal;
        improve.open();
        await rest.opened;
        signal.throwIfAborted();
      },
      votesFor(() => rig.label('critic')),
    );
    const running = rig.run();
    await rig.reach('turn.interrupted');
    await rig.clock.advance(1_000);
    expect(rig.all('turn.interrupted')).toMatchObject([{ agent: 'writer', turn: 2, reason: 'restart' }]);
    expect(cancelled?.aborted).toBe(true);
    expect(rig.turnsOf('writer')).toBe(3);
    expect(rig.begun.filter(({ agent }) => agent === 'writer')).toHaveLength(2);
    rest.open();
    await running;
    expect(rig.begun.filter(({ agent }) => agent === 'writer')).toHaveLength(3);
    expect(rig.all('turn.failed')).toEqual([]);
    expect(rig.all('winner.selected')).toMatchObject([{ answer: 'critic.2' }]);
  });

  it('wait: disturbs nobody, and voting begins when all have answered', async () => {
    const late = gate();
    const kinds: string[] = [];
    const watched =
      (text: string, before = Promise.resolve()): Behaviour =>
      async (go) => {
        kinds.push(go.request.kind);
        await before;
        expect(await go.request.takeUpdate()).toBeUndefined();
        await answerThenVote(text)(go);
      };
    const rig = createCoordinatorRig({
      onNewAnswer: 'wait',
      agents: { writer: watched('one'), critic: watched('two'), editor: watched('three', late.opened) },
    });
    const running = rig.run();
    await rig.reach('answer.submitted', 2);
    await rig.clock.advance(60_000);
    expect(kinds).toEqual(['answer', 'answer', 'answer']);
    late.open();
    await running;
    expect(kinds.slice(3, 6)).toEqual(['decide', 'decide', 'decide']);
    expect(rig.all('update.injected')).toEqual([]);
  });
});
