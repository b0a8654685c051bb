import { describe, expect, it } from 'vitest';
import { nudgeText } from '../agents/prompts/turn-prompt.ts';
import type { ToolCallResult } from '../tools/tool-session.ts';
import {
  answers,
  answerThenVote,
  createCoordinatorRig,
  gate,
  inTurns,
  labelsIn,
  say,
  votesFor,
  type Behaviour,
} from './coordinator-rig.test-support.ts';

describe('a run', () => {
  it('goes from drafts over votes to the presentation of the winner', async () => {
    const rig = createCoordinatorRig({
      agents: {
        writer: async function* (go) {
          yield say('thinking aloud. ');
          if (go.request.kind !== 'present') await answerThenVote('the northern way')(go);
          else yield say('Take the northern way.');
        },
        critic: inTurns(
          answers('the southern way'),
          votesFor(() => rig.label('writer')),
        ),
      },
    });
    const state = await rig.run();
    expect(state).toMatchObject({ phase: 'finished', outcome: 'answered' });
    expect(rig.all('winner.selected')).toMatchObject([{ agent: 'writer', answer: 'writer.1' }]);
    expect(state.presentation?.finished).toEqual({
      text: 'thinking aloud. Take the northern way.',
      source: 'presented',
    });
    expect(rig.finals.map(({ presentation }) => presentation?.finished?.text)).toEqual([
      'thinking aloud. Take the northern way.',
    ]);
    expect(rig.closed.toSorted()).toEqual(['critic', 'writer']);
  });

  it('never tells an agent the id of another', async () => {
    const read: string[] = [];
    const listening =
      (text: string): Behaviour =>
      async (go) => {
        const { request } = go;
        read.push(request.system, request.user, request.followUp ?? '', (await request.takeUpdate()) ?? '');
        await answerThenVote(text)(go);
      };
    const rig = createCoordinatorRig({
      agents: {
        'penelope-ink': listening('one'),
        'quentin-quill': listening('two'),
        'rosa-red': listening('three'),
      },
    });
    await rig.run();
    expect(read.join('\n')).toContain('agent2.1');
    expect(read.join('\n')).not.toMatch(/penelope|quentin|rosa/u);
  });

  it('makes the files of two answers given at the same moment readable before anybody is shown one', async () => {
    const published: string[] = [];
    const shown: (readonly string[])[] = [];
    const both = gate();
    const draft =
      (text: string): Behaviour =>
      async (go) => {
        if (go.request.kind === 'answer') await both.opened;
        else shown.push([...published]);
        await answerThenVote(text)(go);
      };
    const rig = createCoordinatorRig({
      agents: { writer: draft('one'), critic: draft('two') },
      files: {
        publishWorkspace: (agent) => Promise.resolve(`snapshot of ${agent}`),
        publishView: async (event, alias) => {
          await rig.clock.advance(0);
          published.push(`${alias}.${event.number}`);
        },
      },
    });
    const running = rig.run();
    await rig.reach('turn.started', 2);
    both.open();
    await running;
    expect(rig.all('answer.submitted')).toHaveLength(2);
    for (const views of shown) expect(views).toHaveLength(2);
    expect(rig.begun.find(({ request }) => request.kind === 'decide')?.request.answers).toMatchObject([
      { view: expect.stringMatching(/^\/views\/agent\d\.1$/u) },
      { view: expect.stringMatching(/^\/views\/agent\d\.1$/u) },
    ]);
  });

  it('presents what was said after the last tool call, without what a failed model call said', async () => {
    const usage = { inputTokens: 1, outputTokens: 1 };
    const finished = { type: 'model.call.finished', model: 'm', parts: [], usage, latencyMs: 1 } as const;
    const rig = createCoordinatorRig({
      agents: {
        writer: async function* (go) {
          if (go.request.kind !== 'present') {
            await answerThenVote('draft')(go);
            return;
          }
          yield { type: 'model.call.started', call: 'm1', model: 'm' };
          yield say('Let me look at a file first.');
          yield { ...finished, call: 'm1', outcome: 'ok' };
          await go.call('no_such_tool');
          yield { type: 'model.call.started', call: 'm2', model: 'm' };
          yield say('This never cou');
          yield { ...finished, call: 'm2', outcome: 'failed' };
          yield { type: 'model.call.started', call: 'm3', model: 'm' };
          yield say('The final ');
          yield say('answer.');
          yield { ...finished, call: 'm3', outcome: 'ok' };
        },
        critic: inTurns(
          answers('other'),
          votesFor(() => rig.label('writer')),
        ),
      },
    });
    const state = await rig.run();
    expect(state.presentation?.finished).toMatchObject({ text: 'The final answer.', source: 'presented' });
  });

  it('lets the presenter go on when it votes by habit, though there is nothing to decide any more', async () => {
    const results: ToolCallResult[] = [];
    const rig = createCoordinatorRig({
      agents: {
        writer: async function* (go) {
          if (go.request.kind !== 'present') {
            await answerThenVote('draft')(go);
            return;
          }
          expect(go.request.tools.list()).toEqual([]);
          results.push(await go.vote('agent2.1'), await go.answer('draft'));
          yield say('Here it is.');
        },
        critic: inTurns(
          answers('other'),
          votesFor(() => rig.label('writer')),
        ),
      },
    });
    const state = await rig.run();
    expect(results.map(({ decision, outcome }) => [outcome, decision])).toEqual([
      ['denied', undefined],
      ['denied', undefined],
    ]);
    expect(state.presentation?.finished).toMatchObject({ text: 'Here it is.', source: 'presented' });
  });
});

