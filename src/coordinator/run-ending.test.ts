import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../events/run-event.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';
import type { ToolCallResult } from '../tools/tool-session.ts';
import {
  answerThenVote,
  createCoordinatorRig,
  gate,
  inTurns,
  say,
  textOf,
  type Behaviour,
  type CoordinatorRigOptions,
} from './coordinator-rig.test-support.ts';

/** Drafts and votes as others do; `present` is how it presents. */
const presenting =
  (present: Behaviour): Behaviour =>
  (go) =>
    go.request.kind === 'present' ? present(go) : answerThenVote(`of the ${go.agent}`)(go);

const hangs: Behaviour = ({ hang }) => hang();

/** Two agents that are done at once but for what `present` does at the end. */
function createPresentingRig(present: Behaviour, options: Partial<CoordinatorRigOptions> = {}) {
  return createCoordinatorRig({
    agents: { writer: presenting(present), critic: presenting(present) },
    ...options,
  });
}

/** One agent has answered, the other never will. */
function createHangingRig(options: Partial<CoordinatorRigOptions> = {}) {
  return createCoordinatorRig({ agents: { writer: answerThenVote('mine'), critic: hangs }, ...options });
}

describe('the time limit of the run', () => {
  it('ends it with the best answer so far, marked as limited', async () => {
    const rig = createCoordinatorRig({
      limits: { runMs: 600_000 },
      agents: {
        writer: presenting(async function* () {
          yield say('What we have.');
        }),
        critic: hangs,
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted');
    await rig.clock.advance(599_999);
    expect(rig.all('limit.reached')).toEqual([]);
    await rig.clock.advance(1);
    await expect(running).resolves.toMatchObject({ outcome: 'answered', limited: 'orchestrator_timeout' });
    expect(rig.all('turn.interrupted')).toMatchObject([{ agent: 'critic', reason: 'limit' }]);
    expect(rig.all('presentation.finished')).toMatchObject([{ text: 'What we have.', source: 'presented' }]);
    expect(rig.all('run.finished')).toMatchObject([{ winner: 'writer.1', limited: 'orchestrator_timeout' }]);
  });

  it('ends it without a result when nobody has answered', async () => {
    const rig = createCoordinatorRig({
      limits: { runMs: 600_000 },
      agents: { writer: hangs, critic: hangs },
    });
    const running = rig.run();
    await rig.clock.advance(600_000);
    await expect(running).resolves.toMatchObject({ outcome: 'no_answer', error: { code: 'MG1708' } });
    expect(rig.begun.every(({ request }) => request.kind === 'answer')).toBe(true);
  });
});

describe('a presentation', () => {
  const stored = { text: expect.stringMatching(/^of the \w+$/u), source: 'stored' };

  it('that takes longer than its limit is cancelled, and the stored answer is used', async () => {
    let signal: AbortSignal | undefined;
    const rig = createPresentingRig(
      (go) => {
        ({ signal } = go);
        return go.hang();
      },
      { limits: { presentationMs: 90_000 } },
    );
    const running = rig.run();
    await rig.reach('presentation.started');
    await rig.clock.advance(89_999);
    expect(signal?.aborted).toBe(false);
    await rig.clock.advance(1);
    await running;
    expect(signal?.aborted).toBe(true);
    expect(rig.all('presentation.finished')).toMatchObject([{ ...stored, error: { code: 'MG1703' } }]);
    expect(rig.finals).toHaveLength(1);
  });

  it('that fails is replaced by the stored answer, and the cause is told', async () => {
    const rig = createPresentingRig(() => Promise.reject(new Error('lost the thread')));
    await expect(rig.run()).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.all('presentation.finished')).toMatchObject([
      { ...stored, error: { message: expect.stringContaining('lost the thread') } },
    ]);
  });

  it('that says nothing is replaced by the stored answer', async () => {
    const rig = createPresentingRig(async function* () {
      yield say(' \n ');
    });
    await rig.run();
    expect(rig.all('presentation.finished')).toMatchObject([stored]);
  });

  it('whose files cannot be published is replaced by the stored answer and its files', async () => {
    let answers = 0;
    const rig = createPresentingRig(
      async function* () {
        yield say('See the files.');
      },
      {
        files: {
          publishWorkspace: (agent) => {
            answers += 1;
            return answers > 2
              ? Promise.reject(new Error('disk full'))
              : Promise.resolve(`files of ${agent}`);
          },
        },
      },
    );
    await rig.run();
    expect(rig.all('presentation.finished')).toMatchObject([
      {
        ...stored,
        snapshot: expect.stringContaining('files of'),
        error: { message: expect.stringContaining('disk full') },
      },
    ]);
  });
});

describe('a stop by the user', () => {
  it('before the run has begun ends it without an answer', async () => {
    const rig = createHangingRig();
    rig.coordinator.stop();
    await expect(rig.run()).resolves.toMatchObject({ outcome: 'stopped', error: { code: 'MG1706' } });
    expect(rig.begun).toEqual([]);
  });

  it('before there is an answer ends the run as stopped', async () => {
    const rig = createCoordinatorRig({ agents: { writer: hangs, critic: hangs } });
    const running = rig.run();
    await rig.reach('turn.started', 2);
    rig.coordinator.stop();
    await expect(running).resolves.toMatchObject({ outcome: 'stopped', limited: 'user_stop' });
    expect(rig.all('turn.interrupted').map(({ reason }) => reason)).toEqual(['stop', 'stop']);
  });

  it('while agents work ends it with the best answer as it stands, without another turn', async () => {
    const rig = createHangingRig();
    const running = rig.run();
    await rig.reach('answer.submitted');
    rig.coordinator.stop();
    await expect(running).resolves.toMatchObject({ outcome: 'answered', limited: 'user_stop' });
    expect(rig.all('presentation.finished')).toMatchObject([{ text: 'mine', source: 'stored' }]);
    expect(rig.begun.filter(({ request }) => request.kind === 'present')).toEqual([]);
    expect(rig.finals).toHaveLength(1);
  });

  it('lets the calls that are under way come to their end before that of the run', async () => {
    const probe: ResolvedTool = {
      definition: { name: 'probe', description: 'Looks.', inputSchema: { type: 'object' } },
      effects: { effects: ['Read'], pathArguments: [], source: 'own', why: 'only looks' },
      decides: false,
      invoke: () => new Promise(() => undefined),
    };
    const rig = createCoordinatorRig({
      tools: [probe],
      agents: { writer: answerThenVote('mine'), critic: ({ call }) => call('probe') },
    });
    const running = rig.run();
    await rig.reach('tool.call.started', 2);
    await rig.reach('answer.submitted');
    rig.coordinator.stop();
    await running;
    expect(rig.all('tool.call.finished')).toMatchObject([
      { outcome: 'ok' },
      { tool: 'probe', outcome: 'cancelled' },
    ]);
    expect(rig.journal.events.at(-1)?.type).toBe('run.finished');
  });

  it('during the presentation ends that with the stored answer', async () => {
    const rig = createPresentingRig(hangs);
    const running = rig.run();
    await rig.reach('presentation.started');
    rig.coordinator.stop();
    await expect(running).resolves.toMatchObject({ outcome: 'answered' });
    expect(rig.all('presentation.finished')).toMatchObject([{ source: 'stored', error: { code: 'MG1704' } }]);
  });

  it('while the files are put into their place changes nothing, and neither does one after the end', async () => {
    const writing = gate();
    const rig = createPresentingRig(
      async function* () {
        yield say('The end.');
      },
      { files: { writeFinal: () => writing.opened } },
    );
    const running = rig.run();
    await rig.reach('presentation.finished');
    rig.coordinator.stop();
    writing.open();
    const state = await running;
    rig.coordinator.stop();
    await rig.clock.advance(0);
    expect(rig.coordinator.state).toBe(state);
    expect(state).toMatchObject({ outcome: 'answered', presentation: { finished: { text: 'The end.' } } });
    expect(rig.all('limit.reached')).toEqual([]);
  });
});

describe('an abort', () => {
  const reason = new Error('second Ctrl-C');
  const writing = (): Promise<never> => new Promise(() => undefined);
  const moments: readonly (readonly [
    string,
    DurableEvent['type'],
    () => ReturnType<typeof createHangingRig>,
  ])[] = [
    [
      'on a first draft',
      'turn.started',
      () => createCoordinatorRig({ agents: { writer: hangs, critic: hangs } }),
    ],
    ['after an answer', 'answer.submitted', () => createHangingRig()],
    [
      'during a pause',
      'turn.failed',
      () =>
        createCoordinatorRig({ agents: { writer: () => Promise.reject(new Error('no')), critic: hangs } }),
    ],
    ['during the presentation', 'presentation.started', () => createPresentingRig(hangs)],
    [
      'while the files are put into their place',
      'presentation.finished',
      () => createPresentingRig(() => Promise.resolve(), { files: { writeFinal: writing } }),
    ],
  ];

  it.each(moments)(
    '%s rejects the run at once, ends every turn and writes nothing more',
    async (_, type, create) => {
      const rig = create();
      const running = rig.run();
      await rig.reach(type);
      rig.coordinator.abort(reason);
      const before = rig.journal.events.length;
      await expect(running).rejects.toBe(reason);
      expect(rig.clock.monotonic()).toBe(0);
      expect(rig.closed.toSorted()).toEqual(['critic', 'writer']);
      await rig.clock.runAll();
      expect(rig.journal.events).toHaveLength(before);
    },
  );

  it('before the run has begun rejects it as soon as it begins', async () => {
    const rig = createHangingRig();
    rig.coordinator.abort(reason);
    await rig.clock.advance(0);
    await expect(rig.run()).rejects.toBe(reason);
  });

  it('waits for a step that is under way, and takes none after it', async () => {
    const publishing = gate();
    const rig = createCoordinatorRig({
      agents: { writer: answerThenVote('mine'), critic: answerThenVote('yours') },
      files: { publishView: () => publishing.opened },
    });
    const running = rig.run();
    let rested = false;
    const rejected = expect(running.finally(() => (rested = true))).rejects.toBe(reason);
    await rig.reach('answer.submitted');
    rig.coordinator.abort(reason);
    await rig.clock.advance(60_000);
    expect(rested).toBe(false);
    publishing.open();
    await rejected;
    expect(rig.all('answer.submitted')).toHaveLength(1);
    expect(rig.turnsOf('writer') + rig.turnsOf('critic')).toBe(2);
  });

  it('reaches an agent that goes on after its answer was accepted', async () => {
    const rig = createCoordinatorRig({
      agents: {
        writer: async ({ answer, hang }) => {
          await answer('mine');
          await hang();
        },
        critic: answerThenVote('yours'),
      },
    });
    const running = rig.run();
    await rig.reach('answer.submitted', 2);
    await rig.clock.advance(100);
    rig.coordinator.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(rig.clock.monotonic()).toBe(100);
  });

  it('waits five seconds for an agent that does not hear it', async () => {
    const rig = createCoordinatorRig({
      agents: { writer: () => new Promise(() => undefined), critic: hangs },
    });
    const running = rig.run();
    const rejected = expect(running).rejects.toBe(reason);
    await rig.reach('turn.started', 2);
    rig.coordinator.abort(reason);
    await rig.clock.advance(4_999);
    expect(rig.closed).toEqual(['critic']);
    await rig.clock.advance(1);
    await rejected;
    expect(rig.closed).toEqual(['critic', 'writer']);
  });
});

describe('a journal that fails', () => {
  const full = new Error('no space left on device');
  const types = [
    'turn.started',
    'tool.call.started',
    'tool.call.finished',
    'answer.submitted',
    'vote.cast',
    'winner.selected',
    'presentation.finished',
    'run.finished',
  ] as const;

  it.each(types)('at %s rejects the run, and nothing is executed after it', async (type) => {
    const done: string[] = [];
    const probe: ResolvedTool = {
      definition: { name: 'probe', description: 'Looks.', inputSchema: { type: 'object' } },
      effects: { effects: ['Read'], pathArguments: [], source: 'own', why: 'only looks' },
      decides: false,
      invoke: () => {
        done.push('call');
        return Promise.resolve({ outcome: 'ok', content: [] });
      },
    };
    const behaviour: Behaviour = async (go) => {
      await go.call('probe');
      await answerThenVote(`of the ${go.agent}`)(go);
    };
    const rig = createCoordinatorRig({
      tools: [probe],
      agents: { writer: behaviour, critic: hangs, editor: behaviour },
      limits: { runMs: 60_000 },
      files: {
        publishView: () => {
          done.push('view');
          return Promise.resolve();
        },
        writeFinal: () => {
          done.push('final');
          return Promise.resolve();
        },
      },
    });
    let failedAt: { readonly done: number; readonly begun: number; readonly seen: number } | undefined;
    rig.journal.failFrom((event) => {
      const fails = event.type === type;
      // What was durable before may still be on its way to the watchers.
      if (fails) failedAt ??= { done: done.length, begun: rig.begun.length, seen: rig.journal.events.length };
      return fails;
    }, full);
    const running = rig.run();
    const rejected = expect(running).rejects.toBe(full);
    await rig.clock.runAll();
    await rejected;
    expect({ done: done.length, begun: rig.begun.length, seen: rig.seen.length }).toEqual(failedAt);
    expect(rig.closed.toSorted()).toEqual(['critic', 'editor', 'writer']);
  });
});

describe('files of the run that cannot be written', () => {
  it('reject the run when an accepted answer cannot be shown, though an agent sees only a failed call', async () => {
    const shown: string[] = [];
    const rig = createCoordinatorRig({
      agents: { writer: answerThenVote('mine'), critic: answerThenVote('yours') },
      files: {
        publishView: ({ label }) => {
          shown.push(label);
          return Promise.reject(new Error('disk full'));
        },
      },
    });
    const running = rig.run();
    await expect(running).rejects.toThrow('disk full');
    expect(rig.all('answer.submitted').map(({ label }) => label)).toEqual(shown);
    expect(shown).toHaveLength(1);
    expect(rig.begun).toHaveLength(2);
  });

  it('reject the run when the final files cannot be put into their place', async () => {
    const rig = createPresentingRig(() => Promise.resolve(), {
      files: { writeFinal: () => Promise.reject(new Error('disk full')) },
    });
    await expect(rig.run()).rejects.toThrow('disk full');
    expect(rig.all('run.finished')).toEqual([]);
  });

  it('cost only the answer when its own files cannot be published, and it can be given again', async () => {
    const results: ToolCallResult[] = [];
    let broken = true;
    const rig = createCoordinatorRig({
      agents: {
        writer: inTurns(async ({ answer }) => {
          results.push(await answer('mine'));
          broken = false;
          results.push(await answer('mine'));
        }, answerThenVote('')),
        critic: async (go) => {
          if (go.request.kind === 'answer') await rig.reach('answer.submitted');
          await answerThenVote('yours')(go);
        },
      },
      files: {
        publishWorkspace: (agent) =>
          broken ? Promise.reject(new Error('a file vanished')) : Promise.resolve(`files of ${agent}`),
      },
    });
    await rig.run();
    expect(results.map(({ outcome, decision }) => [outcome, decision])).toEqual([
      ['unknown', undefined],
      ['ok', 'accepted'],
    ]);
    expect(textOf(results[0] as ToolCallResult)).toContain('a file vanished');
    expect(rig.all('answer.submitted').map(({ label }) => label)).toContain('writer.1');
  });
});
