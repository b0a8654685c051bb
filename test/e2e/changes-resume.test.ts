/**
 * A run whose final turn changes files of the user is killed with SIGKILL after each entry of its journal from the copy
 * on, and taken up again. The user's files must come out as they would have without the kill, and their own changes stay.
 */
import { spawnSync } from 'node:child_process';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import { makePlace } from '../fixtures/command-line.ts';
import { journalOf, onlyRun, runNames } from '../fixtures/runs-on-disk.ts';
import { makeFiles, move, writableTeam, write } from '../fixtures/writable-team.ts';

const harness = new URL('../fixtures/run-until-type.ts', import.meta.url).pathname;

async function prepare(
  afterwards: Parameters<typeof makePlace>[0] = onTestFinished,
): Promise<{ readonly cwd: string; readonly team: string }> {
  const { cwd } = await makePlace(afterwards);
  await makeFiles(cwd, { 'proj/a.txt': 'one\n', 'proj/old.txt': 'old\n', 'proj/mine.txt': 'mine\n' });
  const team = await writableTeam(cwd, {
    presents: [
      write('{{staged}}/a.txt', 'two\n'),
      write('{{staged}}/new.txt', 'new\n'),
      move('{{staged}}/old.txt', '{{staged}}/moved.txt'),
    ],
  });
  return { cwd, team: join(cwd, team) };
}

function play(cwd: string, team: string, killAfter: number): string | null {
  const { signal, stderr } = spawnSync(
    process.execPath,
    [harness, cwd, team, 'context.staged', String(killAfter)],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect(stderr).toBe('');
  return signal;
}

async function filesIn(cwd: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(join(cwd, 'proj'))).toSorted();
  const contents = await Promise.all(names.map((name) => readFile(join(cwd, 'proj', name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? '']));
}

const changed = { 'a.txt': 'two\n', 'mine.txt': 'mine\n', 'moved.txt': 'old\n', 'new.txt': 'new\n' };

/** Types of the entries from the copy on. */
let types: readonly string[];

beforeAll(async () => {
  const { cwd, team } = await prepare(afterAll);
  expect(play(cwd, team, 0)).toBeNull();
  expect(await filesIn(cwd)).toEqual(changed);
  const all = (await journalOf(await onlyRun(cwd))).map(({ type }) => type);
  types = all.slice(all.indexOf('context.staged'), all.indexOf('run.finished') + 1);
});

describe('a run that is killed in or after its final turn', () => {
  test('has the entries that matter', () => {
    expect(types).toEqual(
      expect.arrayContaining(['context.staged', 'context.changed', 'changes.applied', 'run.finished']),
    );
  });

  test('changes the same files when it is taken up, wherever the kill fell', async () => {
    for (let entry = 1; entry < types.length; entry += 1) {
      const { cwd, team } = await prepare();
      const where = `killed after ${types[entry - 1]} (${entry})`;
      expect(play(cwd, team, entry), where).toBe('SIGKILL');
      const [run = ''] = await runNames(cwd);
      const handle = await createRuntime({ cwd }).resumeRun(run);
      await handle.finished;
      expect(await filesIn(cwd), where).toEqual(changed);
      const applied = (await journalOf(await onlyRun(cwd))).filter(({ type }) => type === 'changes.applied');
      expect(applied, where).toMatchObject([{ conflicts: [], refused: [] }]);
      await createRuntime({ cwd }).undoChanges(run);
      expect(await filesIn(cwd), where).toEqual({
        'a.txt': 'one\n',
        'mine.txt': 'mine\n',
        'old.txt': 'old\n',
      });
      await rm(cwd, { recursive: true, force: true });
    }
  }, 600_000);

  test('leaves alone what the user changed between the kill and the resume', async () => {
    const { cwd, team } = await prepare();
    expect(play(cwd, team, types.indexOf('context.changed') + 1)).toBe('SIGKILL');
    await writeFile(join(cwd, 'proj/a.txt'), 'by hand\n');
    const [run = ''] = await runNames(cwd);
    await (
      await createRuntime({ cwd }).resumeRun(run)
    ).finished;
    expect(await filesIn(cwd)).toEqual({ ...changed, 'a.txt': 'by hand\n' });
    const applied = (await journalOf(await onlyRun(cwd))).filter(({ type }) => type === 'changes.applied');
    expect(applied).toMatchObject([
      { conflicts: [{ path: 'a.txt', reason: 'it was changed meanwhile' }], refused: [] },
    ]);
  });

  test('gets a copy of its own again, and what the cut turn left in the first is kept', async () => {
    const { cwd, team } = await prepare();
    const cut = types.indexOf('tool.call.finished') + 1;
    expect(play(cwd, team, cut)).toBe('SIGKILL');
    await writeFile(join(cwd, 'proj/a.txt'), 'by hand\n');
    const [run = ''] = await runNames(cwd);
    await (
      await createRuntime({ cwd }).resumeRun(run)
    ).finished;
    // The second copy was made of what is there now.
    expect(await filesIn(cwd)).toEqual(changed);
    const [kept = ''] = await readdir(join(await onlyRun(cwd), 'staged_before'));
    expect(await readFile(join(await onlyRun(cwd), 'staged_before', kept, 'a.txt'), 'utf8')).toBe('two\n');
  });
});