describe('what an agent is handed', () => {
  it('names the kinds of its turns that have ended, and none that was cancelled', async () => {
    const past: (readonly string[])[] = [];
    const improve = gate();
    const rig = createCoordinatorRig({
      onNewAnswer: 'restart',
      agents: {
        writer: inTurns(
          answers('one'),
          ({ hang }) => {
            improve.open();
            return hang();
          },
          (go) => {
            past.push(go.request.past);
            return answerThenVote('')(go);
          },
        ),
        critic: inTurns(
          answers('two'),
          async ({ answer }) => {
            await improve.opened;
            await answer('three');
          },
          votesFor(() => rig.label('writer')),
        ),
      },
    });
    await rig.run();
    expect(past).toEqual([['answer'], ['answer', 'decide']]);
  });

  it.each([
    ['winner_present', 'Start from yours'],
    ['synthesize', 'merging the best of all'],
  ] as const)(
    'to present (%s) has all answers, the reasons of those who voted for it, and what to do',
    async (strategy, ask) => {
      const rig = createCoordinatorRig({
        finalAnswerStrategy: strategy,
        agents: {
          writer: inTurns(answers('the northern way'), ({ vote }) => vote('agent3.1', 'It is mine.')),
          critic: inTurns(answers('the southern way'), ({ vote }) => vote('agent3.1', 'No river to cross.')),
          editor: inTurns(answers('the ferry'), ({ vote }) => vote('agent1.1', 'The view.')),
        },
        onNewAnswer: 'wait',
      });
      await rig.run();
      const request = rig.begun.find((attempt) => attempt.request.kind === 'present')?.request;
      for (const text of [
        'the northern way',
        'the southern way',
        'the ferry',
        '- It is mine.',
        '- No river to cross.',
      ]) {
        expect(request?.user).toContain(text);
      }
      expect(request?.user).toContain(ask);
      expect(request?.user).not.toContain('The view.');
    },
  );

  it('has the folders of the user only with a workspace, for nothing else could read them', async () => {
    const rig = createCoordinatorRig({
      workspaces: { writer: '/runs/1/workspaces/agent2' },
      contextPaths: ['/home/joe/thesis'],
      agents: { writer: answerThenVote('one'), critic: answerThenVote('two') },
    });
    await rig.run();
    const [writer, critic] = rig.begun.map(({ request }) => request);
    expect(writer).toMatchObject({
      contextPaths: ['/home/joe/thesis'],
      workspace: '/runs/1/workspaces/agent2',
    });
    expect(writer?.system).toContain('/home/joe/thesis');
    expect(critic).toMatchObject({ contextPaths: [] });
    expect(critic?.system).not.toContain('/home/joe/thesis');
  });
});

describe('time', () => {
  it('is not waited for once the run has ended', async () => {
    const rig = createCoordinatorRig({
      agents: { writer: answerThenVote('one'), critic: answerThenVote('two') },
      limits: { runMs: 1_800_000, softMs: 60_000, hardMs: 120_000 },
    });
    await rig.run();
    expect(rig.clock.monotonic()).toBe(0);
    expect(rig.clock.waits()).toEqual([]);
  });
});

