/** `massgen runs prune` and `massgen runs verify`. */
import { chmod, readdir } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, run } from '../fixtures/command-line.ts';
import { onlyRun } from '../fixtures/runs-on-disk.ts';
import { answer, writeTeam } from '../fixtures/script-team.ts';

test('a run goes when it is asked for, and says what it would do before', async () => {
  const { cwd } = await makePlace();
  expect(await run(['runs', 'prune', '--keep', '0'], { cwd })).toMatchObject({
    code: 0,
    stdout: 'Store: 0 snapshots and 0 contents removed, 0 bytes.\n',
  });
  const team = await writeTeam(cwd, [{ answers: [answer('done')] }]);
  await run(['--config', team, 'q'], { cwd });
  const id = basename(await onlyRun(cwd));
  const dry = await run(['runs', 'prune', '--keep', '0', '--dry-run'], { cwd });
  expect(dry.stdout).toContain(`${id}  would be removed\n`);
  expect((await run(['runs', 'prune', '--older-than', '1d'], { cwd })).stdout).not.toContain(id);
  const json = await run(['runs', 'prune', '--keep', '0', '--output', 'json'], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ removed: [id], interrupted: [], store: { busy: false } });
  expect((await run(['runs', 'list'], { cwd })).stdout).toBe('No runs in massgen_logs.\n');
});

test.each([
  ['--older-than', '30'],
  ['--older-than', 'soon'],
  ['--keep', '-1'],
])('%s %s is refused', async (flag, value) => {
  const { cwd } = await makePlace();
  const { code, stderr } = await run(['runs', 'prune', flag, value], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('MG1001');
});

test('what is damaged is named, and the status says so', async () => {
  const { cwd } = await makePlace();
  const team = await writeTeam(cwd, [{ answers: [answer('long '.repeat(20_000))] }]);
  await run(['--config', team, 'q'], { cwd });
  const fine = await run(['runs', 'verify'], { cwd });
  expect(fine.code).toBe(0);
  expect(fine.stdout).toMatch(/^0 snapshots and [1-9]\d* contents: all are as they were stored\.\n$/u);
  const objects = join(cwd, 'massgen_logs/.store/objects');
  const [prefix = ''] = await readdir(objects);
  const [name = ''] = await readdir(join(objects, prefix));
  await chmod(join(objects, prefix, name), 0o600);
  spawnSync('sed', ['-i', 's/long/lonG/', join(objects, prefix, name)]);
  const damaged = await run(['runs', 'verify', '--output', 'json'], { cwd });
  expect(damaged.code).toBe(1);
  const { problems } = JSON.parse(damaged.stdout) as { problems: readonly string[] };
  expect(problems).toEqual([expect.stringContaining(join(objects, prefix, name))]);
});
