import { describe, expect, test } from 'vitest';
import { scriptBackendSchema } from '../../../config/schema/script-backend-config.ts';
import { createSimulatedClock, type SimulatedClock } from '../../../testing/simulated-clock.ts';
import type { ToolCallRequest, ToolCallResult } from '../../../tools/tool-session.ts';
import type { AgentEvent, ShownAnswer, TurnRequest } from '../../agent.ts';
import { createScriptAgent } from './script-agent.ts';

interface Played {
  readonly events: readonly AgentEvent[];
  readonly calls: readonly ToolCallRequest[];
  readonly text: string;
}

interface ScriptRig {
  readonly clock: SimulatedClock;
  readonly crashes: () => number;
  readonly calls: readonly ToolCallRequest[];
  play(request?: Partial<TurnRequest>, signal?: AbortSignal): Promise<Played>;
}

type Answering = (call: ToolCallRequest) => Partial<ToolCallResult>;

const deciding = (call: ToolCallRequest): Partial<ToolCallResult> =>
  call.name === 'vote' || call.name === 'new_answer' ? { decision: 'accepted' } : {};

function createScriptRig(
  steps: readonly unknown[],
  answering: Answering = deciding,
  more: object = {},
): ScriptRig {
  const clock = createSimulatedClock();
  const calls: ToolCallRequest[] = [];
  let crashes = 0;
  let count = 0;
  const next = (prefix: string): string => {
    count += 1;
    return `${prefix}_${count}`;
  };
  const agent = createScriptAgent({
    id: 'writer',
    script: scriptBackendSchema.parse({ type: 'script', turns: [{ steps }], ...more }),
    clock,
    ids: { next, hex: () => '' },
    crash: () => {
      crashes += 1;
    },
  });
  return {
    clock,
    calls,
    crashes: () => crashes,
    async play(request = {}, signal = new AbortController().signal) {
      const events: AgentEvent[] = [];
      const from = calls.length;
      for await (const event of agent.turn(requestOf(request, calls, answering), signal)) events.push(event);
      const text = events.map((event) => (event.type === 'text.delta' ? event.text : '')).join('');
      return { events, calls: calls.slice(from), text };
    },
  };
}

function requestOf(more: Partial<TurnRequest>, calls: ToolCallRequest[], answering: Answering): TurnRequest {
  return {
    turn: 1,
    attempt: 1,
    kind: 'answer',
    system: '',
    user: '',
    past: [],
    question: 'What is here?',
    answers: [],
    aliases: new Map([
      ['writer', 'agent2'],
      ['critic', 'agent1'],
      ['constructor', 'agent3'],
    ]),
    workspace: '/ws',
    views: '/views',
    contextPaths: ['/data', '/more'],
    tools: {
      list: () => [],
      callAll: (requests) => {
        calls.push(...requests);
        return Promise.resolve(
          requests.map((call) => ({ id: call.id, outcome: 'ok', content: [], ...answering(call) })),
        );
      },
    },
    takeUpdate: () => Promise.resolve(undefined),
    ...more,
  };
}

function shown(author: string, alias: string, order: number): ShownAnswer {
  return { label: `${alias}.1`, alias, author, order, text: `by ${author}`, view: `/views/${alias}.1` };
}

