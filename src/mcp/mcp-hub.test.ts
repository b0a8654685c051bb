import { expect, test } from 'vitest';
import type { DurableEventBody } from '../events/run-event.ts';
import { createMcpHub, type McpHub } from './mcp-hub.ts';
import {
  createServerRig,
  expectGone,
  isRunning,
  launchOf,
  oddServer,
  type ServerRig,
} from './servers.test-support.ts';

interface HubRig extends ServerRig {
  readonly hub: McpHub;
  readonly events: readonly DurableEventBody[];
  readonly ofType: (type: DurableEventBody['type']) => readonly DurableEventBody[];
}

function createHubRig(emit: (event: DurableEventBody) => Promise<void> = () => Promise.resolve()): HubRig {
  const rig = createServerRig();
  const events: DurableEventBody[] = [];
  const hub = createMcpHub({
    spawn: rig.spawn,
    clock: rig.clock,
    program: { name: 'massgen', version: '0.0.0' },
    replaceSecrets: (text) => text.replaceAll('hush-hush', '[secret TOKEN]'),
    emit: (event) => {
      events.push(event);
      return emit(event);
    },
  });
  return { ...rig, hub, events, ofType: (type) => events.filter((event) => event.type === type) };
}

const { signal } = new AbortController();

test('one server that does not start costs only itself', async () => {
  const { hub, ofType, pids, clock } = createHubRig();
  await hub.start(
    [
      oddServer('banner'),
      oddServer('exits'),
      oddServer('missing', { launch: launchOf('', { command: 'no-such-server' }) }),
      oddServer('content', { agent: 'critic' }),
    ],
    signal,
  );
  expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['banner']);
  expect(hub.of('critic').map(({ spec }) => spec.name)).toEqual(['content']);
  expect(hub.of('nobody')).toEqual([]);
  expect(ofType('server.starting')).toHaveLength(4);
  expect(ofType('server.ready')).toHaveLength(2);
  expect(ofType('server.ready')).toContainEqual(
    expect.objectContaining({ server: 'banner', agent: 'writer', tools: ['echo'] }),
  );
  expect(ofType('server.failed')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ server: 'exits', error: expect.objectContaining({ code: 'MG1403' }) }),
      expect.objectContaining({ server: 'missing', error: expect.objectContaining({ code: 'MG1401' }) }),
    ]),
  );
  await hub.close();
  expect(ofType('server.stopped')).toHaveLength(2);
  for (const pid of pids) await expectGone(clock, pid);
});

test('the connections of an agent are in the order of its config, whichever is ready first', async () => {
  const { hub } = createHubRig();
  const slow = launchOf('banner');
  const delayed = {
    ...slow,
    command: '/bin/sh',
    args: ['-c', 'sleep 0.3; exec "$@"', 'sh', slow.command, ...slow.args],
  };
  await hub.start(
    [oddServer('slow', { launch: delayed }), oddServer('banner'), oddServer('content')],
    signal,
  );
  expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['slow', 'banner', 'content']);
  await hub.close();
});

test('known secrets stand neither in the launch line nor in what a server said on stderr', async () => {
  const { hub, events } = createHubRig();
  const launch = launchOf('', {
    args: ['-e', 'console.error("bad token hush-hush"); process.exit(1)', '--token=hush-hush'],
  });
  await hub.start([oddServer('leaky', { launch })], signal);
  expect(events.map((event) => event.type)).toEqual(['server.starting', 'server.failed']);
  expect(JSON.stringify(events)).not.toContain('hush-hush');
  expect(JSON.stringify(events)).toContain('--token=[secret TOKEN]');
  expect(JSON.stringify(events)).toContain('bad token [secret TOKEN]');
  await hub.close();
});

test('tools that cannot be offered are warned of, each with its reason', async () => {
  const { hub, ofType } = createHubRig();
  await hub.start([oddServer('many-tools')], signal);
  const warnings = ofType('warning.raised').map((event) => ('message' in event ? event.message : ''));
  expect(warnings).toHaveLength(6);
  expect(warnings).toContainEqual(
    expect.stringMatching(/cannot be offered: twice of many-tools: a second tool/u),
  );
  await hub.close();
});

test('a server that is lost later is reported once, and the others stay', async () => {
  const { hub, ofType, clock } = createHubRig();
  await hub.start([oddServer('dies'), oddServer('banner')], signal);
  const [dying, other] = hub.of('writer');
  await dying?.call('echo', {}, { timeoutMs: 1_000, signal });
  await clock.until(() => ofType('server.failed').length > 0);
  expect(ofType('server.failed')).toEqual([
    expect.objectContaining({ server: 'dies', error: expect.objectContaining({ code: 'MG1405' }) }),
  ]);
  expect(await other?.call('echo', {}, { timeoutMs: 1_000, signal })).toMatchObject({ outcome: 'ok' });
  await hub.close();
  expect(ofType('server.failed')).toHaveLength(1);
});

test('stopping while servers start leaves none behind', async () => {
  const { hub, pids, clock, ofType } = createHubRig();
  const controller = new AbortController();
  const starting = hub.start(
    [oddServer('silent'), oddServer('silent-list'), oddServer('banner')],
    controller.signal,
  );
  await clock.until(() => pids.length === 3);
  controller.abort(new Error('stopped'));
  await starting;
  await hub.close();
  for (const pid of pids) await expectGone(clock, pid);
  expect(ofType('server.failed').length).toBeGreaterThanOrEqual(2);
});

test('when events cannot be kept, starting fails, but only when every server has come to rest and can be closed', async () => {
  const full = new Error('disk full');
  const { hub, pids, clock } = createHubRig((event) =>
    event.type === 'server.ready' ? Promise.reject(full) : Promise.resolve(),
  );
  await expect(hub.start([oddServer('banner'), oddServer('content')], signal)).rejects.toBe(full);
  expect(pids.every((pid) => isRunning(pid))).toBe(true);
  await hub.close();
  for (const pid of pids) await expectGone(clock, pid);
});

test('a server that cannot be recorded as stopped does not keep the others from being closed', async () => {
  const full = new Error('disk full');
  const { hub, pids, clock } = createHubRig((event) =>
    event.type === 'server.stopped' ? Promise.reject(full) : Promise.resolve(),
  );
  await hub.start([oddServer('banner'), oddServer('content')], signal);
  await expect(hub.close()).rejects.toBe(full);
  for (const pid of pids) await expectGone(clock, pid);
});
