/** Files of the user in a run: read by all, changed by the winner's final turn alone, in a copy that is then applied. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  readFile,
  readdir,
  realpath,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, openTerminal, run } from '../fixtures/command-line.ts';
import { digestOf, journalOf, onlyRun, type JournalEntry } from '../fixtures/runs-on-disk.ts';
import { testServer } from '../fixtures/test-servers.ts';
import { fileTool, makeFiles, move, read, writableTeam, write } from '../fixtures/writable-team.ts';

/** Where there is none, a tool that goes through a whole tree shows the names in it. */
const sandboxed = spawnSync('bwrap', ['--dev-bind', '/', '/', '--unshare-pid', '/bin/true']).status === 0;

const text = (cwd: string, path: string): Promise<string> => readFile(join(cwd, path), 'utf8');

async function entriesOf(cwd: string, type: string): Promise<readonly JournalEntry[]> {
  return (await journalOf(await onlyRun(cwd))).filter((entry) => entry.type === type);
}

/** Outcome of each call of the filesystem server, in order. */
async function callsOf(cwd: string): Promise<readonly string[]> {
  const calls = await entriesOf(cwd, 'tool.call.finished');
  return calls
    .filter(({ tool }) => String(tool).startsWith('mcp__filesystem__'))
    .map(({ agent, tool, outcome }) => `${String(agent)} ${String(tool).slice(17)} ${String(outcome)}`);
}

