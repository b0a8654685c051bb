import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import { composePipeline, type PipelineCall, type Stage } from './pipeline.ts';
import {
  createPipelineRig,
  fakeTool,
  reading,
  textResult,
  type PipelineRig,
} from './pipeline-rig.test-support.ts';
import type { ResolvedTool } from './resolved-tool.ts';

/** Each attempted call has exactly one start and one finish, in this order, with the same outcome as its result. */
function expectRecorded(rig: PipelineRig, call: string, outcome: string): void {
  const own = rig.journal.events.filter((event) => 'call' in event && event.call === call);
  const calls = own.filter((event) => event.type.startsWith('tool.call.'));
  expect(calls).toEqual([
    expect.objectContaining({ type: 'tool.call.started', agent: 'writer', turn: 1 }),
    expect.objectContaining({ type: 'tool.call.finished', agent: 'writer', turn: 1, outcome }),
  ]);
}

const pathSchema = {
  type: 'object',
  properties: { path: { type: 'string' } },
  required: ['path'],
  additionalProperties: false,
};

describe('a call that is made', () => {
  test('is journaled with what is known of it, before and after', async () => {
    const tool = fakeTool('mcp__files__read', {
      ...reading,
      effects: reading,
      server: 'files',
      serverTool: 'read',
    });
    const rig = createPipelineRig([tool]);
    expect(await rig.call('mcp__files__read', { path: '/a' })).toEqual(textResult('done'));
    expect(rig.journal.events).toEqual([
      expect.objectContaining({
        type: 'tool.call.started',
        tool: 'mcp__files__read',
        server: 'files',
        serverTool: 'read',
        arguments: { path: '/a' },
        effects: ['Read'],
      }),
      expect.objectContaining({
        type: 'tool.call.finished',
        outcome: 'ok',
        content: [{ type: 'text', text: 'done' }],
      }),
    ]);
  });

  test('begins only when its start is in the journal, and is told only when its finish is', async () => {
    const order: string[] = [];
    const rig = createPipelineRig([
      fakeTool('act', {
        invoke: () => {
          order.push(`made after ${rig.told().join()}`);
          return Promise.resolve(textResult('done'));
        },
      }),
    ]);
    await rig.call('act').then(() => order.push(`told after ${rig.told().join()}`));
    expect(order).toEqual(['made after started', 'told after started,finished ok']);
  });

  test('gets its arguments as they are, without what they could do to objects', async () => {
    const tool = fakeTool('act');
    const rig = createPipelineRig([tool]);
    const args: unknown = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect(await rig.call('act', args)).toMatchObject({ outcome: 'ok' });
    expect(JSON.stringify(tool.calls[0])).toBe(JSON.stringify(args));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('takes the time that it takes', async () => {
    const rig = createPipelineRig([
      fakeTool('act', {
        invoke: () =>
          new Promise((resolve) => {
            rig.clock.after(1_234, () => resolve(textResult('done')));
          }),
      }),
    ]);
    const calling = rig.call('act');
    await rig.clock.runAll();
    await calling;
    expect(rig.journal.events[1]).toMatchObject({ latencyMs: 1_234 });
  });

  test('that ends with any outcome is journaled with it', async () => {
    for (const outcome of ['ok', 'tool_error', 'failed', 'unknown', 'cancelled'] as const) {
      const rig = createPipelineRig([
        fakeTool('act', { invoke: () => Promise.resolve(textResult('so', outcome)) }),
      ]);
      expect(await rig.call('act')).toEqual(textResult('so', outcome));
      expectRecorded(rig, 'call_1', outcome);
    }
  });
});

describe('a call that is not made', () => {
  const deep: unknown = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  test.each<[string, string, unknown, string]>([
    ['a tool that is not there', 'nothing', {}, 'MG1501'],
    ['a tool with a name that objects have', '__proto__', {}, 'MG1501'],
    ['arguments that were no JSON', 'act', '{"path": ', 'MG1502'],
    ['a list of arguments', 'act', ['/a'], 'MG1502'],
    ['no arguments at all', 'act', null, 'MG1502'],
    ['arguments that are missing', 'act', {}, 'MG1503'],
    ['arguments of the wrong type', 'act', { path: 7 }, 'MG1503'],
    ['arguments that are too many', 'act', { path: '/a', ['__proto__x']: 1 }, 'MG1503'],
    ['a prototype as an argument', 'act', JSON.parse('{"path":"/a","__proto__":{}}'), 'MG1503'],
    ['arguments nested too deeply', 'free', deep, 'MG1503'],
    ['a tool whose schema cannot be used', 'broken', {}, 'MG1504'],
  ])('because of %s says so and is journaled', async (_, name, args, code) => {
    const tools = [
      fakeTool('act', { inputSchema: pathSchema }),
      fakeTool('free'),
      fakeTool('broken', { inputSchema: { type: 'nonsense' } }),
    ];
    const rig = createPipelineRig(tools);
    const result = await rig.call(name, args);
    expect(result).toMatchObject({ outcome: 'denied', error: { code } });
    expect(result.content).toEqual([
      { type: 'text', text: expect.stringContaining(result.error?.message ?? '-') },
    ]);
    expectRecorded(rig, 'call_1', 'denied');
    expect(tools.flatMap((tool) => tool.calls)).toEqual([]);
  });

  test('what cannot be written is no reason to be left out of the journal', async () => {
    const rig = createPipelineRig([fakeTool('act')]);
    const append = rig.journal.append.bind(rig.journal);
    rig.journal.append = (bodies) => {
      JSON.stringify(bodies);
      return append(bodies);
    };
    expect(await rig.call('act', deep)).toMatchObject({ outcome: 'denied' });
    expectRecorded(rig, 'call_1', 'denied');
    expect(rig.journal.events[0]).toMatchObject({ arguments: '[arguments that cannot be written]' });
  });

  test('a deep value in arguments that nothing looks into is refused before the call, too', async () => {
    const tool = fakeTool('act', { effects: reading });
    const rig = createPipelineRig([tool]);
    const append = rig.journal.append.bind(rig.journal);
    rig.journal.append = (bodies) => {
      JSON.stringify(bodies);
      return append(bodies);
    };
    expect(await rig.call('act', deep)).toMatchObject({ outcome: 'denied' });
    expectRecorded(rig, 'call_1', 'denied');
    expect(tool.calls).toEqual([]);
  });

  test.each(['tableOf', 'rulesOf', 'baseOf'] as const)(
    '%s that throws denies, and no tool is called',
    async (part) => {
      const tool = fakeTool('act');
      const fails = (): never => {
        throw new TypeError(`${part} is broken`);
      };
      const rig = createPipelineRig([tool], { [part]: fails });
      expect(await rig.call('act')).toMatchObject({
        outcome: 'denied',
        error: { code: 'MG1506', message: expect.stringContaining(`${part} is broken`) },
      });
      expect(tool.calls).toEqual([]);
      expectRecorded(rig, 'call_1', 'denied');
    },
  );

  test('an error of ours keeps its code', async () => {
    const rig = createPipelineRig([fakeTool('act')], {
      rulesOf: () => {
        throw new MassGenError(toolErrors.protectedPath, { detail: 'everything' });
      },
    });
    expect(await rig.call('act')).toMatchObject({ error: { code: 'MG1505' } });
  });
});

describe('the end of a turn', () => {
  test('before a call: it is not made', async () => {
    const tool = fakeTool('act');
    const rig = createPipelineRig([tool]);
    expect(await rig.call('act', {}, { signal: AbortSignal.abort(new Error('over')) })).toMatchObject({
      outcome: 'cancelled',
      error: { code: 'MG1508' },
    });
    expect(tool.calls).toEqual([]);
    expectRecorded(rig, 'call_1', 'cancelled');
  });

  test('during a call: it is cancelled, the tool is told, and nobody waits for it', async () => {
    let told: AbortSignal | undefined;
    const rig = createPipelineRig([
      fakeTool('act', {
        invoke: (_, { signal }) => {
          told = signal;
          return new Promise(() => undefined);
        },
      }),
    ]);
    const controller = new AbortController();
    const calling = rig.call('act', {}, { signal: controller.signal });
    await rig.clock.until(() => told !== undefined);
    expect(told?.aborted).toBe(false);
    controller.abort(new Error('over'));
    expect(await calling).toMatchObject({ outcome: 'cancelled', error: { code: 'MG1508' } });
    expect(told?.aborted).toBe(true);
    expectRecorded(rig, 'call_1', 'cancelled');
    expect(rig.clock.waits()).toEqual([]);
  });

  test('a tool that fails after that is not heard any more', async () => {
    let fail: (error: Error) => void = () => undefined;
    const rig = createPipelineRig([
      fakeTool('act', {
        invoke: () =>
          new Promise((_, reject) => {
            fail = reject;
          }),
      }),
    ]);
    const controller = new AbortController();
    const calling = rig.call('act', {}, { signal: controller.signal });
    await rig.clock.until(() => rig.told().length === 1);
    await rig.clock.advance(0);
    controller.abort(new Error('over'));
    await calling;
    fail(new Error('too late'));
    await rig.clock.advance(1_000);
    expectRecorded(rig, 'call_1', 'cancelled');
  });
});

test('a call that takes ten minutes is given up as unknown', async () => {
  const rig = createPipelineRig([fakeTool('act', { invoke: () => new Promise(() => undefined) })]);
  const calling = rig.call('act');
  await rig.clock.until(() => rig.clock.waits().length === 1);
  expect(rig.clock.waits()).toEqual([600_000]);
  await rig.clock.advance(600_000);
  expect(await calling).toMatchObject({ outcome: 'unknown', error: { code: 'MG1507' } });
  expectRecorded(rig, 'call_1', 'unknown');
});

describe('what fails after the call was made', () => {
  test.each<[string, ResolvedTool['invoke']]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('a tool that %s leaves the call unknown', async (_, invoke) => {
    const rig = createPipelineRig([fakeTool('act', { invoke })]);
    expect(await rig.call('act')).toMatchObject({
      outcome: 'unknown',
      error: { code: 'MG1510', message: expect.stringContaining('boom') },
    });
    expectRecorded(rig, 'call_1', 'unknown');
  });

  test('secrets that cannot be replaced keep the result from everybody', async () => {
    const rig = createPipelineRig(
      [fakeTool('act', { invoke: () => Promise.resolve(textResult('the key is k-1')) })],
      {
        replaceSecrets: () => {
          throw new Error('no registry');
        },
      },
    );
    expect(await rig.call('act')).toMatchObject({ outcome: 'unknown' });
    expect(JSON.stringify(rig.journal.events)).not.toContain('k-1');
  });

  test('a workspace that cannot be looked at is a warning; the result stands', async () => {
    const rig = createPipelineRig([fakeTool('act')], {
      takeChanges: () => Promise.reject(new Error('EIO: i/o error')),
    });
    expect(await rig.call('act')).toEqual(textResult('done'));
    expect(rig.told()).toEqual(['started', 'finished ok', 'warning.raised']);
    expect(rig.journal.events[2]).toMatchObject({ code: 'MG1511', message: expect.stringContaining('EIO') });
  });
});

describe('changes of files', () => {
  test('are journaled after a call that may have made them', async () => {
    const rig = createPipelineRig([fakeTool('act')], {
      takeChanges: () => Promise.resolve({ added: ['a.md'], modified: [], deleted: ['b.md'] }),
    });
    await rig.call('act');
    expect(rig.journal.events[2]).toMatchObject({
      type: 'workspace.changed',
      call: 'call_1',
      added: ['a.md'],
      modified: [],
      deleted: ['b.md'],
      cut: false,
    });
  });

  test('are not looked for after a call that only reads, and not after one that was refused', async () => {
    let looked = 0;
    const rig = createPipelineRig(
      [fakeTool('read', { effects: reading }), fakeTool('strict', { inputSchema: pathSchema })],
      {
        takeChanges: () => {
          looked += 1;
          return Promise.resolve(undefined);
        },
      },
    );
    await rig.call('read');
    await rig.call('strict', {});
    expect(looked).toBe(0);
  });

  test('are looked for also when the call failed, because it may have got half way', async () => {
    const rig = createPipelineRig([fakeTool('act', { invoke: () => Promise.reject(new Error('died')) })], {
      takeChanges: () => Promise.resolve({ added: ['half'], modified: [], deleted: [] }),
    });
    await rig.call('act');
    expect(rig.told()).toEqual(['started', 'finished unknown', 'workspace.changed']);
  });

  test('are cut at a hundred paths a list', async () => {
    const many = Array.from({ length: 150 }, (_, index) => `file-${index}`);
    const rig = createPipelineRig([fakeTool('act')], {
      takeChanges: () => Promise.resolve({ added: many, modified: [], deleted: [] }),
    });
    await rig.call('act');
    expect(rig.journal.events[2]).toMatchObject({ added: many.slice(0, 100), cut: true });
  });
});

describe('a journal that fails', () => {
  const full = new Error('disk full');

  test('at the start stops the call before it is made', async () => {
    const tool = fakeTool('act');
    const rig = createPipelineRig([tool]);
    rig.journal.failFrom((event) => event.type === 'tool.call.started', full);
    await expect(rig.call('act')).rejects.toBe(full);
    expect(tool.calls).toEqual([]);
  });

  test('at the finish rejects, and does not call the call a denied one', async () => {
    const rig = createPipelineRig([fakeTool('act')]);
    const appended: string[] = [];
    const append = rig.journal.append.bind(rig.journal);
    rig.journal.append = (bodies) => {
      appended.push(...bodies.map((body) => body.type));
      return append(bodies);
    };
    rig.journal.failFrom((event) => event.type === 'tool.call.finished', full);
    await expect(rig.call('act')).rejects.toBe(full);
    expect(appended).toEqual(['tool.call.started', 'tool.call.finished']);
  });

  test('at a change of files rejects, and writes no second start', async () => {
    const rig = createPipelineRig([fakeTool('act')], {
      takeChanges: () => Promise.resolve({ added: ['a'], modified: [], deleted: [] }),
    });
    rig.journal.failFrom((event) => event.type === 'workspace.changed', full);
    await expect(rig.call('act')).rejects.toBe(full);
    expectRecorded(rig, 'call_1', 'ok');
  });

  test('for a denial rejects', async () => {
    const rig = createPipelineRig([]);
    rig.journal.failFrom(() => true, full);
    await expect(rig.call('nothing')).rejects.toBe(full);
  });
});

test('whatever goes wrong wherever: one start, one finish, and what was denied was never made', async () => {
  const breaks = fc.record({
    args: fc.constantFrom<unknown>({ path: 'a' }, {}, 'text', { path: '/protected/x' }),
    tool: fc.constantFrom('ok', 'throws', 'rejects', 'hangs', 'huge'),
    rules: fc.boolean(),
    secrets: fc.boolean(),
    spill: fc.boolean(),
    changes: fc.boolean(),
    abort: fc.constantFrom('never', 'before', 'during'),
  });
  const unless = (fine: boolean, part: string): void => {
    if (!fine) throw new Error(`${part} is broken`);
  };
  await fc.assert(
    fc.asyncProperty(breaks, async (plan) => {
      const controller = new AbortController();
      const tool = fakeTool('act', {
        inputSchema: pathSchema,
        invoke: () => {
          if (plan.tool === 'throws') throw new Error('thrown');
          if (plan.tool === 'rejects') return Promise.reject(new Error('rejected'));
          if (plan.tool === 'hangs') return new Promise(() => undefined);
          return Promise.resolve(textResult(plan.tool === 'huge' ? 'x'.repeat(200_000) : 'fine'));
        },
      });
      const rig = createPipelineRig([tool], {
        rulesOf: () => {
          unless(plan.rules, 'rules');
          return { roots: ['/protected'], writable: [] };
        },
        replaceSecrets: (text) => {
          unless(plan.secrets, 'secrets');
          return text;
        },
        spill: async () => {
          unless(plan.spill, 'spill');
          return '/views/spill/x';
        },
        takeChanges: async () => {
          unless(plan.changes, 'changes');
          return undefined;
        },
      });
      if (plan.abort === 'before') controller.abort();
      const calling = rig.call('act', plan.args, { signal: controller.signal });
      if (plan.abort === 'during') setImmediate(() => controller.abort());
      await rig.clock.until(() => tool.calls.length > 0 || rig.told().length > 1);
      await rig.clock.runAll();
      const { outcome, content } = await calling;
      expectRecorded(rig, 'call_1', outcome);
      expect(content.length).toBeGreaterThan(0);
      // A result that cannot be cleaned is kept back as unknown, also that of a call which was cancelled.
      const unmade = plan.secrets ? ['denied', 'cancelled'] : ['denied', 'cancelled', 'unknown'];
      if (tool.calls.length === 0) expect(unmade).toContain(outcome);
      else expect(outcome).not.toBe('denied');
      expect(rig.clock.waits()).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

describe('composePipeline', () => {
  const call: PipelineCall = {
    agent: 'writer',
    turn: 1,
    request: { id: 'call_1', name: 'act', arguments: {} },
    signal: new AbortController().signal,
  };

  test('the first stage sees the call first and the result last', async () => {
    const order: string[] = [];
    const stage =
      (name: string): Stage =>
      async (given, next) => {
        order.push(`${name} in`);
        const result = await next(given);
        order.push(`${name} out`);
        return result;
      };
    const tool = fakeTool('act', {
      invoke: () => {
        order.push('tool');
        return Promise.resolve(textResult('done'));
      },
    });
    const resolve: Stage = (given, next) => next({ ...given, tool, arguments: {} });
    await composePipeline([stage('a'), stage('b'), resolve])(call);
    expect(order).toEqual(['a in', 'b in', 'tool', 'b out', 'a out']);
  });

  test('without the stages that resolve a call nothing is called', async () => {
    await expect(composePipeline([])(call)).rejects.toMatchObject({ code: 'MG1506' });
    const tool = fakeTool('act');
    await expect(composePipeline([(given, next) => next({ ...given, tool })])(call)).rejects.toMatchObject({
      code: 'MG1506',
    });
    expect(tool.calls).toEqual([]);
  });
});
