import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diffScans, type ScanDifference, scanWorkspace } from './change-detector.ts';
import { temporaryDirectory, writeFiles } from './file-tree.test-support.ts';

async function changesOf(root: string, action: () => void): Promise<ScanDifference> {
  const before = await scanWorkspace(root);
  action();
  return diffScans(before, await scanWorkspace(root));
}

test('nothing changed gives nothing, even when files were read and links exist', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'a/b.txt': 'x' });
  symlinkSync('nowhere', join(root, 'link'));
  expect(await changesOf(root, () => void execFileSync('cat', ['a/b.txt'], { cwd: root }))).toEqual({
    added: [],
    modified: [],
    deleted: [],
  });
});

test('new, changed and deleted files and directories are told by path', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'kept/a.txt': 'x', 'old/b.txt': 'x', 'mode.sh': 'x' });
  const changes = await changesOf(root, () => {
    appendFileSync(join(root, 'kept/a.txt'), 'y');
    rmSync(join(root, 'old'), { recursive: true });
    writeFiles(root, { 'new/c.txt': 'x' });
    chmodSync(join(root, 'mode.sh'), 0o755);
  });
  expect(changes).toEqual({
    added: ['new/', 'new/c.txt'],
    modified: ['kept/a.txt', 'mode.sh'],
    deleted: ['old/', 'old/b.txt'],
  });
});

test('a change that keeps size and modification time is seen', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'a.txt': 'one', 'b.txt': 'one' });
  const time = new Date(1_700_000_000_000);
  for (const name of ['a.txt', 'b.txt']) utimesSync(join(root, name), time, time);
  const changes = await changesOf(root, () => {
    writeFileSync(join(root, 'a.txt'), 'two');
    utimesSync(join(root, 'a.txt'), time, time);
    writeFileSync(join(root, 'fresh'), 'two');
    utimesSync(join(root, 'fresh'), time, time);
    renameSync(join(root, 'fresh'), join(root, 'b.txt'));
  });
  expect(changes.modified).toEqual(['a.txt', 'b.txt']);
});

test('a path that becomes something else is both deleted and added', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { thing: 'x' });
  const changes = await changesOf(root, () => {
    unlinkSync(join(root, 'thing'));
    mkdirSync(join(root, 'thing'));
  });
  expect(changes).toEqual({ added: ['thing/'], modified: [], deleted: ['thing'] });
});

test('what snapshots leave out does not count', async () => {
  const root = temporaryDirectory();
  const changes = await changesOf(root, () =>
    writeFiles(root, { '.git/HEAD': 'x', 'node_modules/a/b.js': 'x' }),
  );
  expect(changes).toEqual({ added: [], modified: [], deleted: [] });
});

test('a directory that is missing is an empty one', async () => {
  const root = join(temporaryDirectory(), 'gone');
  expect((await scanWorkspace(root)).size).toBe(0);
  const changes = await changesOf(root, () => writeFiles(root, { 'a.txt': 'x' }));
  expect(changes).toEqual({ added: ['a.txt'], modified: [], deleted: [] });
});

test('a place that is no directory is an error', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { file: 'x' });
  await expect(scanWorkspace(join(root, 'file'))).rejects.toThrow(/looking at .*file/u);
});

test('other work goes on while a large workspace is looked at', async () => {
  const root = temporaryDirectory();
  writeFiles(root, Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`f${n}`, ''])));
  let ticks = 0;
  let going = true;
  const tick = (): void => {
    ticks += 1;
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  await scanWorkspace(root);
  going = false;
  expect(ticks).toBeGreaterThanOrEqual(3);
});
