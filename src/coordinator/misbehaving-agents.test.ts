import { describe, expect, it } from 'vitest';
import { agentErrors } from '../errors/agent-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';
import type { ToolCallResult } from '../tools/tool-session.ts';
import {
  answerThenVote,
  createCoordinatorRig,
  gate,
  inTurns,
  say,
  type Behaviour,
} from './coordinator-rig.test-support.ts';

const fails =
  (thrown: unknown): Behaviour =>
  () =>
    Promise.reject(thrown);

/** A tool that finishes when the test says so, and what was done with it. */
function createProbe() {
  const calls: unknown[] = [];
  const done = gate();
  const tool: ResolvedTool = {
    definition: { name: 'probe', description: 'Looks.', inputSchema: { type: 'object' } },
    effects: { effects: ['Read'], pathArguments: [], source: 'own', why: 'only looks' },
    decides: false,
    async invoke(args) {
      calls.push(args);
      await done.opened;
      return { outcome: 'ok', content: [{ type: 'text', text: 'looked' }] };
    },
  };
  return { tool, calls, finish: done.open };
}

describe('what an agent throws', () => {
  const thrown: readonly (readonly [string, unknown, string])[] = [
    ['an error', new Error('connection lost'), 'connection lost'],
    ['an error without a message', new RangeError(''), 'RangeError'],
    ['a text', 'out of paper', 'out of paper'],
    ['nothing', undefined, 'undefined'],
    ['an object', { reason: 'none' }, ''],
    ['an object without a prototype', Object.create(null), ''],
    [
      'an object that throws when it is read',
      {
        toString: (): string => {
          throw new Error('no');
        },
      },
      '',
    ],
    ['a symbol', Symbol('odd'), 'odd'],
  ];

  it.each(thrown)('fails its turn and never the run: %s', async (_, error, message) => {
    const rig = createCoordinatorRig({
      agents: { writer: inTurns(fails(error), answerThenVote('')), critic: answerThenVote('mine') },
    });
    const running = rig.run();
    await rig.reach('turn.failed');
    await rig.reach('answer.submitted');
    await rig.clock.advance(1_000);
    await expect(running).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.all('turn.failed')).toMatchObject([
      { agent: 'writer', failures: 1, error: { code: 'MG1709', message: expect.stringContaining(message) } },
    ]);
  });

  it('may be thrown before the turn has begun to give events', async () => {
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(() => {
          throw new TypeError('not ready');
        }, answerThenVote('')),
        critic: answerThenVote('mine'),
      },
    });
    const running = rig.run();
    await rig.reach('turn.failed');
    await rig.reach('answer.submitted');
    await rig.clock.advance(1_000);
    await running;
    expect(rig.all('turn.failed')).toMatchObject([
      { error: { message: expect.stringContaining('not ready') } },
    ]);
  });

  it('keeps the code and the hint of an error of the product', async () => {
    const error = new MassGenError(agentErrors.providerOverloaded, {
      detail: 'example.org',
      hint: 'Wait an hour.',
    });
    const rig = createCoordinatorRig({
      agents: { writer: inTurns(fails(error), answerThenVote('')), critic: answerThenVote('mine') },
    });
    const running = rig.run();
    await rig.reach('turn.failed');
    await rig.reach('answer.submitted');
    await rig.clock.advance(1_000);
    await running;
    expect(rig.all('turn.failed')).toMatchObject([
      {
        error: {
          code: 'MG1604',
          message: 'The model provider is overloaded: example.org',
          hint: 'Wait an hour.',
        },
      },
    ]);
  });

  it.each([
    agentErrors.keyRefused,
    agentErrors.modelNotFound,
    agentErrors.keyMissing,
    agentErrors.keyMalformed,
    agentErrors.keyOfAnother,
    agentErrors.badBaseUrl,
    agentErrors.keyOverPlainHttp,
  ])('retires it at once where a second try cannot help: $title', async (definition) => {
    const rig = createCoordinatorRig({
      agents: { writer: fails(new MassGenError(definition)), critic: answerThenVote('mine') },
    });
    await expect(rig.run()).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.turnsOf('writer')).toBe(1);
    expect(rig.all('agent.retired')).toMatchObject([{ agent: 'writer', error: { code: definition.code } }]);
    expect(rig.clock.monotonic()).toBe(0);
  });
});

