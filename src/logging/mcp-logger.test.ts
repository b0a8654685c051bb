import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { allText, createMcpLogRig, newDirectory } from './mcp-logs.test-support.ts';

const of = { server: 'files', connection: 'files#1' };

describe('levels', () => {
  test('a line below the level of its server is not written; the index has calls and starts all the same', async () => {
    const rig = createMcpLogRig({ levels: { others: 'info', servers: new Map([['files', 'warning']]) } });
    expect(rig.logger.wants('files', 'notice')).toBe(false);
    expect(rig.logger.wants('files', 'warning')).toBe(true);
    rig.call({});
    rig.call({ outcome: 'tool_error' });
    rig.event({ type: 'server.stopped', server: 'files' });
    rig.logger.log(of, { level: 'notice', kind: 'noise', text: 'banner' });
    rig.logger.log(of, { level: 'debug', kind: 'discovery', text: 'found a tool' });
    expect(await rig.records('files.jsonl')).toMatchObject([{ outcome: 'tool_error', args: {} }]);
    const index = await rig.records('index.jsonl');
    expect(index.map(({ kind, outcome }) => outcome ?? kind)).toEqual(['ok', 'tool_error', 'lifecycle']);
    // Arguments and results stand in the file of the server alone.
    expect(index.every(({ args, preview }) => args === undefined && preview === undefined)).toBe(true);
  });

  test('off writes nothing at all', async () => {
    const rig = createMcpLogRig({ levels: { others: 'off', servers: new Map() } });
    rig.call({ outcome: 'failed' });
    rig.event({ type: 'server.failed', server: 'files', error: { code: 'MG1', message: 'x' } });
    rig.logger.log(of, { level: 'emergency', kind: 'security', text: 'x' });
    rig.logger.stderr(of, 'x\n');
    rig.logger.wire(of, 'in', {});
    expect(rig.logger.wants('files', 'emergency')).toBe(false);
    expect(await rig.files()).toEqual([]);
  });

  test('messages of the protocol are written with debug only, in a file of their own', async () => {
    const rig = createMcpLogRig({
      levels: { others: 'info', servers: new Map([['files', 'debug' as const]]) },
    });
    rig.logger.wire(of, 'out', { jsonrpc: '2.0', id: 1, method: 'tools/list' });
    rig.logger.wire(of, 'in', { jsonrpc: '2.0', id: 1, result: { tools: [] } });
    rig.logger.wire({ server: 'web' }, 'out', { jsonrpc: '2.0', method: 'x' });
    expect(await rig.files()).toEqual(['files.wire.jsonl']);
    expect(await rig.records('files.wire.jsonl')).toMatchObject([
      { dir: 'out', method: 'tools/list', rpc_id: 1, connection: 'files#1', message: { jsonrpc: '2.0' } },
      { dir: 'in', rpc_id: 1, message: { result: { tools: [] } } },
    ]);
  });
});

describe('lines of connections', () => {
  test('stand in the file of their server with what was told', async () => {
    const rig = createMcpLogRig();
    rig.logger.log(
      { ...of, agent: 'writer' },
      { level: 'notice', kind: 'discovery', text: 'renamed', tool: 'read', data: { to: 'mcp__files__read' } },
    );
    expect(await rig.records('files.jsonl')).toMatchObject([
      {
        ts: '2026-01-01T00:00:00.000Z',
        agent: 'writer',
        connection: 'files#1',
        kind: 'discovery',
        text: 'renamed',
        tool_raw: 'read',
        data: { to: 'mcp__files__read' },
      },
    ]);
    expect(await rig.records('index.jsonl')).toHaveLength(1);
  });

  test('servers whose names differ in case only keep their lines apart', async () => {
    const rig = createMcpLogRig();
    rig.logger.log({ server: 'files' }, { level: 'info', kind: 'message', text: 'one' });
    rig.logger.log({ server: 'Files' }, { level: 'info', kind: 'message', text: 'two' });
    const files = await rig.files();
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(2);
    expect(await rig.records('files.jsonl')).toMatchObject([{ server: 'files', text: 'one' }]);
  });

  test('stderr is text: whole lines with time and connection, nothing in them that a terminal would act on', async () => {
    const rig = createMcpLogRig();
    rig.logger.stderr(of, 'star');
    rig.logger.stderr(
      { ...of, connection: 'files#2', agent: 'writer' },
      'other "one" \u001B[31mred\u001B[0m\n',
    );
    rig.logger.stderr(of, 'ted\r\n\n\u202Ehidden \u001B]0;title\u0007 C:\\x\nrest');
    expect(await rig.text('files.stderr.log')).toBe(
      [
        '2026-01-01T00:00:00.000Z files#2 writer | other "one" red',
        '2026-01-01T00:00:00.000Z files#1 | started',
        String.raw`2026-01-01T00:00:00.000Z files#1 | \u202ehidden \u001b]0;title\u0007 C:\\x`,
        '2026-01-01T00:00:00.000Z files#1 | rest',
        '',
      ].join('\n'),
    );
  });
});

