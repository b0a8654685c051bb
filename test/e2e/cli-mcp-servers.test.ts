/** `massgen mcp list`, `tools`, `call`, `test` and `test-server`, and what runs say of their servers; no key anywhere. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makePlace, openTerminal, run } from '../fixtures/command-line.ts';
import { nothingRunsIn, runNames } from '../fixtures/runs-on-disk.ts';

const eventful = fileURLToPath(new URL('../fixtures/servers/eventful-server.mjs', import.meta.url));

/** A team with the test server, the filesystem server and one that does not exist; `more` goes into the backend. */
async function writeConfig(
  cwd: string,
  servers: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const steps = [
    { tool: 'mcp__test__add_numbers', args: { a: 2, b: 3 }, save: 'sum' },
    { new_answer: { content: 'It is {{sum}}.' } },
  ];
  const backend = {
    type: 'script',
    cwd: 'ws/a',
    turns: [{ steps }],
    mcp_servers: { test: { command: 'massgen', args: ['mcp', 'test-server'] }, ...servers },
    ...more,
  };
  const path = join(cwd, 'team.json');
  await writeFile(path, JSON.stringify({ agents: [{ id: 'alpha', backend }] }));
  return path;
}

const gone = { gone: { command: 'no-such-server' } };

describe('massgen mcp list', () => {
  test('starts the servers of a config and says how each is, and what to do about one that is not well', async () => {
    const { path, cwd } = await makePlace();
    const config = await writeConfig(cwd, gone);
    const { code, stdout } = await run(['mcp', 'list', '--config', config], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SERVER +STATE +TOOLS +START +AGENTS +IS$/mu);
    expect(stdout).toMatch(/^test +ready +3 +\d+ ms +alpha +massgen-test-server \S+, protocol 2025-11-25$/mu);
    expect(stdout).toMatch(/^filesystem +ready +14 +\d+ ms +alpha +secure-filesystem-server/mu);
    expect(stdout).toMatch(/^gone +failed +- +- +alpha +no-such-server$/mu);
    expect(stdout).toContain('its command was not found: gone (no-such-server)');
    expect(stdout).toContain('(MG1401)\n  Check the spelling of `command`');
    await nothingRunsIn(path);
    // Looking makes neither a workspace nor a run.
    expect(await readdir(cwd)).not.toContain('ws');
    expect(await runNames(cwd)).toEqual([]);
  });

  test('as JSON has every fact', async () => {
    const { cwd } = await makePlace();
    const config = await writeConfig(cwd, gone);
    const { stdout } = await run(['mcp', 'list', '--config', config, '--output', 'json'], { cwd });
    const servers = JSON.parse(stdout) as { name: string }[];
    expect(servers.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { name: 'filesystem', state: 'ready', agents: ['alpha'], startMs: expect.any(Number) },
      { name: 'gone', state: 'failed', error: { code: 'MG1401' }, tools: [] },
      { name: 'test', state: 'ready', tools: ['mcp_echo', 'add_numbers', 'get_current_time'] },
    ]);
  });

  test('fits a narrow terminal', async () => {
    const { cwd } = await makePlace();
    const terminal = openTerminal(['mcp', 'list', '--config', await writeConfig(cwd)], {
      cwd,
      columns: 60,
      env: { NO_COLOR: '1' },
    });
    expect(await terminal.ended).toBe(0);
    const lines = terminal.screen.split('\r\n').filter((line) => /^(?:SERVER|test|filesystem)/u.test(line));
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
  });
});

test('massgen mcp tools says what each tool is thought to do and why, and which are not offered', async () => {
  const { cwd } = await makePlace();
  const test = {
    command: 'massgen',
    args: ['mcp', 'test-server'],
    exclude_tools: ['get_current_time'],
    effects: { 'add_*': ['Read'] },
  };
  const config = await writeConfig(cwd, { test });
  const { code, stdout } = await run(['mcp', 'tools', '--config', config], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mcp__test__add_numbers +Read +alpha +config: add_\*$/mu);
  expect(stdout).toMatch(
    /^mcp__filesystem__move_file +Write\+Delete +alpha +profile of @modelcontextprotocol/mu,
  );
  expect(stdout).toContain('test: get_current_time not offered: `exclude_tools` names it');
  const only = await run(['mcp', 'tools', '--config', config, '--server', 'test', '--output', 'json'], {
    cwd,
  });
  expect(JSON.parse(only.stdout)).toMatchObject({
    tools: [
      { name: 'mcp__test__mcp_echo', server: 'test', agents: ['alpha'] },
      { name: 'mcp__test__add_numbers', effects: ['Read'], source: 'config' },
    ],
    leftOut: [{ server: 'test' }],
  });
});

