/** `massgen runs diff`, `apply` and `undo`, and `massgen workspace list` and `restore`, as users type them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, run } from '../fixtures/command-line.ts';
import { digestOf, journalOf, onlyRun, runNames } from '../fixtures/runs-on-disk.ts';
import { fileTool, makeFiles, move, writableTeam, write } from '../fixtures/writable-team.ts';

const text = (...path: readonly string[]): Promise<string> => readFile(join(...path), 'utf8');

/** A run that ended and whose changes wait. */
async function waiting(presents: Parameters<typeof writableTeam>[1]['presents']): Promise<string> {
  const { cwd } = await makePlace();
  await makeFiles(cwd, { 'proj/a.txt': 'one\n', 'proj/b.txt': 'b\n', 'proj/old.txt': 'old\n' });
  const team = await writableTeam(cwd, { presents, orchestrator: { apply: 'never' } });
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  return cwd;
}

const some = [
  write('{{staged}}/a.txt', 'two\n'),
  write('{{staged}}/new.txt', 'new\n'),
  move('{{staged}}/old.txt', '{{staged}}/moved.txt'),
];

describe('changes that wait', () => {
  test('are shown, made, shown as made, and put back', async () => {
    const cwd = await waiting(some);
    const before = await digestOf(join(cwd, 'proj/b.txt'));
    const shown = await run(['runs', 'diff'], { cwd });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`# ${join(cwd, 'proj')}\n`);
    expect(shown.stdout).toContain('--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two\n');
    expect(shown.stdout).toContain('--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,1 @@\n+new\n');
    expect(shown.stdout).toContain('--- a/old.txt\n+++ /dev/null\n');
    expect(await text(cwd, 'proj/a.txt')).toBe('one\n');

    await chmod(join(cwd, 'proj/a.txt'), 0o640);
    const made = await run(['runs', 'apply'], { cwd });
    expect(made.code).toBe(0);
    expect(made.stdout).toContain('4 changes made; to put them back: massgen runs undo log_');
    expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['a.txt', 'b.txt', 'moved.txt', 'new.txt']);
    expect((await run(['runs', 'diff', 'last'], { cwd })).stdout).toContain(': nothing left to change');
    expect((await run(['runs', 'apply'], { cwd })).stdout).toContain('nothing was changed');

    const undone = await run(['runs', 'undo'], { cwd });
    expect(undone).toMatchObject({ code: 0, stderr: '' });
    expect(undone.stdout).toContain('4 changes put back');
    expect(await text(cwd, 'proj/a.txt')).toBe('one\n');
    expect((await stat(join(cwd, 'proj/a.txt'))).mode & 0o777).toBe(0o640);
    expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['a.txt', 'b.txt', 'old.txt']);
    expect(await digestOf(join(cwd, 'proj/b.txt'))).toBe(before);
    const again = await run(['runs', 'undo'], { cwd });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('error MG1343');
    expect((await journalOf(await onlyRun(cwd))).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['changes.kept', 'changes.applied', 'changes.undone']),
    );
  });

  test('of files that the user changed are conflicts until they are forced, and that can be undone', async () => {
    const cwd = await waiting(some);
    await makeFiles(cwd, { 'proj/a.txt': 'mine\n', 'proj/new.txt': 'mine, too\n' });
    await rm(join(cwd, 'proj/old.txt'));
    const shown = await run(['runs', 'diff'], { cwd });
    expect(shown.stdout).toContain('# conflict: a.txt: it was changed meanwhile\n');
    expect(shown.stdout).toContain('# conflict: new.txt: something else is there already\n');
    const made = await run(['runs', 'apply'], { cwd });
    expect(made.code).toBe(2);
    expect(made.stdout).toContain('conflict  a.txt: it was changed meanwhile');
    expect(made.stderr).toContain('error MG1342');
    expect(await text(cwd, 'proj/a.txt')).toBe('mine\n');
    expect(await text(cwd, 'proj/new.txt')).toBe('mine, too\n');
    expect(await text(cwd, 'proj/moved.txt')).toBe('old\n');

    expect((await run(['runs', 'apply', '--force'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('two\n');
    expect(await text(cwd, 'proj/new.txt')).toBe('new\n');
    expect((await run(['runs', 'undo'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'proj/a.txt')).toBe('mine\n');
    expect(await text(cwd, 'proj/new.txt')).toBe('mine, too\n');
    // Once more: what was made before that.
    expect((await run(['runs', 'undo'], { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, 'proj/moved.txt'))).toBe(false);
  });

  test('that were made and changed again are left by undo, which says so', async () => {
    const cwd = await waiting(some);
    expect((await run(['runs', 'apply'], { cwd })).code).toBe(0);
    await writeFile(join(cwd, 'proj/a.txt'), 'edited since\n');
    const { code, stdout } = await run(['runs', 'undo'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toContain('left      a.txt: it was changed since');
    expect(await text(cwd, 'proj/a.txt')).toBe('edited since\n');
    expect(await text(cwd, 'proj/old.txt')).toBe('old\n');
  });

  test('come as JSON for programs', async () => {
    const cwd = await waiting([write('{{staged}}/a.txt', 'two\n')]);
    await writeFile(join(cwd, 'proj/a.txt'), 'mine\n');
    const shown = JSON.parse((await run(['runs', 'diff', '--output', 'json'], { cwd })).stdout) as unknown;
    const changes = [{ path: 'a.txt', kind: 'modified', state: 'conflict' }];
    expect(shown).toMatchObject({ places: [{ path: join(cwd, 'proj'), changes }] });
    const { code, stdout, stderr } = await run(['runs', 'apply', '--output', 'json'], { cwd });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ places: [{ applied: [], conflicts: [{ path: 'a.txt' }] }] });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'MG1342' } });
  });

  test.each([
    ['git', ['apply', '--whitespace=nowarn']],
    ['patch', ['-p1', '-s', '--no-backup-if-mismatch']],
  ])('are a diff that %s takes, odd names and all', async (program, args) => {
    const cwd = await waiting([
      ...some,
      write('{{staged}}/no newline.txt', 'no newline at the end'),
      write('{{staged}}/ä ö.txt', 'ü\n'),
      write('{{staged}}/tab\tquote".txt', 'x\n'),
      write('{{staged}}/b.txt', 'b\nand more\r\n\tx'),
      fileTool('create_directory', { path: '{{staged}}/deep/er' }),
      write('{{staged}}/deep/er/c.txt', '--- a\n+++ b\n'),
    ]);
    const { stdout } = await run(['runs', 'diff'], { cwd });
    const copy = join(cwd, 'copy');
    await makeFiles(cwd, { 'copy/a.txt': 'one\n', 'copy/b.txt': 'b\n', 'copy/old.txt': 'old\n' });
    const done = spawnSync(program, args, { cwd: copy, input: stdout, encoding: 'utf8' });
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: '' });
    expect((await run(['runs', 'apply'], { cwd })).code).toBe(0);
    expect((await readdir(copy, { recursive: true })).toSorted()).toEqual(
      (await readdir(join(cwd, 'proj'), { recursive: true })).toSorted(),
    );
    for (const name of ['a.txt', 'b.txt', 'ä ö.txt', 'no newline.txt', 'deep/er/c.txt', 'tab\tquote".txt'])
      expect(await text(copy, name)).toBe(await text(cwd, 'proj', name));
  });
});

