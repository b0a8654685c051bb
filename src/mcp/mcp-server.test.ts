import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { toolContentText } from '../events/tool-content.ts';
import { createHubRig, eventfulServer } from './hub-rig.test-support.ts';
import { expectGone, isRunning, oddServer } from './servers.test-support.ts';

const { signal } = new AbortController();

test('a server that dies in a call costs that call; the next one finds it started again', async () => {
  const { hub, call, pids, ofType, clock } = createHubRig();
  await hub.start([eventfulServer('dies-on-demand'), oddServer('banner')], signal);
  expect(await call('dies-on-demand', { tool: 'die' })).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1405' },
    served: { server: 'dies-on-demand', attempts: 1 },
  });
  expect(ofType('server.failed')).toMatchObject([{ server: 'dies-on-demand', error: { code: 'MG1405' } }]);
  expect(await call('banner')).toMatchObject({ outcome: 'ok' });
  expect(await call('dies-on-demand')).toMatchObject({ outcome: 'ok', served: { attempts: 1 } });
  expect(pids).toHaveLength(3);
  expect(ofType('server.starting').at(-1)).toMatchObject({ again: true });
  await hub.close();
  for (const pid of pids) await expectGone(clock, pid);
});

test('a call that does no harm twice is sent again when it was lost, any other never', async () => {
  const mark = path.join(mkdtempSync(path.join(tmpdir(), 'massgen-mcp-')), 'mark');
  const { hub, call, clock, pids } = createHubRig();
  await hub.start([eventfulServer('dies-once', {}, [mark])], signal);
  const first = call('dies-once', { repeatable: true });
  // The pause before the second attempt.
  await clock.until(() => clock.waits().includes(250));
  await clock.advance(250);
  expect(await first).toMatchObject({ outcome: 'ok', served: { attempts: 2 } });
  expect(pids).toHaveLength(2);
  await hub.close();
});

test('a server that keeps dying is held back, and one call after the pause finds out whether it has recovered', async () => {
  const { hub, call, ofType, clock, pids } = createHubRig();
  await hub.start([oddServer('dies')], signal);
  for (let count = 0; count < 3; count += 1) {
    const calling = call('dies');
    await clock.until(() => ofType('server.failed').length === count + 1 || clock.waits().length > 0);
    await clock.advance(count === 0 ? 0 : 2_000);
    await calling;
  }
  expect(ofType('breaker.changed')).toMatchObject([
    { server: 'dies', state: 'open', retryInMs: 30_000, error: { code: 'MG1405' } },
  ]);
  const started = pids.length;
  expect(await call('dies')).toMatchObject({
    outcome: 'failed',
    error: { code: 'MG1420', message: expect.stringContaining('next try in 30 s') },
    served: { attempts: 0 },
  });
  expect(pids).toHaveLength(started);
  await hub.close();
});

test('what a server has waiting is bounded, and who comes too late is told at once', async () => {
  const { hub, server, call } = createHubRig();
  await hub.start([oddServer('never-answers')], signal);
  const controller = new AbortController();
  const waiting = Array.from({ length: 32 + 256 }, () =>
    server('never-answers').call({ tool: 'echo', args: {}, repeatable: false, signal: controller.signal }),
  );
  expect(await call('never-answers')).toMatchObject({ outcome: 'failed', error: { code: 'MG1421' } });
  controller.abort(new Error('over'));
  const outcomes = await Promise.all(waiting);
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['cancelled']));
  await hub.close();
});

test('progress keeps a call alive, but not for ever', async () => {
  const { hub, server, clock } = createHubRig();
  await hub.start([eventfulServer('progress', { callIdleMs: 10_000, callTotalMs: 60_000 })], signal);
  const calling = server('progress').call({ tool: 'echo', args: {}, repeatable: false, signal });
  let ended = false;
  void calling.then(() => {
    ended = true;
  });
  for (let second = 0; second < 59; second += 1) {
    await clock.advance(1_000);
    await server('progress').call({ tool: 'tick', args: {}, repeatable: false, signal });
  }
  expect(ended).toBe(false);
  await clock.advance(1_000);
  expect(await calling).toMatchObject({ outcome: 'unknown', error: { code: 'MG1408' } });
  await hub.close();
});