describe('massgen mcp call', () => {
  test.each(['add_numbers', 'mcp__test__add_numbers'])(
    'calls %s and prints what comes back',
    async (tool) => {
      const { cwd } = await makePlace();
      const config = await writeConfig(cwd);
      expect(
        await run(['mcp', 'call', 'test', tool, '--config', config, '--json', '{"a":2,"b":3}'], { cwd }),
      ).toMatchObject({ code: 0, stdout: '2 + 3 = 5\n' });
    },
  );

  test.each([
    [['nope', 'echo'], 2, 'there is no MCP server nope', 'Servers of the config: '],
    [['test', 'nope'], 2, 'nope of test', 'Tools on offer: mcp_echo, add_numbers, get_current_time'],
    [['test', 'mcp_echo', '--json', '[]'], 2, '--json: it is no object', 'one JSON object'],
    [['test', 'mcp_echo', '--json', '{"text":1}'], 2, 'must have required property', '"message"'],
    [['gone', 'echo'], 4, 'its command was not found', 'Check the spelling'],
  ])('%j ends with status %i and says what to do', async (args, code, message, hint) => {
    const { cwd } = await makePlace();
    const config = await writeConfig(cwd, gone);
    const ended = await run(['mcp', 'call', ...args, '--config', config], { cwd });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).toContain(hint);
  });

  test('an error of the tool is printed and is status 4', async () => {
    const { cwd } = await makePlace();
    const config = await writeConfig(cwd);
    const args = ['mcp', 'call', 'filesystem', 'read_text_file', '--config', config];
    const ended = await run([...args, '--json', '{"path":"/etc/hostname"}'], { cwd });
    expect(ended).toMatchObject({ code: 4, stderr: 'outcome: tool_error\n' });
    expect(ended.stdout).toContain('outside allowed directories');
  });
});

test('massgen mcp test is status 0 when all servers are well, else 4', async () => {
  const { cwd } = await makePlace();
  const well = await run(['mcp', 'test', await writeConfig(cwd)], { cwd });
  expect(well.code).toBe(0);
  expect(well.stdout).toMatch(/team\.json: ok, 2 servers, 0 failed, 17 tools on offer\n$/u);
  const ill = await run(['mcp', 'test', await writeConfig(cwd, gone), '--output', 'json'], { cwd });
  expect(ill.code).toBe(4);
  expect(JSON.parse(ill.stdout)).toMatchObject({ ok: false });
});

