/** Two runs, or two commands, that change the same files of the user at the same time. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, openTerminal, run, type Ended } from '../fixtures/command-line.ts';
import { journalOf, runNames } from '../fixtures/runs-on-disk.ts';
import { makeFiles, writableTeam, write } from '../fixtures/writable-team.ts';

const text = (cwd: string, path: string): Promise<string> => readFile(join(cwd, path), 'utf8');

/** The config of a run that writes its name into `shared.txt` and into a file of its own. */
function team(cwd: string, name: string, apply: string): Promise<string> {
  return writableTeam(cwd, {
    presents: [write('{{staged}}/shared.txt', name), write(`{{staged}}/${name}.txt`, name)],
    orchestrator: { apply },
    workspace: `ws/${name}`,
    file: `${name}.json`,
  });
}

test('of two runs the one that waits longer finds what the other changed, and leaves it', async () => {
  const { cwd } = await makePlace();
  await makeFiles(cwd, { 'proj/shared.txt': 'mine' });
  const [slow, fast] = [await team(cwd, 'slow', 'ask'), await team(cwd, 'fast', 'auto')];
  const terminal = openTerminal(['--config', slow, 'q'], { cwd, columns: 200 });
  await terminal.seen('Make them there, too? [y/N]');
  expect((await run(['--config', fast, 'q'], { cwd })).code).toBe(0);
  terminal.type('y\r');
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen).toContain('Wait  shared.txt in proj: it was changed meanwhile');
  expect(await text(cwd, 'proj/shared.txt')).toBe('fast');
  expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['fast.txt', 'shared.txt', 'slow.txt']);
});

test('two runs that end together lose nothing, and what one could not do is told', async () => {
  const { cwd } = await makePlace();
  await makeFiles(cwd, { 'proj/shared.txt': 'mine' });
  const teams = [await team(cwd, 'one', 'auto'), await team(cwd, 'other', 'auto')];
  const ended = await Promise.all(teams.map((config) => run(['--config', config, 'q'], { cwd })));
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['one.txt', 'other.txt', 'shared.txt']);
  const made: string[] = [];
  const waiting: string[] = [];
  for (const name of await runNames(cwd)) {
    for (const entry of await journalOf(join(cwd, 'massgen_logs', name))) {
      if (entry.type !== 'changes.applied') continue;
      made.push(...(entry['applied'] as string[]));
      waiting.push(...(entry['conflicts'] as { path: string }[]).map(({ path }) => path));
    }
  }
  // Either the second copy was made after the first change, or it is a conflict.
  expect([...made, ...waiting].toSorted()).toEqual(['one.txt', 'other.txt', 'shared.txt', 'shared.txt']);
  expect(waiting.length).toBeLessThan(2);
  expect(['one', 'other']).toContain(await text(cwd, 'proj/shared.txt'));
});

test('two commands on one folder wait for each other; two on one run do not both go on', async () => {
  const { cwd } = await makePlace();
  await makeFiles(cwd, { 'proj/shared.txt': 'mine' });
  for (const name of ['one', 'other'])
    expect((await run(['--config', await team(cwd, name, 'never'), 'q'], { cwd })).code).toBe(0);
  const names = await runNames(cwd);
  const applied = await Promise.all(names.map((name) => run(['runs', 'apply', name], { cwd })));
  expect(applied.map(({ code }) => code).toSorted()).toEqual([0, 2]);
  expect(applied.map(({ stderr }) => stderr).join('')).toContain('error MG1342');
  expect((await readdir(join(cwd, 'proj'))).toSorted()).toEqual(['one.txt', 'other.txt', 'shared.txt']);

  const [first = ''] = names;
  const undone: readonly Ended[] = await Promise.all([1, 2].map(() => run(['runs', 'undo', first], { cwd })));
  const why = undone.map(({ code, stderr }) => (code === 0 ? 'done' : stderr));
  expect(why.filter((each) => each === 'done')).toHaveLength(1);
  // The other came while it went on, or when nothing was left.
  expect(why.find((each) => each !== 'done')).toMatch(/error MG(?:1712|1343)/u);
});