describe('failure after failure', () => {
  it('is followed by growing pauses and retires the agent at the third; the others go on', async () => {
    const late = gate();
    const rig = createCoordinatorRig({
      agents: {
        writer: fails(new Error('no luck')),
        critic: async (go) => {
          await late.opened;
          await answerThenVote('mine')(go);
        },
        editor: answerThenVote('yours'),
      },
    });
    const running = rig.run();
    await rig.reach('turn.failed');
    await rig.clock.advance(10_000);
    const begun = rig.begun.filter(({ agent }) => agent === 'writer');
    expect(begun.map(({ at }) => at)).toEqual([0, 1_000, 3_000]);
    expect(rig.all('turn.failed').map(({ retryInMs }) => retryInMs)).toEqual([1_000, 2_000, undefined]);
    expect(rig.all('agent.retired')).toMatchObject([{ agent: 'writer', failures: 3 }]);
    late.open();
    await expect(running).resolves.toMatchObject({ outcome: 'answered', living: 2 });
  });

  it('of all agents ends the run with that outcome', async () => {
    const rig = createCoordinatorRig({
      agents: { writer: fails(new Error('no')), critic: fails(new Error('never')) },
    });
    const running = rig.run();
    await rig.reach('turn.failed', 2);
    await rig.clock.advance(10_000);
    await expect(running).resolves.toMatchObject({ outcome: 'all_failed', error: { code: 'MG1707' } });
  });
});

