import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { digestOf, writeFiles } from './file-tree.test-support.ts';
import { createMovesRig, fill } from './moves-rig.test-support.ts';

test('tells what an answer and the workspace have, and which lines differ', async () => {
  const rig = createMovesRig();
  await rig.answer('agent2.1', (place) => {
    writeFiles(place, {
      'src/a.txt': 'one\ntwo\nthree\n',
      'src/gone.txt': 'x',
      same: 's',
      bin: 'a\0b',
      'kind/x': '',
    });
    writeFiles(place, { run: '#!/bin/sh\n' });
    symlinkSync('same', join(place, 'link'));
  });
  writeFiles(rig.root, {
    'src/a.txt': 'one\n2\nthree\n',
    'src/new.txt': 'n',
    same: 's',
    bin: 'a\0c',
    kind: 'file',
  });
  writeFiles(rig.root, { run: '#!/bin/sh\n', '.git/HEAD': 'never told of' });
  chmodSync(join(rig.root, 'run'), 0o755);
  symlinkSync('run', join(rig.root, 'link'));
  const before = digestOf(rig.root);
  const diff = await rig.diff('agent2.1');
  expect(diff.changes.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'modified bin',
    'modified kind',
    'deleted kind/x',
    'modified link',
    'modified run',
    'modified src/a.txt',
    'deleted src/gone.txt',
    'added src/new.txt',
  ]);
  expect(diff.details).toEqual([
    '"bin": binary, 3 bytes → 3 bytes',
    '"kind": a folder in agent2.1, a file in your workspace',
    '"link": a link to "same" in agent2.1, a link to "run" in your workspace',
    '"run": mode 644 → 755',
    '--- agent2.1: src/a.txt\n+++ your workspace: src/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three',
  ]);
  expect(diff).toMatchObject({ more: 0, undescribed: 0 });
  expect(digestOf(rig.root)).toBe(before);
});

test('compares folders, single files of any names, and answers with each other', async () => {
  const rig = createMovesRig();
  await rig.answer('agent1.1', fill({ 'a/x': '1\n', 'a/y': '2\n' }));
  await rig.answer('agent2.1', fill({ 'b/x': '1\n', 'b/y': 'two\n' }));
  writeFiles(rig.root, { 'own/x': '1\n', notes: '2\n' });
  const told = async (from: string, to?: string): Promise<readonly string[]> =>
    (await rig.diff(from, to)).changes.map(({ path, kind }) => `${kind} ${path}`);
  expect(await told('agent1.1/a', 'agent2.1/b')).toEqual(['modified y']);
  expect(await told('agent1.1/a/y', 'agent2.1/b/y')).toEqual(['modified y']);
  expect(await told('agent1.1/a/y', 'notes')).toEqual([]);
  expect(await told('agent1.1/a', 'own')).toEqual(['deleted y']);
  expect(await told('agent1.1/a', join(rig.root, 'own/'))).toEqual(['deleted y']);
  expect(await told('agent1.1/a')).toEqual(['deleted x', 'deleted y']);
});

test('stays short, and says what it leaves out', async () => {
  const rig = createMovesRig();
  const many = (text: string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: 700 }, (_, n) => [`many/${n}`, `${text} ${n}\n`.repeat(n < 600 ? 1 : 0)]),
    );
  const long = (text: string): string =>
    Array.from({ length: 300 }, (_, n) => `${text} ${n} ${'.'.repeat(40)}\n`).join('');
  await rig.answer('agent2.1', fill({ ...many('their'), long: long('their'), huge: 'x'.repeat(1_000_001) }));
  writeFiles(rig.root, { ...many('my'), long: long('my'), huge: 'y' });
  const diff = await rig.diff('agent2.1');
  expect([diff.changes.length, diff.more]).toEqual([500, 102]);
  expect(diff.details.length + diff.undescribed).toBe(602);
  expect(diff.details.length).toBe(100);
  expect(diff.details.join('').length).toBeLessThan(50_001);
  expect(diff.details.slice(0, 2)).toEqual([
    '"huge": too large to compare, 976.6 KiB → 1 bytes',
    '"long": +300 -300 lines, too many to show',
  ]);
});

test('does not take away from anybody else what has changed', async () => {
  const rig = createMovesRig();
  await rig.answer('agent2.1', fill({ a: 'x' }));
  const snapshots = createContentSnapshotStore({ directory: rig.store });
  await snapshots.publish(rig.root);
  writeFileSync(join(rig.root, 'new'), '1');
  await rig.diff('agent2.1');
  expect((await snapshots.publish(rig.root)).changes.added).toEqual(['new']);
});

test('says what it cannot find', async () => {
  const rig = createMovesRig();
  await expect(rig.diff('agent2.1')).rejects.toMatchObject({ code: 'MG1353' });
  await rig.answer('agent2.1', fill({ a: 'x' }));
  await expect(rig.diff('agent3.1')).rejects.toThrow('there are agent2.1');
  await expect(rig.diff('agent2.1/b')).rejects.toMatchObject({ code: 'MG1352' });
  await expect(rig.diff('agent2.1', '../other')).rejects.toMatchObject({ code: 'MG1350' });
});
