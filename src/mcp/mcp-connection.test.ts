import { chmodSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { EventError } from '../events/run-event.ts';
import { toolContentText } from '../events/tool-content.ts';
import type { LaunchSpec } from '../process/child.ts';
import type { McpConnection } from './mcp-connection.ts';
import type { ServerCallResult } from './server-call-result.ts';
import { createServerRig, expectGone, isRunning, launchOf, oddServer } from './servers.test-support.ts';

const limits = { idleMs: 60_000, totalMs: 600_000, signals: [new AbortController().signal] };

function call(connection: McpConnection, tool = 'echo', args = {}): Promise<ServerCallResult> {
  return connection.call(tool, args, limits);
}

function temporary(): string {
  return realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-mcp-')));
}

test('the official filesystem server works end to end and is gone after close', async () => {
  const { connect, clock, pids } = createServerRig();
  const directory = temporary();
  const entry = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-filesystem/dist/index.js',
  );
  const connection = await connect(
    oddServer('filesystem', { launch: launchOf('', { args: [entry, directory], cwd: directory }) }),
  );
  expect(connection.discovery.tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['read_text_file', 'write_file', 'edit_file', 'move_file', 'list_directory']),
  );
  expect(connection.discovery.dropped).toEqual([]);
  const file = path.join(directory, 'notes.md');
  expect(await call(connection, 'write_file', { path: file, content: 'hello ✓' })).toMatchObject({
    outcome: 'ok',
  });
  const read = await call(connection, 'read_text_file', { path: file });
  expect(toolContentText(read.content)).toBe('hello ✓');
  expect(await call(connection, 'read_text_file', { path: '/etc/hostname' })).toMatchObject({
    outcome: 'tool_error',
    content: [{ text: expect.stringContaining('outside allowed directories') }],
  });
  await connection.close();
  for (const pid of pids) await expectGone(clock, pid);
});

test('what is no message is skipped, between messages too', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('banner'));
  for (const name of ['one', 'two']) {
    expect(await call(connection, name)).toMatchObject({ outcome: 'ok', content: [{ text: name }] });
  }
  await connection.close();
});

test('a flood of junk does not drown an answer', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('floods'));
  expect(await call(connection)).toMatchObject({ outcome: 'ok', content: [{ text: 'after the flood' }] });
  await connection.close();
});

test('what a server answers right before it ends still counts', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('answers-and-ends'));
  const { outcome, content } = await call(connection);
  expect({ outcome, length: toolContentText(content).length }).toEqual({ outcome: 'ok', length: 300_000 });
});

test('a child has its own environment and directory, and none of our keys', async () => {
  const { connect } = createServerRig();
  process.env['TEST_PROVIDER_API_KEY'] = 'sk-never-to-be-seen';
  const cwd = temporary();
  const launch = launchOf('environment', { cwd });
  const connection = await connect(
    oddServer('environment', { launch: { ...launch, env: { ...launch.env, GRANTED: 'yes' } } }),
  );
  const { content } = await call(connection);
  delete process.env['TEST_PROVIDER_API_KEY'];
  const told = JSON.parse(toolContentText(content)) as { env: Record<string, string>; cwd: string };
  expect(told.cwd).toBe(cwd);
  expect(told.env['GRANTED']).toBe('yes');
  expect(told.env).toEqual({ MASSGEN_CHILD: expect.any(String), ...launch.env, GRANTED: 'yes' });
  expect(JSON.stringify(told)).not.toContain('never-to-be-seen');
  await connection.close();
});

test('content of every kind arrives', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('content'));
  const { content } = await call(connection, 'all');
  expect(content.map((part) => part.type)).toEqual([
    'text',
    'image',
    'audio',
    'resource',
    'resource',
    'resource',
    'text',
    'text',
  ]);
  expect(await call(connection, 'structured')).toMatchObject({ content: [{ text: '{"celsius":21}' }] });
  expect(await call(connection, 'none')).toMatchObject({ outcome: 'ok', content: [] });
  expect(await call(connection, 'fails')).toMatchObject({
    outcome: 'tool_error',
    content: [{ text: 'no such city' }],
  });
  await connection.close();
});