describe('a writable folder', () => {
  test('is changed by the final turn of the winner, and by nothing else', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one\n', 'proj/src/b.txt': 'two\n', 'proj/old.txt': 'three\n' });
    await chmod(join(cwd, 'proj/a.txt'), 0o600);
    const team = await writableTeam(cwd, {
      second: true,
      answers: [
        read('{{context}}/a.txt'),
        write('{{context}}/a.txt', 'too early'),
        write('{{views}}/../staged/agent1/1/a.txt', 'too early'),
        write('{{views}}/../staged/agent2/1/a.txt', 'too early'),
      ],
      presents: [
        write('{{context}}/a.txt', 'not the copy'),
        read('{{staged}}/a.txt'),
        write('{{staged}}/a.txt', 'one, changed\n'),
        fileTool('create_directory', { path: '{{staged}}/new' }),
        write('{{staged}}/new/c.txt', 'four\n'),
        move('{{staged}}/old.txt', '{{staged}}/src/moved.txt'),
        write('{{workspace}}/notes.md', 'done'),
        { text: 'See {{staged}}/a.txt and ' },
      ],
    });
    const { code, stdout } = await run(['--config', team, 'Change it.'], { cwd });
    expect(code).toBe(0);
    expect(await callsOf(cwd)).toEqual([
      'a read_text_file ok',
      'a write_file denied',
      'a write_file denied',
      'a write_file denied',
      'a write_file denied',
      'a read_text_file ok',
      'a write_file ok',
      'a create_directory ok',
      'a write_file ok',
      'a move_file ok',
      'a write_file ok',
    ]);
    expect(await text(cwd, 'proj/a.txt')).toBe('one, changed\n');
    expect((await stat(join(cwd, 'proj/a.txt'))).mode & 0o777).toBe(0o600);
    expect(await text(cwd, 'proj/new/c.txt')).toBe('four\n');
    expect(await text(cwd, 'proj/src/moved.txt')).toBe('three\n');
    expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['a.txt', 'new', 'src']);
    // The answer speaks of the user's files, not of copies.
    expect(stdout).toContain(`See ${join(cwd, 'proj/a.txt')} and Changed.`);
    expect(stdout).toContain('Made  5 changes in proj: +new/ +new/c.txt +src/moved.txt ~a.txt -old.txt\n');
    const run_ = await onlyRun(cwd);
    expect(stdout).toContain(`put back: massgen runs undo ${run_.slice(run_.lastIndexOf('/') + 1)}`);
    const [changed] = await entriesOf(cwd, 'context.changed');
    expect(changed).toMatchObject({
      path: join(cwd, 'proj'),
      added: ['new/', 'new/c.txt', 'src/moved.txt'],
      modified: ['a.txt'],
      deleted: ['old.txt'],
      complete: true,
    });
    const result = JSON.parse(await text(run_, 'result.json')) as { readonly changes: unknown };
    expect(result.changes).toMatchObject([{ path: join(cwd, 'proj'), conflicts: [], refused: [] }]);
  });

  test('gives an agent that works alone a final turn, also where its answer would be taken as it is', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one' });
    const team = await writableTeam(cwd, {
      presents: [write('{{staged}}/a.txt', 'two')],
      orchestrator: { final_answer_strategy: 'winner_reuse' },
    });
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('two');
  });

  test('keeps its protected paths, also those that are not there yet', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/secrets/key': 'mine', 'proj/Makefile': 'all:', 'proj/a.txt': 'one' });
    const digest = await digestOf(join(cwd, 'proj/secrets'));
    const team = await writableTeam(cwd, {
      context: [
        { path: 'proj', permission: 'write', protected_paths: ['secrets', 'Makefile', '.github/workflows'] },
      ],
      presents: [
        write('{{staged}}/secrets/key', 'x'),
        write('{{staged}}/secrets/new', 'x'),
        write('{{staged}}/sub/../Makefile', 'x'),
        move('{{staged}}/secrets', '{{staged}}/open'),
        move('{{staged}}/a.txt', '{{staged}}/Makefile'),
        fileTool('create_directory', { path: '{{staged}}/.github/workflows' }),
        write('{{staged}}/.github/workflows/x.yml', 'x'),
        write('{{staged}}/a.txt', 'two'),
      ],
    });
    const { code } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect((await callsOf(cwd)).map((call) => call.split(' ').at(-1))).toEqual([
      ...Array<string>(7).fill('denied'),
      'ok',
    ]);
    expect(await digestOf(join(cwd, 'proj/secrets'))).toBe(digest);
    expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['Makefile', 'a.txt', 'secrets']);
    expect(await text(cwd, 'proj/a.txt')).toBe('two');
  });

  test('never gets anything into a history of versions, however it is spelled', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/.git/config': '[core]', 'proj/a.txt': 'one' });
    const digest = await digestOf(join(cwd, 'proj/.git'));
    const team = await writableTeam(cwd, {
      presents: [
        fileTool('create_directory', { path: '{{staged}}/.git/hooks' }),
        write('{{staged}}/.git/hooks/pre-commit', 'evil'),
        fileTool('create_directory', { path: '{{staged}}/.GIT' }),
        write('{{staged}}/.GIT/config', 'evil'),
        write('{{staged}}/a.txt', 'two'),
      ],
    });
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(await digestOf(join(cwd, 'proj/.git'))).toBe(digest);
    expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['.git', 'a.txt']);
    expect(stdout).toContain('Not   .git in proj: is left out of copies');
    expect(stdout).toContain('Not   .GIT/config in proj: is left out of copies');
  });

  test('that is the whole project: runs and workspaces in it are no part of the copy', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'a.txt': 'one', 'node_modules/x/index.js': 'x', 'deep/er/b.txt': 'two' });
    const team = await writableTeam(cwd, {
      context: [{ path: '.', permission: 'write' }],
      presents: [
        fileTool('list_directory', { path: '{{staged}}' }, 'list'),
        write('{{staged}}/a.txt', 'two'),
        write('{{workspace}}/list.txt', '{{list}}'),
      ],
    });
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(await text(cwd, 'a.txt')).toBe('two');
    const listed = await text(await onlyRun(cwd), 'final/a/workspace/list.txt');
    // The folder that the workspaces are in is there, without them.
    expect(listed.split('\n').toSorted()).toEqual([
      '[DIR] deep',
      '[DIR] ws',
      '[FILE] a.txt',
      '[FILE] team.json',
    ]);
    expect(stdout).toContain(`Made  1 change in ${cwd}`);
  });

  test('that is the whole project: nobody reads runs or the workspaces of others there', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'a.txt': 'one', 'snaps/a/x.txt': 'x', 'ws/.massgen-archive/b/old/x': 'x' });
    const team = await writableTeam(cwd, {
      second: true,
      context: ['.'],
      orchestrator: { snapshot_storage: 'snaps' },
      answers: [
        read('{{context}}/a.txt'),
        read('{{views}}/../journal.jsonl'),
        read('{{context}}/massgen_logs/workspaces.json'),
        fileTool('list_directory', { path: '{{context}}/ws/b' }),
        fileTool('list_directory', { path: '{{context}}/snaps' }),
        fileTool('list_directory', { path: '{{context}}/ws/.massgen-archive/b' }),
        fileTool('list_directory', { path: '{{views}}' }),
        fileTool('directory_tree', { path: '{{context}}' }, 'tree'),
        write('{{workspace}}/tree.json', '{{tree}}'),
      ],
      presents: [],
    });
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    const denied = (await entriesOf(cwd, 'tool.call.finished')).filter(
      ({ tool, outcome }) => String(tool).startsWith('mcp__filesystem__') && outcome === 'denied',
    );
    expect(denied.map(({ error }) => (error as { code: string }).code)).toEqual(
      Array<string>(5).fill('MG1515'),
    );
    expect(await callsOf(cwd)).toHaveLength(9);
    const tree = await text(await onlyRun(cwd), 'final/a/workspace/tree.json');
    expect(tree).toContain('"a.txt"');
    if (sandboxed) expect(tree).not.toContain('journal.jsonl');
  });

  test('with odd things in it loses none of them', async () => {
    const { path, cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one', '../outside/precious.txt': 'mine' });
    await symlink('../../outside', join(cwd, 'proj/out'));
    await symlink('a.txt', join(cwd, 'proj/inside'));
    await symlink(join(cwd, 'proj/a.txt'), join(cwd, 'proj/absolute'));
    await symlink('nowhere', join(cwd, 'proj/dangling'));
    await mkdir(join(cwd, 'proj/empty'));
    const outside = await digestOf(join(path, 'outside'));
    const team = await writableTeam(cwd, {
      presents: [
        write('{{staged}}/out/precious.txt', 'through a link'),
        write('{{staged}}/inside', 'through a link that stays inside'),
      ],
    });
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual([
      'a.txt',
      'absolute',
      'dangling',
      'empty',
      'inside',
      'out',
    ]);
    expect(await digestOf(join(path, 'outside'))).toBe(outside);
    expect(await realpath(join(cwd, 'proj/out'))).toBe(join(path, 'outside'));
    expect(await realpath(join(cwd, 'proj/inside'))).toBe(join(cwd, 'proj/a.txt'));
    expect(await text(cwd, 'proj/a.txt')).toBe('through a link that stays inside');
  });
});

