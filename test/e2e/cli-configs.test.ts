/** Configs from the command line: every kind of broken file, and the commands that check, show and explain. */
import { spawnSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makePlace, run, start } from '../fixtures/command-line.ts';

const fixtures = fileURLToPath(new URL('../fixtures/configs/', import.meta.url));
const examples = (await readdir(fixtures)).filter((name) => name !== 'v0-keys.json').toSorted();

const script = { type: 'script', turns: [{ steps: [{ new_answer: { content: 'x' } }] }] };
const team = (...ids: readonly string[]): string =>
  JSON.stringify({ agents: ids.map((id) => ({ id, backend: script })) });

/** File name, content, and what the error says. */
const broken: readonly (readonly [name: string, content: string | Buffer, says: string])[] = [
  ['empty.yaml', '', 'MG1108'],
  ['only-comments.yaml', '# nothing\n', 'MG1108'],
  ['binary.yaml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]), 'MG1106'],
  ['latin-1.yaml', Buffer.from('agents:\n  - id: caf\u00e9\n', 'latin1'), 'MG1106: line 2 is not UTF-8'],
  ['huge.yaml', 'a'.repeat(2 ** 20 + 1), 'MG1105'],
  ['cyclic.yaml', 'agents: &a\n  - *a\n', 'MG1111'],
  [
    'bomb.yaml',
    `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'.replaceAll(
      /./gu,
      (name) =>
        `${name}: &${name} [${Array(9)
          .fill(`*${String.fromCodePoint((name.codePointAt(0) ?? 0) - 1)}`)
          .join(', ')}]\n`,
    )}agents: *h\n`,
    'MG1111',
  ],
  ['deep.json', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'MG1112'],
  ['syntax.yaml', 'agents:\n  - id: a\n   backend: {\n', 'MG1109'],
  ['syntax.json', '{ "agents": [ }', 'MG1109'],
  ['team.toml', 'agents = []', 'MG1107'],
  ['no-agents.yaml', 'agents: []\n', 'MG1119'],
  ['unknown-type.yaml', 'agents: [{ id: a, backend: { type: chatcompletions, model: m } }]\n', 'MG1120'],
  ['same-ids.json', team('one', 'ONE'), 'MG1123'],
  ['path-id.json', team('../x'), 'MG1122'],
  ['device-id.json', team('con'), 'MG1122'],
  ['long-id.json', team('x'.repeat(300)), 'MG1122'],
];

describe('a config that cannot be used', () => {
  test.concurrent.for(broken)(
    '%s ends a run before anything is made',
    async ([name, content, says], { onTestFinished }) => {
      const { cwd } = await makePlace(onTestFinished);
      await writeFile(join(cwd, name), content);
      const { code, stdout, stderr } = await run(['--config', name, 'q'], { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`error ${says}`);
      expect(stderr).toContain('error MG1003: The config cannot be used');
      expect(stderr.length).toBeLessThan(10_000);
      expect(await readdir(cwd)).toEqual([name]);
    },
  );

  test('so does one that is missing, a folder or a pipe', async () => {
    const { cwd } = await makePlace();
    await mkdir(join(cwd, 'folder.yaml'));
    expect(spawnSync('mkfifo', [join(cwd, 'pipe.yaml')]).status).toBe(0);
    for (const [name, says] of [
      ['missing.yaml', 'error MG1102: there is no file'],
      ['folder.yaml', 'error MG1104: this is a folder'],
      ['pipe.yaml', 'error MG1104: this is a pipe or device'],
    ] as const) {
      const { code, stdout, stderr } = await run(['--config', name, 'q'], { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(says);
    }
  });

  test('programs get one line of JSON with every problem and its place', async () => {
    const { cwd } = await makePlace();
    const text =
      'agents:\n  - id: ../x\n    backend: { type: script, turns: [] }\ntimeout_settings: { orchestrator_timeout_seconds: -3 }\n';
    await writeFile(join(cwd, 'bad.yaml'), text);
    const { code, stdout, stderr } = await run(['--config', 'bad.yaml', '--output', 'json', 'q'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd()).not.toContain('\n');
    const file = join(cwd, 'bad.yaml');
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'MG1003',
        data: {
          problems: [
            { severity: 'error', code: 'MG1122', file, line: 2, column: 9, keyPath: 'agents[0].id' },
            { severity: 'error', code: 'MG1117', file, line: 3, keyPath: 'agents[0].backend.turns' },
            {
              severity: 'error',
              code: 'MG1117',
              file,
              line: 4,
              keyPath: 'timeout_settings.orchestrator_timeout_seconds',
            },
          ],
        },
      },
    });
  });
});

describe('config check', () => {
  test('says of each file what is wrong with it, all at once and with the place', async () => {
    const { cwd } = await makePlace();
    await writeFile(join(cwd, 'good.json'), team('a', 'b'));
    await writeFile(
      join(cwd, 'bad.yaml'),
      'agents:\n  - id: a\n    backend: { type: chatcompletion, model: m, temprature: 1 }\n  - id: a\n    backend: { type: lmstudio, model: 3 }\nui: { display_type: fancy }\n',
    );
    const { code, stdout, stderr } = await run(['config', 'check', 'good.json', 'bad.yaml', 'missing.yaml'], {
      cwd,
    });
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^good\.json: ok, 0 errors, 0 warnings\nbad\.yaml: not usable, \d errors, \d warnings?\nmissing\.yaml: not usable, 1 error, 0 warnings\n$/u,
    );
    expect(stderr).toMatch(/^bad\.yaml:3:\d+: warning MG1129? .*temprature/mu);
    expect(stderr).toContain('temperature');
    expect(stderr).toMatch(/^bad\.yaml:4:9: error MG1123 agents\[1\]\.id: /mu);
    expect(stderr).toMatch(/^bad\.yaml:5:\d+: error MG1116 agents\[1\]\.backend\.model: /mu);
    expect(stderr).toMatch(/^bad\.yaml:6:\d+: error MG1117 ui\.display_type: /mu);
    expect(stderr).toMatch(/^missing\.yaml: error MG1102/mu);
  });

  test('--strict makes unknown keys errors, --env what is missing in the environment', async () => {
    const { cwd } = await makePlace();
    const backend = {
      type: 'lmstudio',
      model: 'm',
      mcp_servers: { s: { type: 'stdio', command: 'x', env: { T: '${NOT_THERE}' } } },
    };
    await writeFile(join(cwd, 'a.json'), JSON.stringify({ agents: [{ id: 'a', backend, nickname: 'x' }] }));
    const check = async (
      flags: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<unknown> => {
      const { code, stdout } = await run(['config', 'check', ...flags, 'a.json'], { cwd, env });
      return { code, said: stdout.trim().replace('a.json: ', '') };
    };
    expect(await check([])).toEqual({ code: 0, said: 'ok, 0 errors, 2 warnings' });
    expect(await check([], { NOT_THERE: 'it is' })).toEqual({ code: 0, said: 'ok, 0 errors, 1 warning' });
    expect(await check(['--strict'])).toEqual({ code: 2, said: 'not usable, 1 error, 1 warning' });
    expect(await check(['--env'])).toEqual({ code: 2, said: 'not usable, 1 error, 1 warning' });
    expect(await check(['--strict', '--env'], { NOT_THERE: 'it is' })).toMatchObject({ code: 2 });
  });

  test('touches no network, starts no process and makes nothing', async ({ skip }) => {
    if (spawnSync('strace', ['-V']).error !== undefined) skip('strace is not installed');
    const { cwd } = await makePlace();
    const backend = {
      type: 'chatcompletion',
      model: 'm',
      base_url: 'http://127.0.0.1:9/v1',
      cwd: 'workspace',
      mcp_servers: { s: { type: 'stdio', command: 'touch', args: ['started'] } },
    };
    await writeFile(join(cwd, 'a.json'), JSON.stringify({ agents: [{ id: 'a', backend }] }));
    const trace = join(cwd, '..', 'trace');
    const through = [
      'strace',
      '-f',
      '-qq',
      '-e',
      'trace=execve,connect,mkdir,mkdirat,rename,unlink',
      '-o',
      trace,
    ];
    const { code } = await run(['config', 'check', 'a.json'], {
      cwd,
      through,
      env: { NODE_DISABLE_COMPILE_CACHE: '1' },
    });
    expect(code).toBe(0);
    const calls = (await readFile(trace, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('(') && !line.includes('ENOENT'));
    expect(calls.filter((line) => !/execve\(/u.test(line))).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(await readdir(cwd)).toEqual(['a.json']);
  });

  test('takes every example of the formats there were', async () => {
    const { cwd } = await makePlace();
    const { code, stdout } = await run(['config', 'check', ...examples], { cwd: fixtures });
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',', 1)[0]),
    ).toEqual(examples.map((name) => `${name}: ok`));
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('config show', () => {
  test('fills in defaults and masks what is secret, in any place', async () => {
    const { cwd } = await makePlace();
    const secrets = [
      'sk-proj-abcdefghijklmnopqrstuv',
      'hunter2hunter2',
      'Bearer zyxwvutsrqponmlk',
      'p4ssw0rd-in-the-url',
    ];
    const mcp_servers = {
      one: {
        type: 'stdio',
        command: 'x',
        env: { DB_PASSWORD: secrets[1], KEY: '${FROM_OUTSIDE}' },
      },
      two: {
        type: 'streamable-http',
        url: `https://me:${secrets[3]}@example.org/mcp`,
        headers: { Authorization: secrets[2] },
      },
    };
    const backend = { type: 'chatcompletion', model: 'm', api_key: secrets[0], mcp_servers };
    await writeFile(
      join(cwd, 'a.json'),
      JSON.stringify({ agent: { id: 'a', system_message: 'You are shown.', backend } }),
    );
    const { code, stdout, stderr } = await run(['config', 'show', 'a.json'], {
      cwd,
      env: { FROM_OUTSIDE: 'never-shown' },
    });
    expect(code).toBe(0);
    for (const secret of [...secrets, 'never-shown']) expect(stdout + stderr).not.toContain(secret);
    expect(stdout).toContain('system_message: You are shown.');
    expect(stdout).toContain('${FROM_OUTSIDE}');
    expect(parse(stdout)).toMatchObject({
      agents: [{ id: 'a', backend: { type: 'chatcompletion', api_key: '***' } }],
      timeout_settings: { orchestrator_timeout_seconds: 1800 },
      orchestrator: { coordination: { on_new_answer: 'inject' } },
    });
  });

  test('what it prints is a config that means the same', async () => {
    const { cwd } = await makePlace();
    const shown = await run(['config', 'show', join(fixtures, 'scripted.yaml')], { cwd });
    await writeFile(join(cwd, 'shown.yaml'), shown.stdout);
    const again = await run(['config', 'show', 'shown.yaml'], { cwd });
    expect(again.stdout).toBe(shown.stdout);
  });

  test('of a file that cannot be used says why', async () => {
    const { cwd } = await makePlace();
    const { code, stdout, stderr } = await run(['config', 'show', 'missing.yaml'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error MG1102');
  });
});

describe('config schema', () => {
  test('is a JSON Schema that takes every example and tells what is wrong with others', async () => {
    const { cwd } = await makePlace();
    const { code, stdout, stderr } = await run(['config', 'schema'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const ajv = new Ajv({ strict: false, allErrors: true });
    const schema = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
    const validate = ajv.compile(schema);
    for (const name of examples) {
      const value: unknown = parse(await readFile(join(fixtures, name), 'utf8'));
      expect(validate(value), `${name}: ${ajv.errorsText(validate.errors)}`).toBe(true);
    }
    expect(
      validate({ agents: [{ id: 'a', backend: { type: 'script', turns: [{ steps: [{ hang: 'yes' }] }] } }] }),
    ).toBe(false);
    expect(validate({ agents: 3 })).toBe(false);
  });
});

describe('config explain', () => {
  test('a key: what it means, its type, default and values', async () => {
    const { cwd } = await makePlace();
    const explained = async (key: string): Promise<string> =>
      (await run(['config', 'explain', key], { cwd })).stdout;
    expect(await explained('timeout_settings.orchestrator_timeout_seconds')).toMatch(
      /seconds[\s\S]*type +number[\s\S]*default +1800/u,
    );
    expect(await explained('backend.type')).toMatch(/values +openai, claude, .*script/u);
    // A name that several keys have.
    expect(await explained('cwd')).toContain('agents[].backend.mcp_servers[].cwd');
  });

  test('an unknown one is refused with the nearest', async () => {
    const { cwd } = await makePlace();
    const { code, stderr } = await run(['config', 'explain', 'orchestrator.context_path'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error MG1115: Unknown key: orchestrator.context_path');
    expect(stderr).toContain('Did you mean orchestrator.context_paths?');
  });
});

test('output that nobody reads is no crash', async () => {
  const { cwd } = await makePlace();
  const through = ['sh', '-c', '"$@" | :', 'sh'];
  for (const command of [['config', 'schema'], ['--help'], ['runs', 'list']]) {
    const { stderr } = await start(command, { cwd, through, input: '' }).ended;
    expect(stderr).toBe('');
  }
});

test('output that finds no room is an error with a status', async () => {
  const { cwd } = await makePlace();
  const through = ['sh', '-c', '"$@" > /dev/full', 'sh'];
  const { code, stderr } = await start(['config', 'schema'], { cwd, through, input: '' }).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error MG1007: Stopped, because the output cannot be written: ENOSPC.*\n {2}Check the place it goes to\.\n$/u,
  );
});
