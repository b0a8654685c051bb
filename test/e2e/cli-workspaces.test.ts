/** Where agents may work: what is refused and left untouched, what is moved aside, and who holds a workspace. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, run, start } from '../fixtures/command-line.ts';
import { digestOf, nothingRunsIn, onlyRun, runNames } from '../fixtures/runs-on-disk.ts';
import { answer, hang, writeTeam } from '../fixtures/script-team.ts';

const note = (text: string): Readonly<Record<string, unknown>> => ({
  tool: 'mcp__filesystem__write_file',
  args: { path: '{{workspace}}/note.md', content: text },
});

/** A team of one that leaves its question in its workspace. */
const noteTaker = (cwd: string, workspace: string): Promise<string> =>
  writeTeam(cwd, [{ answers: [note('{{question}}'), answer('noted')], backend: { cwd: workspace } }]);

describe('a directory that cannot be a workspace', () => {
  test.concurrent.for([
    ['a file', 'MG1307', (cwd: string) => join(cwd, 'file')],
    ['the root of the file system', 'MG1302', () => '/'],
    ['the home directory', 'MG1303', (cwd: string) => join(cwd, '..', 'home')],
    ['the directory the command is started in', 'MG1304', () => '.'],
    ['one above both', 'MG1303', () => '..'],
    ['a directory with files that are not ours', 'MG1308', () => 'foreign'],
    ['the directory for runs', 'MG1305', () => 'massgen_logs'],
  ] as const)('%s is refused, and nothing is touched', async ([_, code, workspace], { onTestFinished }) => {
    const { path, cwd } = await makePlace(onTestFinished);
    await mkdir(join(path, 'home'));
    await writeFile(join(path, 'home', 'letter.txt'), 'mine');
    await mkdir(join(cwd, 'foreign'));
    await writeFile(join(cwd, 'foreign', 'thesis.md'), 'mine too');
    await writeFile(join(cwd, 'file'), 'and this');
    const team = await noteTaker(cwd, workspace(cwd));
    const own = ['file', 'foreign', 'team.json', '../home'].map((name) => join(cwd, name));
    const digests = (): Promise<readonly string[]> => Promise.all(own.map(digestOf));
    const before = await digests();
    const ended = await run(['--config', team, 'q'], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`^error ${code}: .*agent a, `, 'u'));
    expect(await digests()).toEqual(before);
    expect(await runNames(cwd)).toEqual([]);
    expect((await readdir(cwd)).toSorted()).toEqual(['file', 'foreign', 'massgen_logs', 'team.json']);
  });

  test('all of a team are told at once, also to programs', async () => {
    const { cwd } = await makePlace();
    await mkdir(join(cwd, 'foreign'));
    await writeFile(join(cwd, 'foreign', 'thesis.md'), 'mine');
    const agent = (workspace: string): object => ({ answers: [answer('x')], backend: { cwd: workspace } });
    const team = await writeTeam(
      cwd,
      [agent('foreign'), agent('ws/b'), agent('/')].map((each) => ({ ...each })),
    );
    const { code, stderr } = await run(['--config', team, '--output', 'json', 'q'], { cwd });
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: {
        code: 'MG1301',
        data: {
          problems: [
            { code: 'MG1308', agent: 'a', message: expect.stringContaining('thesis.md') },
            { code: 'MG1302', agent: 'c' },
          ],
        },
      },
    });
    expect(await readdir(cwd)).not.toContain('ws');
  });
});

describe('a workspace of ours', () => {
  test('starts each run empty; what was there is moved aside, and the output says where', async () => {
    const { cwd } = await makePlace();
    const team = await noteTaker(cwd, 'ws/taker');
    expect((await run(['--config', team, 'first'], { cwd })).code).toBe(0);
    expect(await readFile(join(cwd, 'ws/taker/note.md'), 'utf8')).toBe('first');
    const { code, stdout } = await run(['--config', team, 'second'], { cwd });
    expect(code).toBe(0);
    expect(await readFile(join(cwd, 'ws/taker/note.md'), 'utf8')).toBe('second');
    const archive = join(cwd, 'ws/.massgen-archive/taker');
    const [time = '', ...more] = await readdir(archive);
    expect(more).toEqual([]);
    expect(await readFile(join(archive, time, 'note.md'), 'utf8')).toBe('first');
    expect(stdout).toContain(
      `starts with an empty workspace; earlier files are now in ${join(archive, time)}`,
    );
  });

  test('is refused to a second run at once, which is told who holds it and can work elsewhere', async () => {
    const { path, cwd } = await makePlace();
    const holders = await writeTeam(cwd, [
      { answers: [note('held'), { text: 'holding\n' }, hang], backend: { cwd: 'ws/a' } },
    ]);
    const holder = start(['--config', holders, 'q'], { cwd });
    await holder.seen('| holding');
    const held = basename(await onlyRun(cwd));

    const team = await noteTaker(cwd, 'ws/a');
    const refused = await run(['--config', team, 'q'], { cwd });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(
      `error MG1309: The workspace is in use by another run: agent a, ${join(cwd, 'ws/a')}: by run ${held}`,
    );
    expect(await readFile(join(cwd, 'ws/a/note.md'), 'utf8')).toBe('held');

    const isolated = await run(['--config', team, '--isolate-workspaces', 'aside'], { cwd });
    expect(isolated.code).toBe(0);
    const [, files = ''] = /^Files (.+)$/mu.exec(isolated.stdout) ?? [];
    expect(await readFile(join(cwd, files, 'note.md'), 'utf8')).toBe('aside');
    expect(await readFile(join(cwd, 'ws/a/note.md'), 'utf8')).toBe('held');

    holder.kill('SIGTERM');
    await holder.ended;
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    await nothingRunsIn(path);
  });
});

describe('workspace adopt', () => {
  test('hands a directory over: the next run moves its content aside', async () => {
    const { cwd } = await makePlace();
    await mkdir(join(cwd, 'foreign'));
    await writeFile(join(cwd, 'foreign', 'thesis.md'), 'mine');
    const adopted = await run(['workspace', 'adopt', 'foreign'], { cwd });
    expect(adopted).toMatchObject({ code: 0, stderr: '' });
    expect(adopted.stdout).toContain(`${join(cwd, 'foreign')} is a workspace of MassGen now.`);
    expect(await readFile(join(cwd, 'foreign', 'thesis.md'), 'utf8')).toBe('mine');

    expect((await run(['--config', await noteTaker(cwd, 'foreign'), 'q'], { cwd })).code).toBe(0);
    expect(await readdir(join(cwd, 'foreign'))).toEqual(['note.md']);
    const archive = join(cwd, '.massgen-archive/foreign');
    const [time = ''] = await readdir(archive);
    expect(await readFile(join(archive, time, 'thesis.md'), 'utf8')).toBe('mine');
  });

  test.each([
    ['what does not exist', 'missing', 'MG1310'],
    ['a file', 'file', 'MG1307'],
    ['the root of the file system', '/', 'MG1302'],
    ['the directory it is called in', '.', 'MG1304'],
  ])('refuses %s', async (_, directory, code) => {
    const { cwd } = await makePlace();
    await writeFile(join(cwd, 'file'), '');
    const ended = await run(['workspace', 'adopt', directory], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`error ${code}: `);
  });
});