describe('with a filesystem server of another maker', () => {
  test.for([
    ['@agent-infra/mcp-server-filesystem', 'mcp__filesystem__'],
    // It knows its workspace only, so the official one is beside it.
    ['@shtse8/filesystem-mcp', 'mcp__views__'],
  ])(
    '%s the copy is changed in the final turn, and nothing before',
    async ([name = '', tools = ''], { skip }) => {
      const { entry, missing } = testServer(name);
      skip(missing !== undefined, missing);
      const { cwd } = await makePlace();
      await makeFiles(cwd, { 'proj/a.txt': 'one', 'proj/keys/k': 'k' });
      const put = (path: string): Readonly<Record<string, unknown>> => ({
        tool: `${tools}write_file`,
        args: { path, content: 'two' },
      });
      const team = await writableTeam(cwd, {
        context: [{ path: 'proj', permission: 'write', protected_paths: ['keys'] }],
        answers: [put('{{context}}/a.txt'), put('{{views}}/x'), put('{{views}}/../staged/agent1/x')],
        presents: [put('{{context}}/a.txt'), put('{{staged}}/keys/k'), put('{{staged}}/a.txt')],
      });
      const config = JSON.parse(await text(cwd, team)) as Record<string, unknown>;
      const server = { command: process.execPath, args: [entry] };
      await writeFile(join(cwd, team), JSON.stringify({ ...config, filesystem: { server } }));
      expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
      const calls = await entriesOf(cwd, 'tool.call.finished');
      expect(
        calls.filter(({ tool }) => String(tool).startsWith(tools)).map(({ outcome }) => outcome),
      ).toEqual([...Array<string>(5).fill('denied'), 'ok']);
      expect(await text(cwd, 'proj/a.txt')).toBe('two');
      expect(await text(cwd, 'proj/keys/k')).toBe('k');
    },
  );
});