describe('a step', () => {
  test('text is streamed in pieces of whole characters, with the pauses of the script', async () => {
    const rig = createScriptRig([{ text: 'Hi 🙂🙂 you' }], deciding, { chunk: 4, delay_ms: 100 });
    const playing = rig.play();
    await rig.clock.runAll();
    const { events, text } = await playing;
    expect(events).toEqual(['Hi 🙂', '🙂 yo', 'u'].map((piece) => ({ type: 'text.delta', text: piece })));
    expect(text).toBe('Hi 🙂🙂 you');
    expect(rig.clock.monotonic()).toBe(300);
  });

  test('text may have a pace of its own', async () => {
    const rig = createScriptRig([{ text: 'abcd', chunk: 2 }], deciding, { chunk: 1, delay_ms: 0 });
    expect((await rig.play()).events).toHaveLength(2);
  });

  test('a tool is called with its arguments filled in, and its result can be saved and used', async () => {
    const rig = createScriptRig(
      [
        { tool: 'mcp__filesystem__list_directory', args: { path: '{{context}}' }, save: 'files' },
        { text: '{{files | count}} in {{context}}, not in {{context.2}}' },
      ],
      () => ({
        content: [
          { type: 'text', text: 'a\nb' },
          { type: 'text', text: 'c' },
        ],
      }),
    );
    const { calls, text } = await rig.play();
    expect(calls).toEqual([
      { id: 'call_1', name: 'mcp__filesystem__list_directory', arguments: { path: '/data' } },
    ]);
    expect(text).toBe('3 in /data, not in /more');
  });

  test('a tool that fails does not end the turn, and what it said can be used', async () => {
    const rig = createScriptRig(
      [{ tool: 'unknown_tool', save: 'reply' }, { text: 'It said: {{reply}}' }],
      () => ({
        outcome: 'denied',
        content: [{ type: 'text', text: 'There is no tool of that name' }],
      }),
    );
    expect((await rig.play()).text).toBe('It said: There is no tool of that name');
  });

  test('sleep takes its time', async () => {
    const rig = createScriptRig([{ sleep_ms: 5_000 }, { text: 'awake' }]);
    const playing = rig.play();
    await rig.clock.advance(4_999);
    expect(rig.clock.waits()).toEqual([1]);
    await rig.clock.advance(1);
    expect((await playing).text).toBe('awake');
  });

  test('hang goes on until it is stopped, and does nothing after that', async () => {
    const rig = createScriptRig([{ hang: true }, { tool: 'act' }]);
    const controller = new AbortController();
    const playing = rig.play({}, controller.signal);
    const failed = expect(playing).rejects.toThrow('stopped');
    await rig.clock.advance(1_000_000);
    controller.abort(new Error('stopped'));
    await failed;
    expect(rig.calls).toEqual([]);
  });

  test('error ends the turn with its words', async () => {
    const rig = createScriptRig([{ error: 'overloaded' }, { text: 'never' }]);
    await expect(rig.play()).rejects.toMatchObject({
      code: 'MG1651',
      message: expect.stringContaining('overloaded'),
    });
  });

  test('crash crashes', async () => {
    const rig = createScriptRig([{ crash: true }]);
    await rig.play();
    expect(rig.crashes()).toBe(1);
  });

  test.each([
    ['text', { text: '{{nothing}}' }],
    ['a tool', { tool: 'act', args: { path: '{{nothing}}' } }],
    ['an answer', { new_answer: { content: '{{nothing}}' } }],
    ['a reason', { vote: { agent: 'first', reason: '{{nothing}}' } }],
  ])('with a name in %s that is not known fails and says which, and calls nothing', async (_, step) => {
    const rig = createScriptRig([step]);
    await expect(rig.play()).rejects.toMatchObject({
      code: 'MG1650',
      message: expect.stringContaining('{{nothing}}'),
      hint: expect.stringContaining('workspace'),
    });
    expect(rig.calls).toEqual([]);
  });
});

describe('names of a script', () => {
  test('are the task, the places, and the answers by their author', async () => {
    const rig = createScriptRig([
      { text: '{{question}}|{{workspace}}|{{views}}|{{views.critic}}|{{answer.critic}}|{{label.critic}}' },
    ]);
    const { text } = await rig.play({ kind: 'decide', answers: [shown('critic', 'agent1', 1)] });
    expect(text).toBe('What is here?|/ws|/views|/views/agent1.1|by critic|agent1.1');
  });
});