describe('a single file', () => {
  test('is shown, made and put back like a folder, and stays when the user changed it', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'docs/one.md': 'one\n', 'docs/other.md': 'other\n' });
    const team = await writableTeam(cwd, {
      context: [{ path: 'docs/one.md', permission: 'write' }],
      presents: [write('{{staged}}', 'two\n')],
      orchestrator: { apply: 'never' },
    });
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    const { stdout } = await run(['runs', 'diff'], { cwd });
    expect(stdout).toBe(
      `# ${join(cwd, 'docs/one.md')}\n--- a/one.md\n+++ b/one.md\n@@ -1,1 +1,1 @@\n-one\n+two\n`,
    );
    await writeFile(join(cwd, 'docs/one.md'), 'mine\n');
    expect((await run(['runs', 'apply'], { cwd })).code).toBe(2);
    expect(await text(cwd, 'docs/one.md')).toBe('mine\n');
    await writeFile(join(cwd, 'docs/one.md'), 'one\n');
    expect((await run(['runs', 'apply'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'docs/one.md')).toBe('two\n');
    expect((await run(['runs', 'undo'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'docs/one.md')).toBe('one\n');
    expect((await readdir(join(cwd, 'docs'))).toSorted()).toEqual(['one.md', 'other.md']);
  });
});

test('a folder that is gone, or a link by now, is an error, and nothing is made', async () => {
  const cwd = await waiting(some);
  await rename(join(cwd, 'proj'), join(cwd, 'moved'));
  const before = await digestOf(join(cwd, 'moved'));
  const refused = async (): Promise<void> => {
    for (const what of ['diff', 'apply']) {
      const { code, stderr } = await run(['runs', what], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('error MG1344');
    }
  };
  await refused();
  await symlink('moved', join(cwd, 'proj'));
  await refused();
  expect(await digestOf(join(cwd, 'moved'))).toBe(before);
  await rm(join(cwd, 'proj'));
  await rename(join(cwd, 'moved'), join(cwd, 'proj'));
  expect((await run(['runs', 'apply'], { cwd })).code).toBe(0);
});

describe('the files of an answer', () => {
  async function answered(): Promise<string> {
    const { cwd } = await makePlace();
    const team = await writableTeam(cwd, {
      context: [],
      answers: [write('{{workspace}}/report.md', 'report\n'), write('{{workspace}}/data.txt', '1\n')],
      presents: [],
    });
    expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    return cwd;
  }

  test('are taken over into a folder that is missing, and into one that has others', async () => {
    const cwd = await answered();
    const final = join(await onlyRun(cwd), 'final/a/workspace');
    expect((await readdir(final)).toSorted()).toEqual(['data.txt', 'report.md']);
    expect((await run(['runs', 'diff', 'out'], { cwd })).stdout).toContain('+++ b/report.md');
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    expect((await run(['runs', 'apply', 'last', 'out'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'out/report.md')).toBe('report\n');
    await makeFiles(cwd, { 'mine/report.md': 'mine\n', 'mine/other.md': 'other\n' });
    const { code, stdout, stderr } = await run(['runs', 'apply', 'mine'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toContain('conflict  report.md: something else is there already');
    const [name = ''] = await runNames(cwd);
    expect(stderr).toContain(`massgen runs apply ${name} mine --force`);
    expect(await text(cwd, 'mine/report.md')).toBe('mine\n');
    expect(await text(cwd, 'mine/data.txt')).toBe('1\n');
    expect(await text(cwd, 'mine/other.md')).toBe('other\n');
    expect((await run(['runs', 'apply', name, 'mine', '--force'], { cwd })).code).toBe(0);
    expect((await run(['runs', 'undo'], { cwd })).code).toBe(0);
    expect(await text(cwd, 'mine/report.md')).toBe('mine\n');
  });

  test('do not go where a link leads, nor among the runs', async () => {
    const cwd = await answered();
    await makeFiles(cwd, { 'precious/report.md': 'precious\n' });
    await mkdir(join(cwd, 'out'));
    await symlink('../precious/report.md', join(cwd, 'out/report.md'));
    const { code } = await run(['runs', 'apply', 'out', '--force'], { cwd });
    expect(code).toBe(0);
    expect(await text(cwd, 'precious/report.md')).toBe('precious\n');
    expect(await text(cwd, 'out/report.md')).toBe('report\n');
    await symlink('nowhere', join(cwd, 'dangling'));
    // A name that is empty is none, and `/` is above every home directory.
    for (const place of ['massgen_logs', 'massgen_logs/new', 'team.json', 'dangling', '', '/']) {
      const refused = await run(['runs', 'apply', 'last', place], { cwd });
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('error MG1344');
    }
  });
});

test('a run that has nothing to apply says so, and one that is not there too', async () => {
  const { cwd } = await makePlace();
  expect((await run(['runs', 'apply'], { cwd })).stderr).toContain('there are no runs here');
  const team = await writableTeam(cwd, { context: [], presents: [] });
  expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
  for (const what of ['diff', 'apply']) {
    const { code, stderr } = await run(['runs', what], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('error MG1341');
  }
  const { code, stderr } = await run(['runs', 'undo', 'log_20200101_000000_beef'], { cwd });
  expect(code).not.toBe(0);
  expect(stderr).toContain('error MG12');
});

describe('workspaces', () => {
  test('are listed with their archives, and an archive is put back', async () => {
    const { cwd } = await makePlace();
    expect((await run(['workspace', 'list'], { cwd })).stdout).toContain('No workspaces are registered');
    for (const content of ['first', 'second', 'third']) {
      const team = await writableTeam(cwd, {
        context: [],
        answers: [write('{{workspace}}/a.txt', content)],
        presents: [],
      });
      expect((await run(['--config', team, 'q'], { cwd })).code).toBe(0);
    }
    const list = async (): Promise<readonly { state: string; archives: readonly { name: string }[] }[]> =>
      JSON.parse((await run(['workspace', 'list', '--output', 'json'], { cwd })).stdout);
    const [listed] = await list();
    expect(listed).toMatchObject({ path: join(cwd, 'ws/a'), state: 'idle', size: { files: 1, bytes: 5 } });
    const names = listed?.archives.map(({ name }) => name) ?? [];
    expect(names).toHaveLength(2);
    const shown = await run(['workspace', 'list'], { cwd });
    expect(shown.stdout).toContain(`${join(cwd, 'ws/a')}\n  idle, last used by run log_`);
    for (const name of names) expect(shown.stdout).toContain(`  archive ${name}, 1 file, `);

    const newest = await run(['workspace', 'restore', 'ws/a'], { cwd });
    expect(newest.code).toBe(0);
    expect(newest.stdout).toContain(`has the content of ${names[1]} again.`);
    expect(await text(cwd, 'ws/a/a.txt')).toBe('second');
    expect((await run(['workspace', 'restore', 'ws/a', names[0] ?? ''], { cwd })).code).toBe(0);
    expect(await text(cwd, 'ws/a/a.txt')).toBe('first');
    // Nothing was lost: the others are in the archive.
    const left = await list();
    const contents = await Promise.all(
      (left[0]?.archives ?? []).map(({ name }) => text(cwd, 'ws/.massgen-archive/a', name, 'a.txt')),
    );
    expect(contents.toSorted()).toEqual(['second', 'third']);
  });

  test('that are not ours, or have no such archive, are left as they are', async () => {
    const { cwd } = await makePlace();
    await makeFiles(cwd, { 'mine/a.txt': 'mine' });
    const foreign = await run(['workspace', 'restore', 'mine'], { cwd });
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toContain('error MG1308');
    expect((await run(['workspace', 'adopt', 'mine'], { cwd })).code).toBe(0);
    for (const archive of [[], ['20200101T000000Z'], ['../../mine'], [join(cwd, basename(cwd))]]) {
      const { code, stderr } = await run(['workspace', 'restore', 'mine', ...archive], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('error MG1346');
    }
    expect(await text(cwd, 'mine/a.txt')).toBe('mine');
  });
});