test('a call that is given up is cancelled at the server too', async () => {
  const { hub, server, clock, stderr } = createHubRig();
  await hub.start([eventfulServer('tells-cancelled')], signal);
  const controller = new AbortController();
  const calling = server('tells-cancelled').call({
    tool: 'echo',
    args: {},
    repeatable: false,
    signal: controller.signal,
  });
  await clock.until(() => stderr().includes('called'));
  controller.abort(new Error('enough'));
  expect(await calling).toMatchObject({ outcome: 'cancelled' });
  await clock.until(() => stderr().includes('notifications/cancelled'));
  await hub.close();
});

test('a server that nobody calls for a while is ended, and started again with the next call', async () => {
  const { hub, call, clock, ofType, pids } = createHubRig();
  await hub.start([oddServer('banner'), oddServer('content', { mayIdle: false })], signal);
  await call('banner');
  await call('content');
  await clock.advance(300_000);
  await clock.until(() => ofType('server.stopped').length === 1);
  expect(ofType('server.stopped')).toMatchObject([{ server: 'banner', reason: 'idle' }]);
  expect(await call('banner')).toMatchObject({ outcome: 'ok' });
  expect(pids).toHaveLength(3);
  await hub.close();
  expect(ofType('server.failed')).toEqual([]);
});

test('calls under way when the hub closes come back, and calls after it are refused', async () => {
  const { hub, call, server, clock, pids } = createHubRig();
  await hub.start([oddServer('never-answers')], signal);
  const held = server('never-answers');
  const calling = call('never-answers');
  const closing = hub.close();
  await clock.until(() => clock.waits().includes(2_000));
  await clock.advance(2_000);
  await closing;
  expect(await calling).toMatchObject({ outcome: 'cancelled' });
  expect(await held.call({ tool: 'echo', args: {}, repeatable: true, signal })).toMatchObject({
    outcome: 'failed',
    error: { code: 'MG1423' },
  });
  for (const pid of pids) expect(isRunning(pid)).toBe(false);
});

test('a question of a server is put to the person; without one it is declined and said', async () => {
  const asked: unknown[] = [];
  const { hub, call } = createHubRig({
    ask: (question) => {
      asked.push(question);
      return Promise.resolve({ action: 'accept', content: { name: 'Ada' } });
    },
  });
  await hub.start([eventfulServer('asks')], signal);
  expect(toolContentText((await call('asks')).content)).toBe('{"action":"accept","content":{"name":"Ada"}}');
  expect(asked).toEqual([
    {
      type: 'form',
      server: 'asks',
      message: 'Who are you?',
      fields: [{ name: 'name', title: 'name', description: '', type: 'string', required: true }],
    },
  ]);
  await hub.close();

  const silent = createHubRig();
  await silent.hub.start([eventfulServer('asks')], signal);
  expect(toolContentText((await silent.call('asks')).content)).toBe('{"action":"decline"}');
  expect(silent.ofType('warning.raised')).toMatchObject([
    { code: 'MG1426', message: expect.stringContaining('Who are you?') },
  ]);
  await silent.hub.close();
});

test('resources and prompts of a server can be read as tools', async () => {
  const { hub, call, server } = createHubRig();
  await hub.start([eventfulServer('library')], signal);
  expect(server('library').discovery).toMatchObject({
    hasResources: true,
    prompts: [{ name: 'greet', arguments: [{ name: 'who', required: true }] }],
  });
  const text = async (tool: string, args = {}): Promise<string> =>
    toolContentText((await call('library', { tool, args })).content);
  expect(await text('list_resources')).toBe('memo://one | The first memo | text/plain');
  expect(await text('read_resource', { uri: 'memo://one' })).toBe('buy milk');
  expect(await text('greet', { who: 'Ada' })).toContain('Say hello to Ada');
  await hub.close();
});
