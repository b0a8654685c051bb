import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHubRig, eventfulServer } from './hub-rig.test-support.ts';
import { createMemoryDiscoveryCache } from './memory-discovery-cache.test-support.ts';
import { expectGone, isRunning, launchOf, oddServer } from './servers.test-support.ts';

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
    expect.objectContaining({
      server: 'banner',
      tools: ['echo'],
      version: 'fixture 1',
      protocol: '2025-11-25',
      pid: expect.any(Number),
    }),
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

test('a server that did not start is tried again, and then is there', async () => {
  const { hub, ofType, clock } = createHubRig();
  const mark = path.join(mkdtempSync(path.join(tmpdir(), 'massgen-later-')), 'ready');
  onTestFinished(() => rmSync(path.dirname(mark), { recursive: true }));
  const plain = launchOf('banner');
  const unready = {
    ...plain,
    command: '/bin/sh',
    args: ['-c', 'test -e "$0" || exit 3; exec "$@"', mark, plain.command, ...plain.args],
  };
  await hub.start([oddServer('late', { launch: unready })], signal);
  expect(hub.of('writer')).toEqual([]);
  await clock.advance(15_000);
  await clock.until(() => ofType('server.failed').length === 2);
  expect(hub.of('writer')).toEqual([]);
  writeFileSync(mark, '');
  await clock.advance(60_000);
  await clock.until(() => ofType('server.ready').length === 1);
  expect(hub.of('writer').map(({ spec }) => spec.name)).toEqual(['late']);
  expect(ofType('server.starting').map(({ again }) => again)).toEqual([undefined, true, true]);
  await hub.close();
});

test('what waiting does not mend is not tried again, and closing ends the waiting', async () => {
  const { hub, ofType, clock } = createHubRig();
  await hub.start(
    [oddServer('missing', { launch: launchOf('', { command: 'no-such-server' }) }), oddServer('exits')],
    signal,
  );
  await clock.advance(15_000);
  await clock.until(() => ofType('server.failed').filter(({ server }) => server === 'exits').length === 2);
  await hub.close();
  await clock.advance(600_000);
  expect(ofType('server.starting').map(({ server }) => server)).toEqual(['missing', 'exits', 'exits']);
});

