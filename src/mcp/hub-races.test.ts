/** What happens at odd moments: while servers start, end, die, are awaited by many, or change. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import {
  createHubRig,
  eventfulServer,
  hostileServer,
  neighbour,
  schemingServer,
} from './hub-rig.test-support.ts';
import { createMemoryDiscoveryCache } from './memory-discovery-cache.test-support.ts';
import { createServerRig, expectGone, isRunning, launchOf, oddServer } from './servers.test-support.ts';

const { signal } = new AbortController();
const call = { tool: 'echo', args: {}, repeatable: false, signal };

function mark(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'massgen-mcp-')), 'mark');
}

describe('closing', () => {
  test('while a child is just being started does not forget it', async () => {
    const children = createServerRig();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { hub } = createHubRig({
      spawn: async (spec) => {
        const child = await children.spawn(spec);
        await promise;
        return child;
      },
    });
    const starting = hub.start([oddServer('banner')], signal);
    await children.clock.until(() => children.pids.length === 1);
    const closing = hub.close();
    await Promise.resolve();
    resolve(undefined);
    await starting;
    await closing;
    for (const pid of children.pids) expect(isRunning(pid)).toBe(false);
  });

  test('while it is still being read what is known starts nothing any more', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cache = { ...createMemoryDiscoveryCache(), read: () => promise };
    const { hub, pids, events } = createHubRig({ cache });
    const starting = hub.start([oddServer('banner')], signal);
    await hub.close();
    resolve(undefined);
    await starting;
    expect([pids, events]).toEqual([[], []]);
  });

  test('while it is still being read what is known offers nothing any more', async () => {
    const cache = createMemoryDiscoveryCache();
    const first = createHubRig({ cache });
    await first.hub.start([oddServer('banner')], signal);
    await first.hub.close();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { hub, events } = createHubRig({
      cache: { ...cache, read: (key) => promise.then(() => cache.read(key)) },
    });
    const starting = hub.start([oddServer('banner')], signal);
    await hub.close();
    resolve(undefined);
    await starting;
    expect([events, hub.of('writer')]).toEqual([[], []]);
  });

  test('is for good: nothing is started afterwards', async () => {
    const { hub, pids } = createHubRig();
    await hub.close();
    await hub.start([oddServer('banner')], signal);
    expect(pids).toEqual([]);
    expect(hub.of('writer')).toEqual([]);
  });

  test('twice waits twice, and tells of each end once', async () => {
    const { hub, pids, clock, ofType } = createHubRig();
    await hub.start([oddServer('stubborn'), neighbour], signal);
    const ends: string[] = [];
    const first = hub.close().then(() => ends.push('first'));
    const second = hub.close().then(() => ends.push('second'));
    await clock.advance(2_000);
    await clock.until(() => ofType('server.stopped').length === 1);
    expect(ends).toEqual([]);
    await clock.advance(2_000);
    await Promise.all([first, second]);
    for (const pid of pids) expect(isRunning(pid)).toBe(false);
    expect(
      ofType('server.stopped')
        .map(({ server }) => server)
        .toSorted(),
    ).toEqual(['neighbour', 'stubborn']);
    await hub.close();
    expect(ofType('server.stopped')).toHaveLength(2);
  });

  test('while a server waits to be started again gives the call up', async () => {
    const { hub, call: make, clock, ofType, expectUnharmed } = createHubRig();
    await hub.start([oddServer('dies'), neighbour], signal);
    await make('dies');
    await clock.until(() => ofType('server.failed').length === 1);
    // Started again at once, and then not before a second has passed.
    await make('dies');
    await clock.until(() => ofType('server.failed').length === 2);
    const waiting = make('dies');
    await clock.until(() => clock.waits().includes(1_000));
    await expectUnharmed();
    expect(await waiting).toMatchObject({
      outcome: 'cancelled',
      error: { code: 'MG1424' },
      served: { server: 'dies', attempts: 0 },
    });
  });

  test('while a server announces changes without end, and ignores that it is to end', async () => {
    const { hub, call: make, clock, ofType, expectUnharmed } = createHubRig();
    await hub.start([schemingServer('changes-for-ever'), neighbour], signal);
    await make('changes-for-ever');
    await clock.until(() => ofType('server.tools.changed').length === 1);
    await clock.advance(5_000);
    await clock.until(() => ofType('server.tools.changed').length === 2);
    expect(ofType('server.tools.changed').at(-1)).toMatchObject({
      added: ['version_3'],
      removed: ['version_2'],
    });
    const closing = expectUnharmed(2_000);
    await clock.until(() => clock.waits().includes(2_000));
    await clock.advance(2_000);
    await clock.until(() => clock.waits().includes(2_000));
    await clock.advance(2_000);
    await closing;
    expect(ofType('server.tools.changed')).toHaveLength(2);
  });

  test('ends the wait of calls that have no place yet, and lets those under way come back', async () => {
    const { hub, server, clock, stderr, expectUnharmed } = createHubRig();
    await hub.start([hostileServer('slow'), neighbour], signal);
    const slow = server('slow');
    const under = Array.from({ length: 32 }, (_, index) => slow.call({ ...call, tool: `call_${index}` }));
    await clock.until(() => stderr().includes('got call_31'));
    const queued = slow.call({ ...call, tool: 'queued' });
    const closing = expectUnharmed(2_000);
    expect(await queued).toMatchObject({
      outcome: 'cancelled',
      error: { code: 'MG1424' },
      served: { attempts: 0 },
    });
    await closing;
    const outcomes = await Promise.all(under);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['cancelled']));
    expect(stderr()).not.toContain('got queued');
  });
});

describe('a place in the queue', () => {
  test('is left by who gives up, and goes to the next one', async () => {
    const { hub, server, clock, stderr } = createHubRig();
    await hub.start([hostileServer('slow')], signal);
    const slow = server('slow');
    const controllers = Array.from({ length: 34 }, () => new AbortController());
    const calls = controllers.map((controller, index) =>
      slow.call({ ...call, tool: index === 33 ? 'quick' : `call_${index}`, signal: controller.signal }),
    );
    await clock.until(() => stderr().includes('got call_31'));
    controllers[32]?.abort(new Error('enough'));
    expect(await calls[32]).toMatchObject({ outcome: 'cancelled', error: { code: 'MG1424' } });
    controllers[0]?.abort(new Error('enough'));
    expect(await calls[0]).toMatchObject({ outcome: 'cancelled' });
    expect(await calls[33]).toMatchObject({ outcome: 'ok', content: [{ text: 'quick' }] });
    for (const controller of controllers) controller.abort(new Error('over'));
    await Promise.all(calls);
    await hub.close();
  });

  test('one that gives up while the server starts does not take the start from the others', async () => {
    const sign = mark();
    const cache = createMemoryDiscoveryCache();
    const first = createHubRig({ cache });
    await first.hub.start([eventfulServer('versions')], signal);
    await first.hub.close();
    const spec = schemingServer('starts-on-sign', {}, [sign]);
    const [known] = cache.entries.values();
    if (known === undefined) throw new Error('nothing is known');
    const { hub, server, pids, clock, ofType } = createHubRig({
      cache: { ...cache, read: () => Promise.resolve(known) },
    });
    await hub.start([spec, { ...spec, agent: 'critic' }], signal);
    const impatient = new AbortController();
    const calls = [
      server(spec.name).call({ ...call, signal: impatient.signal }),
      server(spec.name, 'critic').call(call),
    ];
    await clock.until(() => pids.length === 1);
    impatient.abort(new Error('enough'));
    expect(await calls[0]).toMatchObject({
      outcome: 'cancelled',
      error: { code: 'MG1424' },
      served: { attempts: 0 },
    });
    writeFileSync(sign, '');
    expect(await calls[1]).toMatchObject({ outcome: 'ok', served: { attempts: 1 } });
    expect(pids).toHaveLength(1);
    expect(ofType('server.starting')).toHaveLength(1);
    await hub.close();
  });
});

test('servers whose names differ in case only are two servers', async () => {
  const { hub, call: make, pids, ofType } = createHubRig();
  await hub.start([oddServer('banner', { name: 'Files' }), oddServer('banner', { name: 'files' })], signal);
  expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['Files', 'files']);
  expect(await make('Files', { tool: 'one' })).toMatchObject({
    content: [{ text: 'one' }],
    served: { server: 'Files' },
  });
  expect(await make('files', { tool: 'two' })).toMatchObject({
    content: [{ text: 'two' }],
    served: { server: 'files' },
  });
  expect(pids).toHaveLength(2);
  expect(new Set(ofType('server.ready').map(({ server }) => server))).toEqual(new Set(['Files', 'files']));
  await hub.close();
});

test('calls that are given up say nothing about their server', async () => {
  const { hub, server, clock, stderr, ofType } = createHubRig();
  await hub.start([hostileServer('slow')], signal);
  for (let count = 0; count < 5; count += 1) {
    const controller = new AbortController();
    const calling = server('slow').call({ ...call, tool: `call_${count}`, signal: controller.signal });
    await clock.until(() => stderr().includes(`got call_${count}\n`));
    controller.abort(new Error('enough'));
    expect(await calling).toMatchObject({ outcome: 'cancelled', served: { attempts: 1 } });
  }
  expect(ofType('breaker.changed')).toEqual([]);
  await hub.close();
});

describe('a server that dies', () => {
  test('takes all calls with it that were under way, and that is one failure', async () => {
    const { hub, server, clock, stderr, ofType, pids, expectUnharmed } = createHubRig();
    const agents = ['writer', 'critic', 'editor', 'judge'];
    await hub.start([...agents.map((agent) => hostileServer('slow', { agent })), neighbour], signal);
    expect(pids).toHaveLength(2);
    const calls = agents.map((agent) => server('slow', agent).call({ ...call, tool: `of_${agent}` }));
    await clock.until(() => agents.every((agent) => stderr().includes(`got of_${agent}`)));
    const last = server('slow').call({ ...call, tool: 'die' });
    for (const result of await Promise.all([...calls, last]))
      expect(result).toMatchObject({
        outcome: 'unknown',
        error: { code: 'MG1405' },
        served: { attempts: 1 },
      });
    expect(ofType('server.failed')).toHaveLength(1);
    expect(ofType('breaker.changed')).toEqual([]);
    // Two at once find it started again, once.
    const again = await Promise.all(
      agents.map((agent) => server('slow', agent).call({ ...call, tool: 'quick' })),
    );
    expect(again.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(pids).toHaveLength(3);
    await expectUnharmed();
  });

  test('before it can be started again leaves open what may have happened', async () => {
    const children = createServerRig();
    const { hub, server, clock, ofType } = createHubRig({
      spawn: (spec) =>
        children.pids.length === 0
          ? children.spawn(spec)
          : Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' })),
    });
    await hub.start([oddServer('dies')], signal);
    const calling = server('dies').call({ ...call, repeatable: true });
    await clock.until(() => clock.waits().includes(250));
    await clock.advance(250);
    await clock.until(() => clock.waits().includes(500));
    await clock.advance(500);
    await clock.until(() => clock.waits().some((wait) => wait <= 1_000));
    await clock.advance(1_000);
    const result = await calling;
    expect(result).toMatchObject({ outcome: 'unknown', error: { code: 'MG1405' } });
    expect(ofType('server.failed').map(({ error }) => error.code)).toEqual(['MG1405', 'MG1401', 'MG1401']);
    await hub.close();
  });

  test('right after its last answer of the handshake is not ready', async () => {
    const { hub, ofType } = createHubRig({
      transportOf: () =>
        inProcess((method, transport) => {
          if (method === 'initialize') return hello;
          // After the answer, which takes its reader a while.
          setImmediate(() => setImmediate(() => transport.onclose?.()));
          return { tools: Array.from({ length: 150 }, (_, index) => tool(`tool_${index}`)) };
        }),
    });
    await hub.start([oddServer('inside')], signal);
    expect(hub.of('writer')).toEqual([]);
    expect(ofType('server.failed')).toMatchObject([{ error: { code: 'MG1403' } }]);
    await hub.close();
  });

  test('and comes back with other tools tells of it, tool by tool', async () => {
    const { hub, server, call: make, clock, ofType, expectUnharmed } = createHubRig();
    await hub.start([schemingServer('other-tools', {}, [mark()]), neighbour], signal);
    expect(await make('other-tools')).toMatchObject({ content: [{ text: 'first life' }] });
    await make('other-tools', { tool: 'die' });
    await clock.until(() => ofType('server.failed').length === 1);
    expect(await make('other-tools')).toMatchObject({ content: [{ text: 'second life' }] });
    expect(ofType('server.tools.changed')).toMatchObject([
      { added: ['fresh'], removed: ['stale'], changed: ['same'] },
    ]);
    expect(ofType('warning.raised')).toMatchObject([
      { code: 'MG1425', message: expect.stringContaining('same') },
    ]);
    expect(server('other-tools').discovery?.tools.map(({ name }) => name)).toEqual(['die', 'fresh', 'same']);
    await expectUnharmed();
  });

  test('again and again is probed by one of a hundred; the others hear when to try again', async () => {
    const { hub, server, clock, ofType, pids, expectUnharmed } = createHubRig();
    await hub.start([oddServer('dies'), neighbour], signal);
    for (let count = 1; count <= 3; count += 1) {
      const calling = server('dies').call(call);
      await clock.until(() => ofType('server.failed').length === count || clock.waits().length > 0);
      await clock.advance(count === 1 ? 0 : 2_000);
      await calling;
      await clock.until(() => ofType('server.failed').length === count);
    }
    expect(ofType('breaker.changed').map(({ state }) => state)).toEqual(['open']);
    const started = pids.length;
    await clock.advance(30_000);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => server('dies').call(call)));
    const probes = outcomes.filter(({ error }) => error?.code === 'MG1405');
    const held = outcomes.filter(({ error }) => error?.code === 'MG1420');
    expect([probes.length, held.length]).toEqual([1, 99]);
    expect(pids).toHaveLength(started + 1);
    for (const { content, served, outcome } of held) {
      expect([outcome, served?.attempts]).toEqual(['failed', 0]);
      expect(JSON.stringify(content)).toMatch(/next try in \d+ s; last failure: .*out of luck/u);
      expect(JSON.stringify(content)).toContain('massgen mcp logs --server dies');
    }
    expect(ofType('breaker.changed').map(({ state, retryInMs }) => [state, retryInMs])).toEqual([
      ['open', 30_000],
      ['half_open', undefined],
      ['open', 60_000],
    ]);
    await expectUnharmed();
  });
});

test('a server that cannot be started is one failure for all that wait for it', async () => {
  const cache = createMemoryDiscoveryCache();
  const first = createHubRig({ cache });
  await first.hub.start([oddServer('banner')], signal);
  await first.hub.close();
  const [known] = cache.entries.values();
  if (known === undefined) throw new Error('nothing is known');
  const { hub, server, clock, ofType } = createHubRig({
    cache: { ...cache, read: () => Promise.resolve(known) },
  });
  await hub.start([oddServer('missing', { launch: launchOf('', { command: 'no-such-server' }) })], signal);
  const calls = Array.from({ length: 20 }, () => server('missing').call(call));
  await clock.until(() => clock.waits().filter((wait) => wait === 250).length === 20);
  expect(ofType('server.starting')).toHaveLength(1);
  expect(ofType('breaker.changed')).toEqual([]);
  const ended: unknown[] = [];
  for (const each of calls) void each.then((result) => ended.push(result));
  while (ended.length < 20) await clock.advance(100);
  for (const result of ended)
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'MG1401' },
      served: { server: 'missing' },
    });
  // The third failure in a row holds the others back.
  expect(ofType('server.starting')).toHaveLength(3);
  expect(ofType('breaker.changed').map(({ state }) => state)).toEqual(['open']);
  await hub.close();
});

test('32 agents share a server: one process, and their calls do not wait for each other', async () => {
  const { hub, server, pids, clock, stderr, expectUnharmed } = createHubRig();
  const agents = Array.from({ length: 32 }, (_, index) => `agent_${index}`);
  await hub.start([...agents.map((agent) => hostileServer('slow', { agent })), neighbour], signal);
  expect(pids).toHaveLength(2);
  const controller = new AbortController();
  const calls = agents.map((agent) =>
    server('slow', agent).call({ ...call, tool: `of_${agent}`, signal: controller.signal }),
  );
  await clock.until(() => agents.every((agent) => stderr().includes(`got of_${agent}\n`)));
  controller.abort(new Error('seen'));
  await Promise.all(calls);
  await expectUnharmed();
});

describe('an idle server', () => {
  test('is ended also when it was never called', async () => {
    const { hub, clock, pids, ofType, call: make } = createHubRig();
    await hub.start([oddServer('banner')], signal);
    await clock.advance(300_000);
    await clock.until(() => ofType('server.stopped').length === 1);
    for (const pid of pids) await expectGone(clock, pid);
    expect(await make('banner')).toMatchObject({ outcome: 'ok' });
    await hub.close();
  });

  test('that does not go is gone before the next one comes', async () => {
    const { hub, clock, pids, call: make } = createHubRig();
    await hub.start([oddServer('stubborn')], signal);
    await clock.advance(300_000);
    const calling = make('stubborn');
    await clock.advance(2_000);
    expect(pids).toHaveLength(1);
    await clock.advance(2_000);
    expect(await calling).toMatchObject({ outcome: 'ok' });
    expect(pids).toHaveLength(2);
    expect(isRunning(pids[0] ?? 0)).toBe(false);
    const closing = hub.close();
    await clock.advance(2_000);
    await clock.advance(2_000);
    await closing;
  });

  test('in this process gets a new way to it when it is needed again', async () => {
    let made = 0;
    const {
      hub,
      clock,
      ofType,
      call: make,
    } = createHubRig({
      transportOf: () => {
        made += 1;
        return inProcess((method) => (method === 'initialize' ? hello : { tools: [tool('echo')] }));
      },
    });
    await hub.start([oddServer('inside')], signal);
    await clock.advance(300_000);
    await clock.until(() => ofType('server.stopped').length === 1);
    expect(await make('inside')).toMatchObject({ outcome: 'ok' });
    expect(made).toBe(2);
    await hub.close();
  });
});

describe('lists that change', () => {
  test('in the same breath in which they were read are read again', async () => {
    const { hub, server, clock, ofType, expectUnharmed } = createHubRig();
    await hub.start([schemingServer('changes-at-once'), neighbour], signal);
    await clock.until(() => ofType('server.tools.changed').length === 1);
    expect(ofType('server.tools.changed')).toMatchObject([{ added: ['new'], removed: ['old'] }]);
    expect(server('changes-at-once').discovery?.tools.map(({ name }) => name)).toEqual(['new']);
    await expectUnharmed();
  });

  test('and then cannot be read are given up after a time, and read when they change again', async () => {
    const { hub, call: make, clock, logged, stderr, ofType, expectUnharmed } = createHubRig();
    await hub.start([schemingServer('hangs-in-relist', { connectTimeoutMs: 10_000 }), neighbour], signal);
    await make('hangs-in-relist');
    await clock.until(() => stderr().includes('asked 2'));
    await make('hangs-in-relist');
    await clock.advance(10_000);
    expect(logged).toContainEqual(
      expect.objectContaining({
        text: expect.stringMatching(/could not be read again: .*no answer within 10000 ms/u),
      }),
    );
    await clock.advance(5_000);
    await clock.until(() => ofType('server.tools.changed').length === 1);
    expect(ofType('server.tools.changed')).toMatchObject([{ added: ['more'] }]);
    await expectUnharmed();
  });
});

const tool = (name: string): object => ({ name, inputSchema: { type: 'object' } });
const hello = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'inside', version: '1' },
};

/** A server in this process: what it answers to each method. */
function inProcess(answer: (method: string, transport: Transport) => object): Transport {
  const transport: Transport = {
    start: () => Promise.resolve(),
    close() {
      transport.onclose?.();
      return Promise.resolve();
    },
    send(message: JSONRPCMessage) {
      if ('method' in message && 'id' in message) {
        const { id, method } = message;
        const result = { ...answer(method, transport) };
        setImmediate(() => transport.onmessage?.({ jsonrpc: '2.0', id, result }));
      }
      return Promise.resolve();
    },
  };
  return transport;
}