test('300 tools on three pages: what can be offered is, what cannot is named with the reason', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('many-tools'));
  const names = connection.discovery.tools.map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('plain_'))).toHaveLength(283);
  expect(names.filter((name) => !name.startsWith('plain_'))).toEqual([
    '__proto__',
    'constructor',
    'with space/slash.dot',
    'a\u202Eb',
    'é'.repeat(40),
    'n'.repeat(300),
    'twice',
    'no_schema',
    'untyped',
    'odd_description',
    'odd_output',
  ]);
  expect(connection.discovery.tools.find(({ name }) => name === 'twice')?.description).toBe('the first');
  expect(connection.discovery.tools.every(({ inputSchema }) => inputSchema['type'] === 'object')).toBe(true);
  expect(connection.discovery.dropped.map(({ name, reason }) => `${name}: ${reason}`.slice(0, 40))).toEqual([
    'twice: a second tool of that name',
    ': name: Too small: expected string to ha',
    ': name: Invalid input: expected string, ',
    ': : Invalid input: expected object, rece',
    'not_an_object: inputSchema.type: Invalid',
    'huge_schema: its schema has 200034 chara',
  ]);
  // A hostile output schema costs nothing: results are not checked against it.
  expect(await call(connection, 'odd_output')).toMatchObject({ outcome: 'ok' });
  await connection.close();
});

test.each<[string, Partial<LaunchSpec>, string]>([
  ['a command that does not exist', { command: 'no-such-mcp-server' }, 'MG1401'],
  ['a working directory that does not exist', { cwd: '/no/such/place' }, 'MG1411'],
  ['a working directory that is a file', { cwd: import.meta.filename }, 'MG1411'],
])('%s is named as such', async (_, launch, code) => {
  const { connect } = createServerRig();
  await expect(connect(oddServer('banner', { launch: launchOf('banner', launch) }))).rejects.toMatchObject({
    code,
    exitCode: 4,
    message: expect.stringContaining('banner ('),
  });
});

test('a command that may not be executed is named as such', async () => {
  const { connect } = createServerRig();
  const command = path.join(temporary(), 'server');
  writeFileSync(command, '#!/bin/sh\n');
  chmodSync(command, 0o644);
  await expect(connect(oddServer('mine', { launch: launchOf('', { command }) }))).rejects.toMatchObject({
    code: 'MG1402',
    message: expect.stringContaining(`mine (${command})`),
  });
});

test('a server that ends at once is reported with its stderr', async () => {
  const { connect, clock, pids } = createServerRig();
  await expect(connect(oddServer('exits'))).rejects.toMatchObject({
    code: 'MG1403',
    message: expect.stringContaining('the token of the database is missing'),
  });
  for (const pid of pids) await expectGone(clock, pid);
});

test.each(['silent', 'silent-list'])(
  'a server that is %s is given up after the time for connecting, and ended',
  async (mode) => {
    const { connect, clock, pids } = createServerRig();
    const connecting = connect(oddServer(mode));
    const failed = expect(connecting).rejects.toMatchObject({
      code: 'MG1404',
      message: expect.stringContaining(mode),
    });
    await clock.until(() => pids.length === 1);
    await clock.advance(59_999);
    expect(isRunning(pids[0] ?? 0)).toBe(true);
    await clock.advance(1);
    await failed;
    await expectGone(clock, pids[0] ?? 0);
  },
);

test('connecting can be given up at any time', async () => {
  const { connect, clock, pids } = createServerRig();
  const controller = new AbortController();
  const failed = expect(connect(oddServer('silent'), { signal: controller.signal })).rejects.toMatchObject({
    code: 'MG1403',
    message: expect.stringContaining('enough'),
  });
  await clock.until(() => pids.length === 1);
  controller.abort(new Error('enough'));
  await failed;
  await expectGone(clock, pids[0] ?? 0);
});

test('a list of tools without end is refused', async () => {
  const { connect } = createServerRig();
  await expect(connect(oddServer('endless-list'))).rejects.toMatchObject({
    code: 'MG1403',
    message: expect.stringContaining('did not end after 64 pages'),
  });
});

test('a call that is not answered in time is unknown, and the server lives on', async () => {
  const { connect, clock } = createServerRig();
  const connection = await connect(oddServer('never-answers'));
  const calling = connection.call('echo', {}, { ...limits, idleMs: 5_000 });
  await clock.advance(5_000);
  expect(await calling).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1408' },
    content: [{ text: expect.stringContaining('check before repeating it') }],
  });
  expect(clock.waits()).toEqual([]);
  await connection.close();
});