describe('contents', () => {
  test('long ones are cut, and a digest tells which are equal', async () => {
    const rig = createMcpLogRig();
    const long = 'word '.repeat(2_000);
    rig.call({ arguments: { content: long }, text: long });
    rig.call({ arguments: { content: long }, text: long });
    rig.call({ arguments: { content: `${long}!` }, text: `${long}!` });
    const [one, two, other] = await rig.records('files.jsonl');
    expect(one).toMatchObject({ truncated: true });
    expect(one?.preview?.length).toBeLessThan(2_010);
    expect(JSON.stringify(one?.args).length).toBeLessThan(4_100);
    expect(one?.args_digest).toMatch(/^[0-9a-f]{16}$/u);
    expect(two).toMatchObject({ args_digest: one?.args_digest, result_digest: one?.result_digest });
    expect(other?.args_digest).not.toBe(one?.args_digest);
    expect(other?.result_digest).not.toBe(one?.result_digest);
  });

  test('digests of another start cannot be compared, so nobody can try what the contents were', async () => {
    const digests = await Promise.all(
      ['one', 'two'].map(async (digestKey) => {
        const rig = createMcpLogRig({ digestKey });
        rig.call({ arguments: { pin: '1234', password: 'x' } });
        return (await rig.records('files.jsonl'))[0]?.args_digest;
      }),
    );
    expect(new Set(digests).size).toBe(2);
  });

  test('binary parts are told by type and size', async () => {
    const rig = createMcpLogRig();
    const data = Buffer.from('hello').toString('base64');
    rig.call({
      content: [
        { type: 'text', text: 'see' },
        { type: 'image', data, mimeType: 'image/png' },
        { type: 'resource', uri: 'file:///x.bin', data, mimeType: 'application/x-thing' },
        { type: 'resource', uri: 'file:///y.md', text: 'of y' },
      ],
    });
    expect(await rig.records('files.jsonl')).toMatchObject([
      {
        content_types: ['text', 'image/png', 'application/x-thing', 'resource'],
        preview:
          'see\n<image/png 5 B sha256:2cf24dba5fb0a30e>\nfile:///x.bin <application/x-thing 5 B sha256:2cf24dba5fb0a30e>\nof y',
        result_size: 3 + 8 + 8 + 4,
      },
    ]);
  });

  test('what no log expects makes a line all the same', async () => {
    const rig = createMcpLogRig({ levels: { others: 'debug', servers: new Map() } });
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const value of [deep, circular, '\uD800', undefined, 1n]) {
      rig.call({ arguments: value, text: '\uDFFF\u202E' });
      rig.logger.log(of, { level: 'info', kind: 'message', text: '\uD800', data: { value } });
      rig.logger.wire(of, 'in', value);
      rig.logger.wire(of, 'in', { method: value, id: value });
    }
    expect(await rig.records('files.jsonl')).toHaveLength(10);
    expect(await rig.records('files.wire.jsonl')).toHaveLength(10);
    expect(allText(rig.directory)).not.toContain('\u202E');
  });
});

