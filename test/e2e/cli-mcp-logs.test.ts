import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acquireLock } from '../../src/journal/file-lock.ts';
import { mcpLogRecordSchema } from '../../src/logging/mcp-log-record.ts';
import { makePlace, openTerminal, run, start } from '../fixtures/command-line.ts';
import { mcpRun, writeMcpRun } from '../fixtures/mcp-run.ts';

const utc = { TZ: 'UTC' };

describe('massgen mcp logs', () => {
  test('shows the newest run when none is named; by id, by path and as last it is the same', async () => {
    const { cwd } = await makePlace();
    await writeMcpRun(cwd);
    await mkdir(join(cwd, 'massgen_logs/log_20250101_000000_0000'));
    const shown = await Promise.all(
      [[], ['last'], [mcpRun], [`massgen_logs/${mcpRun}`]].map((name) =>
        run(['mcp', 'logs', ...name], { cwd }),
      ),
    );
    for (const { code, stdout, stderr } of shown) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toBe(shown[0]?.stdout);
    }
    expect(shown[0]?.stdout.split('\n').length).toBeGreaterThan(15);
  });

  test('as JSON is one line for each, as in the files', async () => {
    const { cwd } = await makePlace();
    const directory = await writeMcpRun(cwd);
    const { stdout } = await run(['mcp', 'logs', '--server', 'search', '--output', 'json'], { cwd });
    const file = await readFile(join(directory, 'mcp/search.jsonl'), 'utf8');
    const parse = (text: string): unknown[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => mcpLogRecordSchema.parse(JSON.parse(line)));
    expect(parse(stdout)).toEqual(parse(file));
  });

  test('fits a narrow terminal, and says in words what colours say', async () => {
    const { cwd } = await makePlace();
    await writeMcpRun(cwd);
    for (const [columns, env] of [
      [120, utc],
      [80, { ...utc, NO_COLOR: '1' }],
      [40, utc],
    ] as const) {
      const terminal = openTerminal(['mcp', 'logs'], { cwd, columns, env });
      expect(await terminal.ended).toBe(0);
      const colours = terminal.screen.match(/\u001B\[\d+m/gu) ?? [];
      expect(colours.length > 0).toBe(!('NO_COLOR' in env));
      const lines = terminal.screen.replaceAll(/\u001B\[[\d;?]*[a-zA-Z]/gu, '').split('\r\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      for (const word of ['tool_error', 'unknown', '12:00:04.882']) expect(lines.join('\n')).toContain(word);
    }
  });

  test('what does not exist is told', async () => {
    const { cwd } = await makePlace();
    expect(await run(['mcp', 'logs'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('MG12'),
    });
    await writeMcpRun(cwd);
    expect(await run(['mcp', 'logs', 'log_1'], { cwd })).toMatchObject({ code: 2 });
    expect(await run(['mcp', 'logs', '--server', 'none'], { cwd })).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: `No lines of MCP servers in ${mcpRun} fit.\n`,
    });
  });

  test.each([
    ['--outcome', 'good'],
    ['--kind', 'calls'],
    ['--level', 'loud'],
    ['--since', 'yesterday'],
    ['--slower-than', 'fast'],
    ['--server', 'a,,b'],
  ])('%s %s is refused', async (flag, value) => {
    const { cwd } = await makePlace();
    const { code, stderr } = await run(['mcp', 'logs', flag, value], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('MG1001');
    expect(stderr).toContain(value);
  });

  test('lines that cannot be read are counted, and hide no other', async () => {
    const { cwd } = await makePlace();
    const directory = await writeMcpRun(cwd);
    const before = await run(['mcp', 'logs'], { cwd });
    await appendFile(join(directory, 'mcp/search.jsonl'), 'damaged\n{"v":1,"torn');
    const { stdout, stderr } = await run(['mcp', 'logs'], { cwd });
    expect(stdout).toBe(before.stdout);
    expect(stderr).toBe('1 line could not be read.\n');
  });

  test('stops when nobody reads on', async () => {
    const { cwd } = await makePlace();
    const directory = await writeMcpRun(cwd);
    const line = (await readFile(join(directory, 'mcp/filesystem.jsonl'), 'utf8')).split('\n')[0] ?? '';
    const many = Array.from({ length: 20_000 }, (_, place) =>
      line.replace('"seq":1,', `"seq":${1_000 + place},`),
    );
    await appendFile(join(directory, 'mcp/filesystem.jsonl'), `${many.join('\n')}\n`);
    const head = await run(['mcp', 'logs'], { cwd, through: ['sh', '-c', '"$0" "$@" | head -n 2'] });
    expect(head.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(head.stderr).toBe('');
  });

  test('follows a run until it has ended, and Ctrl-C ends that without a complaint', async () => {
    const { cwd } = await makePlace();
    const directory = await writeMcpRun(cwd);
    const lock = acquireLock(join(directory, 'run.lock'));
    const following = start(['mcp', 'logs', '--follow', '--kind', 'noise'], { cwd });
    await following.seen('Search server v2 ready');
    const stopped = start(['mcp', 'logs', '--follow', '--kind', 'noise'], { cwd });
    await stopped.seen('Search server v2 ready');
    stopped.kill('SIGINT');
    expect(await stopped.ended).toMatchObject({ code: 0, stderr: '' });
    const record = {
      v: 1,
      ts: '2026-01-31T12:02:00.000Z',
      seq: 900,
      level: 'notice',
      kind: 'noise',
      run: mcpRun,
    };
    await writeFile(
      join(directory, 'mcp/later.jsonl'),
      `${JSON.stringify({ ...record, server: 'later', text: 'written meanwhile' })}\n`,
    );
    await following.seen('written meanwhile');
    lock?.release();
    expect(await following.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('massgen mcp stats', () => {
  test('as JSON is one document', async () => {
    const { cwd } = await makePlace();
    await writeMcpRun(cwd);
    const { code, stdout } = await run(['mcp', 'stats', '--output', 'json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      run: mcpRun,
      since: '2026-01-31T12:00:00.000Z',
      whole: true,
      servers: [
        {
          server: 'filesystem',
          calls: 4,
          outcomes: { ok: 3, tool_error: 1 },
          latency_ms: { p50: 3, max: 5 },
        },
        {
          server: 'search',
          calls: 2,
          breaker_trips: 1,
          tools: [{ tool: 'web_search', outcomes: { unknown: 1 } }],
        },
      ],
    });
  });

  test('of a run without servers says so', async () => {
    const { cwd } = await makePlace();
    const directory = join(cwd, 'massgen_logs', mcpRun);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'journal.jsonl'), '');
    const { code, stdout } = await run(['mcp', 'stats'], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `No MCP server was used in ${mcpRun}.\n` });
  });
});