describe('a decision', () => {
  const answers = [
    shown('critic', 'agent1', 2),
    shown('writer', 'agent2', 3),
    shown('constructor', 'agent3', 1),
  ];

  test('new_answer gives the filled text and ends the turn', async () => {
    const rig = createScriptRig([{ new_answer: { content: 'See {{workspace}}' } }, { tool: 'act' }]);
    const { calls } = await rig.play();
    expect(calls).toEqual([{ id: 'call_1', name: 'new_answer', arguments: { content: 'See /ws' } }]);
  });

  test.each([
    ['self', 'agent2'],
    ['other', 'agent3'],
    ['first', 'agent3'],
    ['last', 'agent2'],
    ['critic', 'agent1'],
    ['constructor', 'agent3'],
    ['agent1', 'agent1'],
    ['agent1.1', 'agent1.1'],
    ['nobody', 'nobody'],
  ])('a vote for %s goes to %s', async (agent, target) => {
    const rig = createScriptRig([{ vote: { agent, reason: 'because {{question}}' } }]);
    const { calls } = await rig.play({ kind: 'decide', answers });
    expect(calls).toEqual([
      { id: 'call_1', name: 'vote', arguments: { answer: target, reason: 'because What is here?' } },
    ]);
  });

  test('a vote for other when there is only its own answer goes to itself', async () => {
    const rig = createScriptRig([{ vote: { agent: 'other' } }]);
    const { calls } = await rig.play({ kind: 'decide', answers: [shown('writer', 'agent2', 1)] });
    expect(calls[0]?.arguments).toMatchObject({ answer: 'agent2' });
  });

  test.each(['first', 'last', 'toString'])(
    'a vote for %s when there is nothing is a vote for nobody',
    async (agent) => {
      const rig = createScriptRig([{ vote: { agent } }]);
      expect((await rig.play()).calls[0]?.arguments).toMatchObject({ answer: agent });
    },
  );

  test('is made again as long as newer answers come in between', async () => {
    let asked = 0;
    const rig = createScriptRig([{ vote: { agent: 'first' } }, { tool: 'never' }], () => {
      asked += 1;
      return { decision: asked < 4 ? 'again' : 'accepted' };
    });
    expect((await rig.play({ kind: 'decide', answers })).calls.map(({ name }) => name)).toEqual(
      Array(4).fill('vote'),
    );
  });

  test('that is never taken does not go on for ever', async () => {
    const rig = createScriptRig([{ vote: { agent: 'first' } }], () => ({ decision: 'again' }));
    expect((await rig.play({ kind: 'decide', answers })).calls).toHaveLength(1_000);
  });

  test('that is rejected ends the attempt', async () => {
    const rig = createScriptRig([{ new_answer: { content: 'x' } }, { tool: 'never' }], () => ({
      decision: 'rejected',
    }));
    expect((await rig.play()).calls).toHaveLength(1);
  });

  test('that was none, such as where none is asked for, lets the script go on', async () => {
    const rig = createScriptRig([{ new_answer: { content: 'x' } }, { text: 'the final words' }], () => ({
      outcome: 'denied',
    }));
    expect((await rig.play({ kind: 'decide' })).text).toBe('the final words');
  });
});

describe('a turn', () => {
  test('of a kind the script has nothing for says nothing', async () => {
    const rig = createScriptRig([{ text: 'x' }]);
    expect((await rig.play({ kind: 'present' })).events).toEqual([]);
  });

  test('does the same each time it is given the same request', async () => {
    const rig = createScriptRig([{ tool: 'act', args: { a: '{{question}}' } }, { text: 'x' }]);
    const [first, second] = [await rig.play(), await rig.play()];
    expect(second.events).toEqual(first.events);
    expect(second.calls.map(({ arguments: args }) => args)).toEqual(
      first.calls.map(({ arguments: args }) => args),
    );
    expect(second.calls[0]?.id).not.toBe(first.calls[0]?.id);
  });

  test('that is over when it begins does nothing', async () => {
    const rig = createScriptRig([{ tool: 'act' }]);
    await expect(rig.play({}, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(rig.calls).toEqual([]);
  });

  test('that ends during a call makes no further one', async () => {
    const controller = new AbortController();
    const rig = createScriptRig([{ tool: 'one' }, { tool: 'two' }], () => {
      controller.abort(new Error('over'));
      return {};
    });
    await expect(rig.play({}, controller.signal)).rejects.toThrow('over');
    expect(rig.calls.map(({ name }) => name)).toEqual(['one']);
  });
});