describe('an agent that does not come to an end', () => {
  const hardMs = 120_000;

  it('fails its turn at the hard limit and is tried again', async () => {
    const rig = createCoordinatorRig({
      limits: { hardMs },
      agents: { writer: inTurns(({ hang }) => hang(), answerThenVote('')), critic: answerThenVote('mine') },
    });
    const running = rig.run();
    await rig.reach('answer.submitted');
    await rig.clock.advance(hardMs - 1);
    expect(rig.all('limit.reached')).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.all('limit.reached')).toMatchObject([{ limit: 'turn_hard', agent: 'writer' }]);
    expect(rig.all('turn.failed')).toMatchObject([{ agent: 'writer', error: { code: 'MG1702' } }]);
    await rig.clock.advance(1_000);
    await expect(running).resolves.toMatchObject({ outcome: 'answered', living: 2 });
  });

  it('leaves time and the other agents their turn while it yields without a pause', async () => {
    const rig = createCoordinatorRig({
      limits: { hardMs },
      agents: {
        writer: inTurns(async function* () {
          for (;;) yield say('and so on, ');
        }, answerThenVote('')),
        critic: answerThenVote('mine'),
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted');
    await rig.clock.advance(hardMs + 1_000);
    await expect(running).resolves.toMatchObject({ outcome: 'answered', living: 2 });
    expect(rig.all('turn.failed')).toMatchObject([{ error: { code: 'MG1702' } }]);
  });

  it('and does not hear that its turn is over is left behind after five seconds', async () => {
    const rig = createCoordinatorRig({
      limits: { hardMs },
      agents: {
        writer: inTurns(() => new Promise(() => undefined), answerThenVote('')),
        critic: answerThenVote('mine'),
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted');
    await rig.clock.advance(hardMs + 4_999);
    expect(rig.turnsOf('writer')).toBe(2);
    expect(rig.begun.filter(({ agent }) => agent === 'writer')).toHaveLength(1);
    await rig.clock.advance(1);
    await expect(running).resolves.toMatchObject({ outcome: 'answered', living: 2 });
    expect(rig.begun.filter(({ agent }) => agent === 'writer').map(({ at }) => at)).toEqual([
      0,
      hardMs + 5_000,
    ]);
  });

  it('after its answer was accepted is ended, so that its next turn can begin', async () => {
    const signals: AbortSignal[] = [];
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(async ({ answer, hang, signal }) => {
          signals.push(signal);
          await answer('mine');
          await hang();
        }, answerThenVote('')),
        critic: answerThenVote('yours'),
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted', 2);
    await rig.clock.advance(4_999);
    expect(signals[0]?.aborted).toBe(false);
    await rig.clock.advance(1);
    expect(signals[0]?.aborted).toBe(true);
    await expect(running).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.all('turn.failed')).toEqual([]);
  });
});

describe('a turn that is over', () => {
  /** The writer's first turn is left behind at its hard limit; `late` is what it still does afterwards. */
  function leftBehind(late: Behaviour, tools: readonly ResolvedTool[] = []) {
    const woken = gate();
    const lateDone = gate();
    const next = gate();
    const rig = createCoordinatorRig({
      limits: { hardMs: 60_000 },
      tools,
      agents: {
        writer: inTurns(
          async function* (go) {
            await woken.opened;
            const doing = late(go);
            try {
              if (Symbol.asyncIterator in doing) yield* doing;
              else await doing;
            } finally {
              lateDone.open();
            }
          },
          async (go) => {
            await next.opened;
            await answerThenVote('the next turn')(go);
          },
        ),
        critic: answerThenVote('mine'),
      },
    });
    return {
      rig,
      async play() {
        const running = rig.run();
        await rig.reach('answer.submitted');
        await rig.clock.advance(70_000);
        expect(rig.begun.filter(({ agent }) => agent === 'writer')).toHaveLength(2);
        const before = rig.journal.events.length;
        woken.open();
        await lateDone.opened;
        await rig.clock.advance(0);
        const after = rig.journal.events.slice(before);
        next.open();
        await running;
        return after;
      },
    };
  }

  it('cannot answer, vote or call a tool any more, whatever signal its calls carry', async () => {
    const probe = createProbe();
    const outcomes: string[] = [];
    const { play } = leftBehind(
      async ({ call }) => {
        const own = new AbortController().signal;
        for (const [name, args] of [
          ['new_answer', { content: 'late' }],
          ['vote', { answer: 'agent1.1', reason: 'late' }],
          ['probe', {}],
        ] as const) {
          outcomes.push(
            await call(name, args, own).then(
              ({ outcome }) => outcome,
              () => 'refused',
            ),
          );
        }
      },
      [probe.tool],
    );
    const after = await play();
    expect(outcomes).toEqual(['refused', 'refused', 'refused']);
    expect(probe.calls).toEqual([]);
    expect(after).toEqual([]);
  });

  it('is not heard any more', async () => {
    const { rig, play } = leftBehind(async function* () {
      yield say('I am still here.');
      yield {
        type: 'model.call.finished',
        call: 'm',
        model: 'm',
        outcome: 'ok',
        parts: [],
        usage: {},
        latencyMs: 1,
      };
    });
    expect(await play()).toEqual([]);
    expect(rig.seen.filter(({ type }) => type === 'text.delta')).toEqual([]);
  });

  it('is told of nothing, and takes no update from its successor', async () => {
    const updates: (string | undefined)[] = [];
    const { play } = leftBehind(async ({ request }) => {
      updates.push(await request.takeUpdate());
    });
    expect(await play()).toEqual([]);
    expect(updates).toEqual([undefined]);
  });

  it('still says how its last model call ended, and nothing else', async () => {
    const finished = { type: 'model.call.finished', call: 'm', model: 'm', usage: {}, latencyMs: 1 } as const;
    const rig = createCoordinatorRig({
      limits: { hardMs: 60_000 },
      agents: {
        writer: inTurns(async function* ({ hang }) {
          yield { type: 'model.call.started', call: 'm', model: 'm' };
          yield say('Half a sen');
          try {
            await hang();
          } catch {
            yield say('tence');
            yield { ...finished, outcome: 'cancelled', parts: [{ type: 'text', text: 'Half a sen' }] };
          }
        }, answerThenVote('')),
        critic: answerThenVote('mine'),
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted');
    await rig.clock.advance(61_000);
    await running;
    expect(rig.all('model.call.finished')).toMatchObject([
      { agent: 'writer', turn: 1, outcome: 'cancelled' },
    ]);
    expect(rig.seen.filter(({ type }) => type === 'text.delta')).toHaveLength(1);
  });

  it('gets the result of a call that was under way as cancelled, and the journal shows its end', async () => {
    const probe = createProbe();
    const results: ToolCallResult[] = [];
    const rig = createCoordinatorRig({
      limits: { hardMs: 60_000 },
      tools: [probe.tool],
      agents: {
        writer: inTurns(async ({ call, vote }) => {
          results.push(await call('probe', {}, new AbortController().signal));
          results.push(await vote('agent1.1'));
        }, answerThenVote('')),
        critic: answerThenVote('mine'),
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted');
    await rig.reach('tool.call.started', 2);
    await rig.clock.advance(61_000);
    await running;
    probe.finish();
    await rig.clock.advance(0);
    expect(results.map(({ outcome }) => outcome)).toEqual(['cancelled']);
    expect(rig.all('tool.call.finished').filter(({ tool }) => tool === 'probe')).toMatchObject([
      { turn: 1, outcome: 'cancelled' },
    ]);
    expect(rig.all('vote.cast').map(({ agent, turn }) => [agent, turn])).toContainEqual(['writer', 2]);
  });
});

describe('closing the agents at the end', () => {
  it('does not change the result when one of them throws', async () => {
    const rig = createCoordinatorRig({
      agents: { writer: answerThenVote('mine'), critic: answerThenVote('yours') },
      closeAgent: (agent) => (agent === 'writer' ? Promise.reject(new Error('jammed')) : Promise.resolve()),
    });
    await expect(rig.run()).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.closed.toSorted()).toEqual(['critic', 'writer']);
    expect(rig.warnings).toEqual([expect.stringMatching(/writer.*jammed/u)]);
  });

  it('waits five seconds for one that never closes', async () => {
    const rig = createCoordinatorRig({
      agents: { writer: answerThenVote('mine'), critic: answerThenVote('yours') },
      closeAgent: (agent) => (agent === 'writer' ? new Promise(() => undefined) : Promise.resolve()),
    });
    const running = rig.run();
    await rig.reach('run.finished');
    await rig.clock.advance(5_000);
    await expect(running).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.warnings).toEqual([expect.stringMatching(/writer.*5000 ms/u)]);
  });
});