test('where masking fails, a line tells that, and nothing of the text', async () => {
  const rig = createMcpLogRig({
    levels: { others: 'debug', servers: new Map() },
    redact: (text) => {
      if (text.includes('hidden')) throw new Error(`cannot mask ${text}`);
      return text;
    },
  });
  rig.call({ text: 'hidden result' });
  rig.call({ arguments: { hidden_name_of_a_value: 1 } });
  rig.call({ server: 'hidden' });
  rig.logger.log(of, { level: 'error', kind: 'message', text: 'hidden message' });
  rig.logger.stderr(of, 'hidden line\n');
  rig.logger.wire(of, 'in', { result: 'hidden' });
  const lines = await rig.records('files.jsonl');
  expect(lines.map(({ redaction_failed: failed }) => failed)).toEqual([true, true, true]);
  expect(lines[0]).toMatchObject({ kind: 'call', level: 'info', server: 'files', size: expect.any(Number) });
  expect(await rig.text('files.stderr.log')).toContain('| [redaction failed, 11 characters]');
  expect(allText(rig.directory)).not.toContain('hidden');
});

describe('floods', () => {
  const levels = { others: 'info', servers: new Map() } as const;

  test('of what a server says: 200 lines a second, then how many are missing', async () => {
    const rig = createMcpLogRig({ levels });
    for (let count = 0; count < 12_545; count += 1) {
      rig.logger.log(of, { level: 'notice', kind: 'noise', text: `line ${count}` });
      rig.logger.stderr(of, `line ${count}\n`);
    }
    rig.logger.log(of, { level: 'info', kind: 'lifecycle', text: 'still told' });
    await rig.clock.advance(1_000);
    rig.logger.log(of, { level: 'notice', kind: 'noise', text: 'later' });
    const records = await rig.records('files.jsonl');
    expect(records.filter(({ kind }) => kind === 'noise')).toHaveLength(201);
    expect(records.filter(({ kind }) => kind === 'dropped')).toMatchObject([
      { level: 'warning', dropped: 12_345, of: 'noise', why: 'rate', server: 'files' },
      { level: 'warning', dropped: 12_345, of: 'stderr', why: 'rate' },
    ]);
    expect(records.filter(({ text }) => text === 'still told')).toHaveLength(1);
    expect((await rig.text('files.stderr.log')).split('\n')).toHaveLength(201);
  });

  test('of one server cost another nothing', async () => {
    const rig = createMcpLogRig({ levels });
    for (let count = 0; count < 1_000; count += 1)
      rig.logger.log(of, { level: 'notice', kind: 'noise', text: 'x' });
    rig.logger.log({ server: 'web' }, { level: 'notice', kind: 'noise', text: 'x' });
    expect(await rig.records('web.jsonl')).toHaveLength(1);
  });

  test('of calls are all told: agents make them', async () => {
    const rig = createMcpLogRig({ levels });
    for (let count = 0; count < 2_000; count += 1) rig.call({});
    expect(await rig.records('files.jsonl')).toHaveLength(2_000);
  });

  test('what the disk cannot take in time is counted, and told when it can', async () => {
    const rig = createMcpLogRig({ levels });
    const text = 'word '.repeat(400);
    // All in one go: nothing is written meanwhile.
    for (let count = 0; count < 5_000; count += 1) rig.call({ text });
    await rig.clock.advance(1_000);
    const records = await rig.records('index.jsonl');
    const dropped = records.find(({ kind }) => kind === 'dropped');
    expect(dropped).toMatchObject({ why: 'queue', of: 'call', server: 'files' });
    const calls = records.filter(({ kind }) => kind === 'call');
    expect(calls.length + (dropped?.dropped ?? 0)).toBe(5_000);
  });

  test('all logs of the run stay below their limit; one line says so and one at the end how many are missing', async () => {
    const limits = { max_file_mb: 1, max_files: 2, max_run_mb: 0.1 };
    const rig = createMcpLogRig({ levels, limits });
    for (let count = 0; count < 500; count += 1) {
      rig.call({ text: 'word '.repeat(200) });
      rig.logger.stderr(of, `${'word '.repeat(200)}\n`);
      await rig.clock.advance(100);
    }
    const index = await rig.records('index.jsonl');
    const dropped = index.filter(({ kind }) => kind === 'dropped');
    expect(dropped).toMatchObject([
      { why: 'run_limit', text: expect.stringContaining('reached 0.1 MiB') },
      { why: 'run_limit', of: expect.any(String), dropped: expect.any(Number) },
      { why: 'run_limit', of: expect.any(String), dropped: expect.any(Number) },
    ]);
    expect(allText(rig.directory).length).toBeLessThan(0.1 * 1024 * 1024 + 2_000);
    const calls = index.filter(({ kind }) => kind === 'call').length;
    const missing = dropped.find(({ of: what }) => what === 'call')?.dropped ?? 0;
    expect(calls + missing).toBe(500);
  });
});

