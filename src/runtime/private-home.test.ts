import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clearPrivateHome, makePrivateHome } from './private-home.ts';

const run = (): string => mkdtempSync(join(tmpdir(), 'massgen-home-'));
const homeIn = (directory: string) => ({
  path: join(directory, 'homes/agent1'),
  files: { '.server/config.json': '{}', '.server/deep/empty': '' },
  traces: ['.server', '.logs'],
});

test('is made with its files, for us alone, also a second time', async () => {
  const home = homeIn(run());
  await makePrivateHome(home);
  await makePrivateHome(home);
  const file = join(home.path, '.server/config.json');
  expect(readFileSync(file, 'utf8')).toBe('{}');
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(statSync(home.path).mode & 0o077).toBe(0);
});

test('goes with what the server wrote down', async () => {
  const directory = run();
  const home = homeIn(directory);
  await makePrivateHome(home);
  writeFileSync(join(home.path, '.server/calls.log'), 'a secret');
  await clearPrivateHome(home);
  expect(readdirSync(directory)).toEqual([]);
});

test('stays where an agent left something in it', async () => {
  const home = homeIn(run());
  await makePrivateHome(home);
  writeFileSync(join(home.path, 'notes.md'), 'mine');
  await clearPrivateHome(home);
  expect(readdirSync(home.path)).toEqual(['notes.md']);
});

test('that never came to be is no trouble', async () => {
  await expect(clearPrivateHome(homeIn(run()))).resolves.toBeUndefined();
});