describe('a run', () => {
  test('uses the test server where an old config starts the one of v0.0.15, and says so', async () => {
    const { cwd } = await makePlace();
    const args = ['-u', '-m', 'massgen.tests.mcp_test_server'];
    const config = await writeConfig(cwd, { test: { type: 'stdio', command: 'python3', args } });
    const { code, stdout } = await run(['--config', config, 'Add.'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('It is 2 + 3 = 5.');
    expect(stdout).toMatch(/warning MG1428: .*massgen\.tests\.mcp_test_server.*is started instead/u);
  });

  test('of which servers are known starts one with its first call only', async () => {
    const { cwd } = await makePlace();
    const config = await writeConfig(cwd);
    expect((await run(['--config', config, 'Add.'], { cwd })).stdout).toContain(
      'MCP server test is ready: 3 tools',
    );
    const { stdout } = await run(['--config', config, 'Add.'], { cwd });
    expect(stdout).toContain('MCP server test starts when it is needed: 3 tools, known from before');
    expect(stdout).toContain('MCP server filesystem starts when it is needed');
    expect(stdout).not.toContain('MCP server filesystem is ready');
    expect(stdout).toContain('It is 2 + 3 = 5.');
  });

  test('with --mcp-debug shows what became of each tool, and takes no question for a name', async () => {
    const { cwd } = await makePlace();
    const config = await writeConfig(cwd);
    const { code, stderr } = await run(['--config', config, '--mcp-debug=test', 'Add.'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toContain('mcp test discovery: found add_numbers');
    expect(stderr).toMatch(/^mcp test alpha discovery: mcp_echo registered: .*, by guess/mu);
    expect(stderr).not.toContain('filesystem');
    const all = await run(['--config', config, '--mcp-debug', 'Add.'], { cwd });
    expect(all.code).toBe(0);
    expect(all.stderr).toContain('mcp filesystem alpha discovery: read_file registered: Read, by profile');
    // Of the filesystem server there is none: it was not called, and so not started.
    const logs = await runNames(cwd);
    const names = await Promise.all(logs.map((name) => readdir(join(cwd, 'massgen_logs', name, 'mcp'))));
    expect(
      names
        .flat()
        .filter((name) => name.endsWith('wire.jsonl'))
        .toSorted(),
    ).toEqual(['test.wire.jsonl', 'test.wire.jsonl']);
  });
});

describe('a question of a server', () => {
  const asks = { asks: { command: process.execPath, args: [eventful, 'asks'] } };
  const call = ['mcp', 'call', 'asks', 'echo'];

  test('is asked at the terminal, and the answer goes back', async () => {
    const { cwd } = await makePlace();
    const terminal = openTerminal([...call, '--config', await writeConfig(cwd, asks)], { cwd });
    await terminal.seen('MCP server asks asks: Who are you?');
    await terminal.seen('name (string, required):');
    terminal.type('Ada\r');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).toContain('{"action":"accept","content":{"name":"Ada"}}');
  });

  test('is declined by an empty line', async () => {
    const { cwd } = await makePlace();
    const terminal = openTerminal([...call, '--config', await writeConfig(cwd, asks)], { cwd });
    await terminal.seen('name (string, required):');
    terminal.type('\r');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).toContain('{"action":"decline"}');
  });

  test('is declined without a terminal, and a run says that it was', async () => {
    const { cwd } = await makePlace();
    const turns = [
      { steps: [{ tool: 'mcp__asks__echo', save: 'told' }, { new_answer: { content: '{{told}}' } }] },
    ];
    const { stdout } = await run(['--config', await writeConfig(cwd, asks, { turns }), 'Ask.'], { cwd });
    expect(stdout).toContain('{"action":"decline"}');
    expect(stdout).toMatch(/warning MG1426: .*Who are you\?/u);
  });

  test('in a conversation gets the line that is typed for it, not one typed ahead', async () => {
    const { cwd } = await makePlace();
    const turns = [
      {
        steps: [
          // Long enough for the line below to be typed before the server asks, on a machine with much to do.
          { sleep_ms: 2500 },
          { tool: 'mcp__asks__echo', save: 'told' },
          { new_answer: { content: '{{told}}' } },
        ],
      },
    ];
    const config = await writeConfig(cwd, asks, { turns });
    const terminal = openTerminal(['--config', config], { cwd });
    await terminal.seen('> ');
    terminal.type('first question\r');
    await terminal.seen('starts on the task');
    terminal.type('/quit\r');
    await terminal.seen('name (string, required):');
    terminal.type('Grace\r');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).toContain('"name":"Grace"');
  });
});

test('massgen mcp test-server serves until its input ends', async () => {
  const { cwd } = await makePlace();
  const ask = (id: number, method: string, params: unknown) =>
    `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
  const input =
    ask(1, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    }) + ask(2, 'tools/call', { name: 'mcp_echo', arguments: { message: 'hello' } });
  const { code, stdout } = await run(['mcp', 'test-server'], { cwd, input });
  expect(code).toBe(0);
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(answers).toMatchObject([{ id: 1 }, { id: 2, result: { content: [{ text: 'Echo: hello' }] } }]);
});

test('a found config that starts servers is refused by these commands too', async () => {
  const { cwd } = await makePlace();
  const config = await readFile(await writeConfig(cwd), 'utf8');
  await writeFile(join(cwd, 'massgen.yaml'), config);
  const { code, stderr } = await run(['mcp', 'list'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('MG1004');
});