describe('a run that is taken up again', () => {
  test('counts on behind the last line, a torn one included', async () => {
    const first = createMcpLogRig();
    first.call({});
    first.call({});
    await first.files();
    writeFileSync(path.join(first.directory, 'files.jsonl'), '{"v":1,"ts":"x","seq":7,"lev', { flag: 'a' });
    const second = createMcpLogRig({ directory: first.directory });
    second.call({});
    await second.files();
    const lines = readFileSync(path.join(first.directory, 'files.jsonl'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[3] ?? '')).toMatchObject({ seq: 8, kind: 'call' });
  });
});

test('calls are on the disk a fifth of a second after they ended, without anybody asking', async () => {
  const rig = createMcpLogRig();
  rig.call({});
  await rig.clock.advance(200);
  const written = (): boolean => existsSync(path.join(rig.directory, 'index.jsonl'));
  await rig.clock.until(() => written() && allText(rig.directory).split('"kind":"call"').length === 3);
  expect(await rig.files()).toEqual(['files.jsonl', 'index.jsonl']);
});

test('a server that is started again and again leaves nothing behind in memory, and no line is lost', async () => {
  const rig = createMcpLogRig();
  for (let count = 0; count < 1_000; count += 1) {
    rig.logger.stderr({ server: 'files', connection: `files#${count}` }, `last words ${count}`);
    await rig.clock.advance(10);
  }
  const lines = (await rig.text('files.stderr.log')).trimEnd().split('\n');
  expect(lines.map((line) => line.split('| ')[1])).toEqual(
    Array.from({ length: 1_000 }, (_, count) => `last words ${count}`),
  );
});

test('everything told before flushSync is on the disk behind it', async () => {
  const rig = createMcpLogRig();
  rig.call({});
  rig.logger.stderr(of, 'no line feed');
  rig.logger.flushSync();
  expect(allText(rig.directory)).toContain('"kind":"call"');
  expect(allText(rig.directory)).toContain('no line feed');
  await rig.files();
});

test('a disk that fails is told by close, and by nothing before it', async () => {
  const directory = newDirectory();
  mkdirSync(path.join(directory, 'files.jsonl'), { recursive: true });
  const rig = createMcpLogRig({ directory });
  rig.call({});
  await rig.clock.advance(200);
  rig.call({});
  rig.call({ server: 'web' });
  await expect(rig.logger.close()).rejects.toThrow('files.jsonl');
  expect(allTextOf(directory, 'web.jsonl')).toContain('"kind":"call"');
});

test('a logger that is closed takes nothing more and closes again', async () => {
  const rig = createMcpLogRig();
  rig.call({});
  await rig.logger.close();
  rig.call({});
  rig.logger.stderr(of, 'x\n');
  expect(rig.logger.wants('files', 'emergency')).toBe(false);
  rig.logger.flushSync();
  await rig.logger.close();
  expect(await rig.records('files.jsonl')).toHaveLength(1);
});

function allTextOf(directory: string, file: string): string {
  return readFileSync(path.join(directory, file), 'utf8');
}
