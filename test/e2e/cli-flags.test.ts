/** The flags of the main command, the way to a team, and what programs and scripts are told. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { answering, startModel } from '../fixtures/chat-model.ts';
import { makePlace, run, type Ended } from '../fixtures/command-line.ts';
import { onlyRun, processesIn, runNames } from '../fixtures/runs-on-disk.ts';
import { answer, hang, vote, writeTeam } from '../fixtures/script-team.ts';

const resultOf = ({ stdout }: Ended): Readonly<Record<string, unknown>> =>
  JSON.parse(stdout) as Record<string, unknown>;
const errorOf = ({ stderr }: Ended): Readonly<Record<string, unknown>> =>
  (JSON.parse(stderr) as { readonly error: Readonly<Record<string, unknown>> }).error;

describe('one agent from flags alone', () => {
  test.each(['chatcompletion', 'lmstudio'])('--backend %s asks the server at --base-url', async (backend) => {
    const server = await startModel(() => answering('It is 4.'));
    const { cwd } = await makePlace();
    const flags = [
      '--backend',
      backend,
      '--base-url',
      server.baseUrl,
      '--model',
      'tiny',
      '--system-message',
      'You count.',
    ];
    const ended = await run([...flags, '--output', 'json', 'What is 2+2?'], { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(resultOf(ended)).toMatchObject({ outcome: 'answered', winner: 'agent1.1', answer: 'It is 4.' });
    const [request] = server.requests;
    expect(request?.body).toMatchObject({ model: 'tiny', stream: true });
    const said = JSON.stringify(request?.body.messages);
    expect(said).toContain('You count.');
    expect(said).toContain('What is 2+2?');
    // It has a workspace, though no file says where.
    expect(JSON.stringify(request?.body.tools)).toContain('mcp__filesystem__write_file');
  });

  test('--base-url alone means a chat server; the text tells model, answer and how it was won', async () => {
    const server = await startModel(() => answering('Yes.'));
    const { cwd } = await makePlace();
    const { code, stdout, stderr } = await run(
      ['--base-url', server.baseUrl, '--model', 'tiny', '--', '--Is it?'],
      { cwd },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      'Task  --Is it?\nTeam  agent1  chatcompletion tiny, known to the others as agent1\n',
    );
    expect(stdout).toContain('Final answer, as submitted by agent1');
    expect(stdout).toContain('Won   agent1.1 (the only answer)\n');
  });

  test('a refused key ends with the status for credentials, and the key is shown nowhere', async () => {
    const server = await startModel(() => answering('never'), 'the-right-key-123456');
    const { cwd } = await makePlace();
    const backend = {
      type: 'chatcompletion',
      model: 'tiny',
      base_url: server.baseUrl,
      api_key: '${OWN_KEY}',
    };
    await writeFile(join(cwd, 'team.json'), JSON.stringify({ agents: [{ id: 'solo', backend }] }));
    const ended = await run(['--config', 'team.json', '--output', 'json', 'q'], {
      cwd,
      env: { OWN_KEY: 'a-wrong-key-654321' },
    });
    expect(ended.code).toBe(3);
    expect(errorOf(ended)).toMatchObject({
      code: 'MG1707',
      data: { failures: [{ agent: 'solo', code: 'MG1601' }] },
    });
    expect(server.requests[0]?.headers.authorization).toBe('Bearer a-wrong-key-654321');
    const written = await readdir(cwd, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      written
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    );
    expect([ended.stdout, ended.stderr, ...texts].join()).not.toContain('a-wrong-key');
  });

  test('.env gives a variable that is not set, and none that is', async () => {
    const server = await startModel(() => answering('fine'));
    const { cwd } = await makePlace();
    const agent = (id: string, key: string): unknown => ({
      id,
      backend: { type: 'chatcompletion', model: 'tiny', base_url: server.baseUrl, api_key: key },
    });
    await writeFile(join(cwd, 'team.json'), JSON.stringify({ agents: [agent('one', '${KEY_ONE}')] }));
    await writeFile(join(cwd, '.env'), '# keys\nexport KEY_ONE="key-from-the-file"\n');
    expect((await run(['--config', 'team.json', 'q'], { cwd })).code).toBe(0);
    expect(
      (await run(['--config', 'team.json', 'q'], { cwd, env: { KEY_ONE: 'key-from-outside' } })).code,
    ).toBe(0);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer key-from-the-file',
      'Bearer key-from-outside',
    ]);
  });
});

describe('flags for the run', () => {
  const logs = ['agent_outputs', 'massgen.log', 'massgen_debug.log'] as const;
  const present = async (cwd: string): Promise<readonly string[]> => {
    const directory = await onlyRun(cwd);
    return logs.filter((name) => existsSync(join(directory, name)));
  };

  test.concurrent.for([
    ['without flags', [], {}, ['agent_outputs', 'massgen.log']],
    ['--no-display', ['--no-display'], {}, ['agent_outputs', 'massgen.log']],
    ['--no-logs', ['--no-logs'], {}, []],
    ['--debug', ['--debug'], {}, ['agent_outputs', 'massgen_debug.log']],
    [
      '--debug, which is stronger than --no-logs',
      ['--no-logs', '--debug'],
      {},
      ['agent_outputs', 'massgen_debug.log'],
    ],
    ['ui.logging_enabled: false', [], { logging_enabled: false }, []],
    ['ui.debug: true', [], { debug: true }, ['agent_outputs', 'massgen_debug.log']],
  ] as const)('%s: the logs that are written', async ([_, flags, ui, expected], { onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const team = await writeTeam(cwd, [{ answers: [answer('done')] }], { ui });
    const { code, stdout, stderr } = await run(['--config', team, ...flags, 'q'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Final answer, as submitted by a\n');
    expect(await present(cwd)).toEqual(expected);
    expect(existsSync(join(await onlyRun(cwd), 'journal.jsonl'))).toBe(true);
  });

  test('the debug log has every event in full, the other one line each without long texts', async () => {
    const { cwd } = await makePlace();
    const long = 'word '.repeat(100);
    const team = await writeTeam(cwd, [{ answers: [answer(long)] }]);
    await run(['--config', team, 'q'], { cwd });
    expect(await readFile(join(await onlyRun(cwd), 'massgen.log'), 'utf8')).not.toContain(long);
    const other = await makePlace();
    await writeTeam(other.cwd, [{ answers: [answer(long)] }]);
    await run(['--config', team, '--debug', 'q'], { cwd: other.cwd });
    const log = await readFile(join(await onlyRun(other.cwd), 'massgen_debug.log'), 'utf8');
    expect(log).toContain(long);
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\S+ \| INFO +\| answer\.submitted \{/mu);
  });

  test('--orchestrator-timeout ends with the best answer there is by then', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [answer('early')] }, { answers: [hang] }], {
      timeout_settings: { orchestrator_timeout_seconds: 600 },
    });
    const { code, stdout } = await run(['--config', team, '--orchestrator-timeout', '0.4', 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Limit the time for the coordination was up: this is the best there was by then\n',
    );
    expect(stdout).toContain('Won   a.1 (the only answer)');
  });

  test('a time limit without any answer has its own status, and the result says so', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [hang] }, { answers: [hang] }]);
    const ended = await run(['--config', team, '--orchestrator-timeout', '0.3', '--output', 'json', 'q'], {
      cwd,
    });
    expect(ended.code).toBe(7);
    expect(resultOf(ended)).toMatchObject({
      outcome: 'no_answer',
      limited: 'orchestrator_timeout',
      error: { code: 'MG1708' },
    });
    expect(errorOf(ended)).toMatchObject({
      code: 'MG1708',
      hint: expect.stringContaining((await runNames(cwd))[0] ?? 'no run'),
    });
  });

  test('flags of one agent are told to have no effect beside a config', async () => {
    const { cwd } = await makePlace();
    const team = await writeTeam(cwd, [{ answers: [answer('done')] }]);
    const { code, stderr } = await run(['--config', team, '--model', 'x', '--system-message', 'y', 'q'], {
      cwd,
    });
    expect(code).toBe(0);
    expect(stderr).toBe(
      'warning: without effect, because the team comes from a config: --model, --system-message\n',
    );
  });
});

describe('a command line that cannot be', () => {
  test.concurrent.for([
    [['--bogus', 'q'], "unknown option '--bogus'"],
    [['--confg', 'x', 'q'], 'Did you mean --config?'],
    [['--config'], 'argument missing'],
    [['--config', 'a.yaml', '--backend', 'lmstudio', 'q'], '--config and --backend exclude each other'],
    [['--backend', 'nonsense', 'q'], 'It must be one of chatcompletion, claude, gemini'],
    [['--model', 'no-such-model', 'q'], '--model: the model "no-such-model" does not tell'],
    [['--base-url', 'nowhere', '--model', 'x', 'q'], '--base-url: must be an http or https address'],
    [['--orchestrator-timeout', '0', 'q'], 'It must be a number above 0'],
    [['--orchestrator-timeout', '-5', 'q'], 'It must be a number above 0'],
    [['--orchestrator-timeout', 'soon', 'q'], 'It must be a number above 0'],
    [['--orchestrator-timeout', '99999999999', 'q'], 'at most 2000000'],
    [['--seed', '1.5', 'q'], 'It must be a whole number'],
    [['--seed=-1', 'q'], 'It must be a whole number'],
    [['--output', 'xml', 'q'], 'Allowed choices are text, json, stream-json'],
    [['what', 'is', 'this'], 'too many arguments'],
    [['--seed', '3', 'demo'], '--seed stands before "demo"'],
    [['runs', 'restart'], "unknown command 'restart'"],
    [['demo', 'here', 'there'], 'too many arguments'],
  ] as const)('%j is refused with status 2', async ([args, message], { onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const { code, stdout, stderr } = await run(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error MG1001: The command line cannot be understood: ');
    expect(stderr).toContain(message);
    expect(await readdir(cwd)).toEqual([]);
  });

  test('a group of commands without one shows what it has', async () => {
    const { cwd } = await makePlace();
    for (const group of ['config', 'runs', 'workspace']) {
      const { code, stdout, stderr } = await run([group], { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^Usage: massgen ${group} `, 'u'));
      expect(stderr).not.toContain('error');
    }
  });

  test('control characters in it do not reach the terminal', async () => {
    const { cwd } = await makePlace();
    const { stderr } = await run(['demo', '\u001B]0;title\u0007\u001B[31mred'], { cwd });
    expect(stderr).toContain('red');
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/u);
  });
});

describe('help', () => {
  test.concurrent.for([
    [[]],
    [['demo']],
    [['config']],
    [['config', 'check']],
    [['runs']],
    [['runs', 'resume']],
    [['workspace', 'adopt']],
  ] as const)('of %j fits on a screen', async ([command], { onTestFinished }) => {
    const { cwd } = await makePlace(onTestFinished);
    const { code, stdout, stderr } = await run([...command, '--help'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Usage: massgen /u);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('--version prints the version and nothing else', async () => {
    const { cwd } = await makePlace();
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(await run(['--version'], { cwd })).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(await run(['--debug', '--version'], { cwd })).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });
});

describe('backends and keys', () => {
  test('a backend that cannot run yet is refused before anything is made', async () => {
    const { cwd } = await makePlace();
    const backends = ['claude_code'];
    const ends = await Promise.all(
      backends.map((backend) => run(['--backend', backend, '--model', 'm', 'q'], { cwd })),
    );
    expect(ends.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      backends.map(() => ({ code: 2, stdout: '' })),
    );
    for (const [index, { stderr }] of ends.entries()) {
      expect(stderr).toMatch(/^error MG1711: This version cannot run that backend: `/u);
      expect(stderr).toContain(`\`${backends[index]}\` of agent agent1`);
      expect(stderr).toContain(
        'Backends that run: openai, claude, gemini, grok, azure_openai, chatcompletion, zai, lmstudio, ollama, vllm, script.',
      );
    }
    expect(await runNames(cwd)).toEqual([]);
  });

  test('no key for the only agent: the status for credentials, and no run is left', async () => {
    const { cwd } = await makePlace();
    const ended = await run(['--backend', 'chatcompletion', '--model', 'm', '--output', 'json', 'q'], {
      cwd,
    });
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(errorOf(ended)).toMatchObject({ code: 'MG1630', hint: expect.stringContaining('OPENAI_API_KEY') });
    expect(await runNames(cwd)).toEqual([]);
  });

  test('one agent without a key among others: the run goes on without it and says why', async () => {
    const { cwd } = await makePlace();
    const keyless = { id: 'keyless', backend: { type: 'chatcompletion', model: 'm' } };
    const turns = [{ steps: [answer('from the other')] }, { steps: [vote('self')] }];
    const other = { id: 'other', backend: { type: 'script', turns } };
    await writeFile(join(cwd, 'team.json'), JSON.stringify({ agents: [keyless, other] }));
    const { code, stdout } = await run(['--config', 'team.json', 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/keyless +retired .*OPENAI_API_KEY/u);
    expect(stdout).toContain('from the other');
  });
});

describe('where the team comes from', () => {
  const nothing = { code: 3, stdout: '' };

  test('nothing to be found: the status for credentials, and what can be done', async () => {
    const { cwd } = await makePlace();
    const { stderr, ...ended } = await run(['q'], { cwd });
    expect(ended).toMatchObject(nothing);
    expect(stderr).toMatch(
      /^error MG1002: There is no team to ask\n {2}Name a config with --config FILE.*massgen demo\n$/u,
    );
    const forPrograms = await run(['--output=stream-json', 'q'], { cwd });
    expect(forPrograms).toMatchObject(nothing);
    expect(errorOf(forPrograms)).toMatchObject({ code: 'MG1002' });
    expect(await readdir(cwd)).toEqual([]);
  });

  test('./massgen.yaml comes before the config folder, and that before nothing', async () => {
    const { path, cwd } = await makePlace();
    const write = async (folder: string, says: string): Promise<void> => {
      await mkdir(folder, { recursive: true });
      const team = { agents: [{ id: 'a', backend: { type: 'script', turns: [{ steps: [answer(says)] }] } }] };
      await writeFile(join(folder, 'massgen.yaml'), JSON.stringify(team));
    };
    const says = async (env: Readonly<Record<string, string>> = {}): Promise<unknown> =>
      resultOf(await run(['--output', 'json', 'q'], { cwd, env }))['answer'];
    await write(join(path, 'home/.config/massgen'), 'from the home folder');
    expect(await says()).toBe('from the home folder');
    await write(join(path, 'xdg/massgen'), 'from the config folder');
    expect(await says({ XDG_CONFIG_HOME: join(path, 'xdg') })).toBe('from the config folder');
    await write(cwd, 'from here');
    expect(await says({ XDG_CONFIG_HOME: join(path, 'xdg') })).toBe('from here');
  });

  test('a config that was only found may not start programs; named, it may', async () => {
    const { path, cwd } = await makePlace();
    const mcp_servers = { touch: { type: 'stdio', command: 'touch', args: [join(path, 'started')] } };
    const team = await writeTeam(cwd, [{ answers: [answer('done')], backend: { mcp_servers } }]);
    await writeFile(join(cwd, 'massgen.yaml'), await readFile(join(cwd, team), 'utf8'));
    const { code, stdout, stderr } = await run(['q'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error MG1004: A config that was found here starts programs of its own');
    expect(stderr).toContain(`touch ${join(path, 'started')}`);
    expect(existsSync(join(path, 'started'))).toBe(false);
    expect(await runNames(cwd)).toEqual([]);
    expect((await run(['--config', 'massgen.yaml', 'q'], { cwd })).code).toBe(0);
    expect(existsSync(join(path, 'started'))).toBe(true);
    expect(processesIn(path)).toEqual([]);
  });

  test.each<[string, (server: object) => Readonly<Record<string, unknown>>]>([
    ['of the team', (server) => ({ filesystem: { server } })],
    ['of one agent', (server) => ({ agents: [{ id: 'a', backend: { filesystem: { server } } }] })],
  ])('a filesystem server %s is such a program', async (_, more) => {
    const { path, cwd } = await makePlace();
    const config = more({ command: ['touch'], args: [join(path, 'started')] });
    const backend = { type: 'script', cwd: 'ws', turns: [{ steps: [answer('done')] }] };
    const [own] = (config['agents'] as readonly { readonly backend: object }[] | undefined) ?? [];
    const agents = [{ id: 'a', backend: { ...backend, ...own?.backend } }];
    await writeFile(join(cwd, 'massgen.yaml'), JSON.stringify({ ...config, agents }));
    const { code, stderr } = await run(['q'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error MG1004');
    expect(stderr).toContain(`touch ${join(path, 'started')}`);
    expect(existsSync(join(path, 'started'))).toBe(false);
  });
});