describe('a single file', () => {
  test('is shown alone, as a copy', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'docs/one.md': 'read me', 'docs/other.md': 'not for agents' });
    const team = await writableTeam(cwd, {
      context: ['docs/one.md'],
      answers: [
        read('{{context}}', 'content'),
        write('{{context}}', 'x'),
        fileTool('list_directory', { path: '{{context}}/..' }, 'list'),
        read(join(cwd, 'docs/other.md')),
        write('{{workspace}}/seen.md', '{{content}}\n{{list}}'),
      ],
      presents: [],
    });
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    expect((await callsOf(cwd)).map((call) => call.split(' ').at(-1))).toEqual([
      'ok',
      'denied',
      'ok',
      'tool_error',
      'ok',
    ]);
    const run_ = await onlyRun(cwd);
    expect(await text(run_, 'final/a/workspace/seen.md')).toBe('read me\n[FILE] one.md');
    expect(await text(cwd, 'docs/one.md')).toBe('read me');
  });

  test('that is writable is changed, and nothing comes to lie beside it', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'docs/one.md': 'one', 'docs/other.md': 'other' });
    const team = await writableTeam(cwd, {
      context: [{ path: 'docs/one.md', permission: 'write' }],
      presents: [
        write('{{staged}}', 'two'),
        write('{{staged}}.new', 'x'),
        write('{{staged}}/../other.md', 'x'),
      ],
    });
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect((await callsOf(cwd)).map((call) => call.split(' ').at(-1))).toEqual(['ok', 'denied', 'denied']);
    expect(await text(cwd, 'docs/one.md')).toBe('two');
    expect(await text(cwd, 'docs/other.md')).toBe('other');
    expect(await readdir(join(cwd, 'docs'))).toHaveLength(2);
    expect(stdout).toContain('Made  1 change in docs/one.md: ~one.md\n');
  });
});