test('a call that its maker gives up is cancelled', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('never-answers'));
  const controller = new AbortController();
  const calling = connection.call('echo', {}, { ...limits, signals: [controller.signal] });
  controller.abort(new Error('over'));
  expect(await calling).toMatchObject({ outcome: 'cancelled', content: [{ type: 'text' }] });
  await connection.close();
});

test('a call during which the server dies is unknown; the loss is told once; later calls fail', async () => {
  const { connect } = createServerRig();
  const losses: EventError[] = [];
  const connection = await connect(oddServer('dies'), { onLost: (error) => losses.push(error) });
  const [first, second] = await Promise.all([call(connection), call(connection)]);
  expect(first).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1405', message: expect.stringContaining('out of luck') },
    content: [{ text: expect.stringContaining('out of luck') }],
  });
  expect(second.outcome).not.toBe('ok');
  expect(losses).toHaveLength(1);
  expect(await call(connection)).toMatchObject({
    outcome: 'failed',
    error: { code: 'MG1405' },
    content: [{ text: expect.stringContaining('was lost') }],
  });
  await connection.close();
  expect(losses).toHaveLength(1);
});

test('a server that closes its output cannot answer: the call does not wait for its deadline', async () => {
  const { connect, clock } = createServerRig();
  const connection = await connect(oddServer('closes-output'));
  const calling = call(connection);
  await clock.until(() => clock.waits().includes(500));
  await clock.advance(500);
  expect(await calling).toMatchObject({ outcome: 'unknown', error: { code: 'MG1405' } });
  const closing = connection.close();
  await clock.advance(2_000);
  await closing;
});

test('closing is no loss', async () => {
  const { connect } = createServerRig();
  const losses: EventError[] = [];
  const connection = await connect(oddServer('banner'), { onLost: (error) => losses.push(error) });
  await connection.close();
  await connection.close();
  expect(losses).toEqual([]);
  expect(await call(connection)).toMatchObject({ outcome: 'failed' });
});

test.each([
  [-32_602, 'failed'],
  [-32_601, 'failed'],
  [-32_603, 'tool_error'],
  [-1, 'tool_error'],
])('an error of the protocol with code %i ends the call as %s', async (code, outcome) => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('errors'));
  expect(await call(connection, 'echo', { code })).toMatchObject({
    outcome,
    error: { code: 'MG1409', message: expect.stringContaining(`refused with ${code}`) },
    content: [{ text: expect.stringContaining(`refused with ${code}`) }],
  });
  await connection.close();
});

test.each(['front', 'end'])('an answer over the limit costs its call only (id at the %s)', async (where) => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('huge'));
  expect(await call(connection, where)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1406', message: expect.stringMatching(/answer of 115\d{5} bytes/u) },
  });
  expect(await call(connection, 'small')).toMatchObject({ outcome: 'ok', content: [{ text: 'small' }] });
  await connection.close();
});

test('messages nested too deeply for the client end neither the process nor the connection', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('deep'));
  expect(await call(connection)).toMatchObject({ outcome: 'ok', content: [{ text: 'still here' }] });
  expect(['ok', 'unknown']).toContain((await call(connection, 'block')).outcome);
  await connection.close();
});

test('a server that ignores everything is killed', async () => {
  const { connect, clock, pids } = createServerRig();
  const connection = await connect(oddServer('stubborn'));
  const closing = connection.close();
  await clock.advance(4_000);
  await closing;
  for (const pid of pids) await expectGone(clock, pid);
});

test('children of a server end with it', async () => {
  const { connect, clock } = createServerRig();
  const connection = await connect(oddServer('family'));
  const child = Number(toolContentText((await call(connection)).content));
  expect(isRunning(child)).toBe(true);
  await connection.close();
  await expectGone(clock, child);
});

test('a child that left the group ends with its server', async () => {
  const { connect, clock } = createServerRig();
  const connection = await connect(oddServer('runaway'));
  const child = Number(toolContentText((await call(connection)).content));
  expect(isRunning(child)).toBe(true);
  await connection.close();
  await expectGone(clock, child);
});

test('a child that hides from us and holds the output does not keep close waiting', async () => {
  const { connect } = createServerRig();
  const connection = await connect(oddServer('hidden-runaway'));
  const child = Number(toolContentText((await call(connection)).content));
  await connection.close();
  expect(isRunning(child)).toBe(true);
  process.kill(child, 'SIGKILL');
});