test('the servers of an agent are in the order of its config, whichever is ready first', async () => {
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

test('agents that launch a server the same way share its process; one that keeps state is started for each', async () => {
  const { hub, ofType, pids, server } = createHubRig();
  const agents = ['writer', 'critic', 'editor'];
  await hub.start(
    agents.flatMap((agent) => [
      oddServer('banner', { agent }),
      oddServer('content', { agent, scope: 'agent' }),
    ]),
    signal,
  );
  expect(pids).toHaveLength(4);
  expect(new Set(agents.map((agent) => server('banner', agent))).size).toBe(1);
  expect(new Set(agents.map((agent) => server('content', agent))).size).toBe(3);
  expect(ofType('server.ready').map(({ server: name, agent }) => [name, agent])).toEqual(
    expect.arrayContaining([['banner', undefined], ...agents.map((agent) => ['content', agent])]),
  );
  await hub.close();
});

test('another environment, argument or name is another server', async () => {
  const { hub, pids } = createHubRig();
  const { env, args } = launchOf('banner');
  await hub.start(
    [
      oddServer('banner'),
      oddServer('banner', { agent: 'b', launch: launchOf('banner', { env: { ...env, TOKEN: 'b' } }) }),
      oddServer('banner', { agent: 'c', launch: launchOf('banner', { args: [...args, '--more'] }) }),
      oddServer('banner', { agent: 'd', name: 'other' }),
      oddServer('banner', { agent: 'e' }),
    ],
    signal,
  );
  expect(pids).toHaveLength(4);
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
  const warnings = ofType('warning.raised').map(({ message }) => message);
  expect(warnings).toHaveLength(6);
  expect(warnings).toContainEqual(
    expect.stringMatching(/cannot be offered: twice of many-tools: a second tool/u),
  );
  await hub.close();
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
  expect(ofType('server.failed').map(({ error }) => error.message)).toContainEqual(
    expect.stringContaining('stopped'),
  );
  await hub.close();
  for (const pid of pids) await expectGone(clock, pid);
});

test('when events cannot be kept, starting fails, but only when every server has come to rest and can be closed', async () => {
  const full = new Error('disk full');
  const { hub, pids, clock } = createHubRig({
    emit: (event) => (event.type === 'server.ready' ? Promise.reject(full) : Promise.resolve()),
  });
  await expect(hub.start([oddServer('banner'), oddServer('content')], signal)).rejects.toBe(full);
  expect(pids.every((pid) => isRunning(pid))).toBe(true);
  await hub.close().catch(() => undefined);
  for (const pid of pids) await expectGone(clock, pid);
});

test('a server that cannot be recorded as stopped does not keep the others from being closed', async () => {
  const full = new Error('disk full');
  const { hub, pids, clock } = createHubRig({
    emit: (event) => (event.type === 'server.stopped' ? Promise.reject(full) : Promise.resolve()),
  });
  await hub.start([oddServer('banner'), oddServer('content')], signal);
  await expect(hub.close()).rejects.toBe(full);
  for (const pid of pids) await expectGone(clock, pid);
});

test('what a server offered before is offered at once; it starts with its first call and not without one', async () => {
  const cache = createMemoryDiscoveryCache();
  const first = createHubRig({ cache });
  await first.hub.start([oddServer('banner'), oddServer('content')], signal);
  await first.hub.close();

  const { hub, pids, ofType, call, server } = createHubRig({ cache });
  await hub.start([oddServer('banner'), oddServer('content')], signal);
  expect(pids).toEqual([]);
  expect(server('banner').discovery?.tools.map(({ name }) => name)).toEqual(['echo']);
  expect(ofType('server.ready').map(({ deferred }) => deferred)).toEqual([true, true]);

  const results = await Promise.all([call('banner'), call('banner'), call('banner')]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(pids).toHaveLength(1);
  expect(ofType('server.starting')).toHaveLength(1);
  expect(ofType('server.tools.changed')).toEqual([]);
  await hub.close();
  expect(ofType('server.stopped').map(({ server: name }) => name)).toEqual(['banner']);
});

test('paths that we put into a launch do not make it another server from run to run', async () => {
  const cache = createMemoryDiscoveryCache();
  const spec = (place: string) =>
    oddServer('banner', {
      scope: 'agent',
      injected: [place],
      launch: launchOf('banner', { args: [...launchOf('banner').args, place] }),
    });
  const first = createHubRig({ cache });
  await first.hub.start([spec('/runs/1/workspace')], signal);
  await first.hub.close();
  const second = createHubRig({ cache });
  await second.hub.start([spec('/runs/2/workspace')], signal);
  expect(second.pids).toEqual([]);
  await second.hub.close();
});

test('a server that describes its tools differently than before is flagged, tool by tool', async () => {
  const cache = createMemoryDiscoveryCache();
  const first = createHubRig({ cache });
  await first.hub.start([eventfulServer('versions')], signal);
  await first.hub.close();
  for (const discovery of cache.entries.values()) {
    const [tool] = discovery.tools;
    if (tool === undefined) throw new Error('no tool');
    const other = {
      ...discovery,
      tools: [
        { ...tool, hash: 'of another text' },
        { ...tool, name: 'gone' },
      ],
    };
    for (const key of cache.entries.keys()) cache.entries.set(key, other);
  }
  const { hub, ofType, call, logged } = createHubRig({ cache });
  await hub.start([eventfulServer('versions')], signal);
  await call('versions');
  expect(ofType('server.tools.changed')).toEqual([
    { type: 'server.tools.changed', server: 'versions', added: [], removed: ['gone'], changed: ['echo'] },
  ]);
  expect(ofType('warning.raised')).toMatchObject([
    { code: 'MG1425', message: expect.stringContaining('versions: echo') },
  ]);
  expect(logged).toContainEqual(expect.objectContaining({ kind: 'security', level: 'warning' }));
  await hub.close();
});

test('a server that says that its tools have changed is asked again, and not for each time it says so', async () => {
  const { hub, ofType, call, server, clock } = createHubRig();
  await hub.start([eventfulServer('list-changes')], signal);
  await call('list-changes');
  await clock.until(() => ofType('server.tools.changed').length === 1);
  expect(ofType('server.tools.changed')).toMatchObject([{ added: ['more'], removed: [], changed: [] }]);
  expect(server('list-changes').discovery?.tools.map(({ name }) => name)).toEqual(['echo', 'more']);
  await clock.advance(5_000);
  // It announced a thousand changes and was asked twice: at once, and for what came in between after a pause.
  const { content } = await call('list-changes', { tool: 'asked' });
  expect(content).toEqual([{ type: 'text', text: '3' }]);
  await hub.close();
});