describe('a final turn that does not come to its end', () => {
  test('changes nothing; what it did can be looked at and be taken', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one\n' });
    const team = await writableTeam(cwd, {
      presents: [write('{{staged}}/a.txt', 'half\n'), { error: 'overloaded' }],
    });
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('one\n');
    expect(stdout).toContain('Wait  changes in proj: the final turn did not come to its end');
    expect((await run(['runs', 'diff'], { cwd })).stdout).toContain('-one\n+half\n');
    expect((await run(['runs', 'apply'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('half\n');
  });
});

describe('the user’s word', () => {
  const asking = (cwd: string, apply: string): Promise<string> =>
    writableTeam(cwd, {
      presents: [write('{{staged}}/a.txt', 'two'), write('{{staged}}/b.txt', 'new')],
      orchestrator: { apply },
    });

  test.each([
    ['never', 'the config says `apply: never`'],
    ['ask', 'the config says to ask, and nobody was there to answer'],
  ])('%s keeps the changes and says so', async (apply, why) => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one' });
    const { code, stdout } = await run(['--config', await asking(cwd, apply), 'q'], { cwd });
    expect(code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('one');
    expect(stdout).toContain(`Wait  changes in proj: ${why}\n`);
    expect(stdout).toMatch(/make: massgen runs apply log_/u);
  });

  test.each([
    ['y', 'two'],
    ['n', 'one'],
    ['', 'one'],
  ])('at a terminal, asked and answered with "%s"', async (typed, content) => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one' });
    const terminal = openTerminal(['--config', await asking(cwd, 'ask'), 'q'], { cwd, columns: 200 });
    await terminal.seen('Make them there, too? [y/N]');
    expect(terminal.screen).toContain('+ b.txt');
    expect(terminal.screen).toContain('~ a.txt');
    expect(await text(cwd, 'proj/a.txt')).toBe('one');
    terminal.type(`${typed}\r`);
    expect(await terminal.ended).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe(content);
  });

  test('at a terminal, with files that change while it waits: they stay', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one' });
    const terminal = openTerminal(['--config', await asking(cwd, 'ask'), 'q'], { cwd, columns: 200 });
    await terminal.seen('Make them there, too? [y/N]');
    await writeFile(join(cwd, 'proj/a.txt'), 'mine');
    terminal.type('y\r');
    expect(await terminal.ended).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('mine');
    expect(await text(cwd, 'proj/b.txt')).toBe('new');
    expect(terminal.screen).toContain('Wait  a.txt in proj: it was changed meanwhile');
  });

  test('at a terminal, left with Ctrl-C: the changes are kept', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one' });
    const terminal = openTerminal(['--config', await asking(cwd, 'ask'), 'q'], { cwd, columns: 200 });
    await terminal.seen('Make them there, too? [y/N]');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(0);
    expect(await entriesOf(cwd, 'changes.kept')).toMatchObject([{ reason: 'unasked' }]);
    expect(await text(cwd, 'proj/a.txt')).toBe('one');
    expect((await run(['runs', 'apply'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('two');
  });
});

describe('a terminal that is gone while it asks', () => {
  test.each(['SIGKILL', 'SIGHUP'] as const)(
    'by %s: whoever takes the run up is asked again',
    async (signal) => {
      const { cwd } = await makePlace();
      await makeFiles(cwd, { 'proj/a.txt': 'one' });
      const team = await writableTeam(cwd, {
        presents: [write('{{staged}}/a.txt', 'two')],
        orchestrator: { apply: 'ask' },
      });
      const question = 'Make them there, too? [y/N]';
      const first = openTerminal(['--config', team, 'q'], { cwd, columns: 200 });
      await first.seen(question);
      process.kill(first.pid, signal);
      await first.ended;
      expect(await text(cwd, 'proj/a.txt')).toBe('one');
      const second = openTerminal(['runs', 'resume', 'last'], { cwd, columns: 200 });
      await second.seen(question);
      second.type('y\r');
      expect(await second.ended).toBe(0);
      expect(await text(cwd, 'proj/a.txt')).toBe('two');
      expect((await entriesOf(cwd, 'changes.applied')).map(({ by }) => by)).toEqual(['person']);
    },
  );
});

describe('what cannot be a context path', () => {
  test.each<[string, readonly unknown[], string]>([
    ['one that is not there', ['nothing'], 'no such file'],
    ['one that is named twice', ['proj', { path: './proj', permission: 'write' }], 'it is named twice'],
    ['a writable home directory', [{ path: '~', permission: 'write' }], 'your home directory'],
    ['the directory for runs', [{ path: 'massgen_logs', permission: 'write' }], 'the directory of all runs'],
    [
      'one whose protected path lies outside',
      [{ path: 'proj', permission: 'write', protected_paths: ['../other'] }],
      'the protected path ../other is not inside',
    ],
    ['one that is too large to be copied', [{ path: 'large', permission: 'write' }], 'more than'],
  ])('%s: the run does not begin', async (_, context, why) => {
    const { path, cwd } = await makePlace();
    await mkdir(join(path, 'home'));
    await makeFiles(cwd, { 'proj/a.txt': 'x', 'large/a.bin': '', 'massgen_logs/.gitignore': '*\n' });
    await chmod(join(cwd, 'massgen_logs'), 0o700);
    await truncate(join(cwd, 'large/a.bin'), 2 ** 31);
    const team = await writableTeam(cwd, { context, presents: [] });
    const { code, stderr } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error MG1716');
    expect(stderr).toContain(why);
    expect(existsSync(join(cwd, 'ws'))).toBe(false);
  });

  test('without a workspace nobody sees it, and the run says so', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'proj/a.txt': 'one' });
    const team = await writableTeam(cwd, { presents: [] });
    const config = JSON.parse(await text(cwd, team)) as { agents: { backend: { cwd?: string } }[] };
    for (const { backend } of config.agents) delete backend.cwd;
    await writeFile(join(cwd, team), JSON.stringify(config));
    const { code, stdout } = await run(['--config', team, 'q'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('warning MG1717: No agent can see the context paths');
  });
});

test('with enforce_read_before_delete nothing unread is moved away', async () => {
  const { cwd } = await makePlace();
  await makeFiles(cwd, { 'proj/a.txt': 'one', 'proj/b.txt': 'two' });
  const team = await writableTeam(cwd, {
    orchestrator: { enforce_read_before_delete: true },
    presents: [
      move('{{staged}}/a.txt', '{{staged}}/c.txt'),
      read('{{staged}}/b.txt'),
      move('{{staged}}/b.txt', '{{staged}}/d.txt'),
    ],
  });
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['a.txt', 'd.txt']);
});