describe('attempts', () => {
  it('are three, each told what was wrong with the one before; then the turn has failed', async () => {
    const followUps: (string | undefined)[] = [];
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(async function* ({ request }) {
          followUps.push(request.followUp);
          yield say('I would rather talk.');
        }, answerThenVote('')),
        critic: answerThenVote('mine'),
      },
    });
    const running = rig.run();
    await rig.reach('turn.failed');
    expect(followUps).toEqual([
      undefined,
      expect.stringContaining('You ended without a decision'),
      expect.stringContaining('You ended without a decision'),
    ]);
    const attempts = rig.begun.filter(({ agent }) => agent === 'writer');
    expect(attempts.map(({ request }) => [request.turn, request.attempt])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(rig.all('turn.failed')).toMatchObject([{ error: { code: 'MG1701' }, retryInMs: 1_000 }]);
    await rig.clock.advance(1_000);
    await running;
    expect(rig.all('vote.cast').map(({ agent, turn }) => [agent, turn])).toContainEqual(['writer', 2]);
  });

  it('are used up by a response that votes and answers at once, and none of its calls is carried out', async () => {
    const outcomes: (readonly ToolCallResult[])[] = [];
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(answers('one'), async ({ request, signal, vote }) => {
          const [label = ''] = request.answers.map((answer) => answer.label);
          if (request.attempt > 1) {
            await vote(label);
            return;
          }
          outcomes.push(
            await request.tools.callAll(
              [
                { id: 'a', name: 'vote', arguments: { answer: label, reason: 'good' } },
                { id: 'b', name: 'new_answer', arguments: { content: 'better' } },
                { id: 'c', name: 'probe', arguments: {} },
              ],
              signal,
            ),
          );
        }),
        critic: answerThenVote('two'),
      },
    });
    await rig.run();
    expect(outcomes[0]?.map(({ id, decision }) => [id, decision])).toEqual([
      ['a', 'rejected'],
      ['b', 'rejected'],
      ['c', 'rejected'],
    ]);
    expect(rig.all('attempt.rejected')).toMatchObject([{ reason: 'vote_and_answer', attempt: 1 }]);
    expect(rig.all('answer.submitted').map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('show an unseen answer to whoever gives the same one, so that it can vote', async () => {
    const requests: { followUp: string; offered: readonly string[] }[] = [];
    const rig = createCoordinatorRig({
      agents: {
        writer: answerThenVote('the same'),
        critic: async (go) => {
          const { request } = go;
          if (request.attempt === 1 && request.kind === 'answer') {
            await rig.reach('answer.submitted');
            await go.answer('the same');
            return;
          }
          const { followUp = '' } = request;
          requests.push({ followUp, offered: request.tools.list().map(({ name }) => name) });
          await go.vote(labelsIn(followUp)[0] ?? request.answers[0]?.label ?? '');
        },
      },
    });
    await rig.run();
    expect(requests[0]?.followUp).toContain('already given');
    expect(labelsIn(requests[0]?.followUp ?? '')).toEqual(['agent2.1']);
    expect(requests[0]?.offered).toContain('vote');
    expect(rig.all('answer.rejected')).toMatchObject([{ agent: 'critic', reason: 'duplicate_answer' }]);
  });
});

describe('the offer of tools', () => {
  it('has no vote before there is an answer, and no new answer at the limit of answers', async () => {
    const offers: (readonly string[])[] = [];
    const rig = createCoordinatorRig({
      maxNewAnswersPerAgent: 1,
      agents: {
        writer: async (go) => {
          offers.push(go.request.tools.list().map(({ name }) => name));
          await answerThenVote('one')(go);
        },
        critic: answerThenVote('two'),
      },
    });
    await rig.run();
    expect(offers.slice(0, 2)).toEqual([['new_answer'], ['vote']]);
  });
});

describe('the soft limit of a turn', () => {
  it('asks the agent once, at its next safe point, to decide now', async () => {
    const told: (string | undefined)[] = [];
    const late = gate();
    const rig = createCoordinatorRig({
      limits: { softMs: 60_000 },
      agents: {
        writer: inTurns(async ({ request, answer }) => {
          told.push(await request.takeUpdate());
          await late.opened;
          told.push(await request.takeUpdate(), await request.takeUpdate());
          await answer('in haste');
        }, answerThenVote('')),
        critic: answerThenVote('in time'),
      },
    });
    const running = rig.run();
    await rig.clock.advance(59_999);
    expect(rig.all('limit.warned')).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.all('limit.warned')).toMatchObject([{ limit: 'turn_soft', agent: 'writer' }]);
    late.open();
    await running;
    expect(told).toEqual([undefined, nudgeText, undefined]);
  });
});
