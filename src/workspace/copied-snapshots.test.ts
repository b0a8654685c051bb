/** Snapshots of earlier versions, which were complete copies, are read like any other. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { encodeManifest, type Manifest, snapshotId } from './manifest.ts';

interface Old {
  readonly base: string;
  readonly directory: string;
  readonly id: string;
  readonly tree: string;
}

function oldSnapshot(): Old {
  const base = temporaryDirectory();
  const directory = join(base, 'store');
  const file = (path: string, content: string, mode: 0o644 | 0o755) =>
    ({ path, kind: 'file', mode, size: content.length, sha256: hash('sha256', content) }) as const;
  const manifest: Manifest = {
    v: 1,
    entries: [
      { path: 'dir', kind: 'directory', mode: 0o755, size: 0 },
      file('dir/a.txt', 'one', 0o644),
      { path: 'link', kind: 'link', mode: 0o777, size: 9, link: 'dir/a.txt' },
      file('run.sh', '#!', 0o755),
    ],
    excluded: ['.git'],
    skipped: [],
    totals: { files: 2, directories: 1, links: 1, bytes: 5 },
  };
  const text = encodeManifest(manifest);
  const id = snapshotId(text);
  const tree = join(directory, 'snapshots', id, 'tree');
  writeFiles(tree, { 'dir/a.txt': 'one', 'run.sh': '#!' });
  writeFileSync(join(directory, 'snapshots', id, 'manifest.json'), text);
  return { base, directory, id, tree };
}

test('is there, is described and comes out as it went in', async () => {
  const { base, directory, id } = oldSnapshot();
  const store = createContentSnapshotStore({ directory });
  expect(await store.has(id)).toBe(true);
  expect((await store.manifest(id)).excluded).toEqual(['.git']);
  await store.materialize(id, join(base, 'copy'));
  const content = { dir: 'dir', 'dir/a.txt': 'file one', link: 'link dir/a.txt', 'run.sh': 'exec #!' };
  expect(contentOf(join(base, 'copy'))).toEqual(content);
  // The same files are the same snapshot, in the new form from then on.
  mkdirSync(join(base, 'copy/.git'));
  expect((await store.publish(join(base, 'copy'))).id).toBe(id);
  rmSync(join(directory, 'snapshots'), { recursive: true });
  await store.materialize(id, join(base, 'again'));
  expect(contentOf(join(base, 'again'))).toEqual(content);
});

const damage: readonly (readonly [string, string, (old: Old) => void])[] = [
  ['a changed byte', '"dir/a.txt"', ({ tree }) => writeFileSync(join(tree, 'dir/a.txt'), 'onE')],
  ['a missing file', '"run.sh"', ({ tree }) => unlinkSync(join(tree, 'run.sh'))],
  ['a missing directory', '"dir/a.txt"', ({ tree }) => rmSync(join(tree, 'dir'), { recursive: true })],
  ['a missing tree', 'tree', ({ tree }) => rmSync(tree, { recursive: true })],
  [
    'a link in place of a file',
    '"run.sh"',
    ({ tree }) => {
      unlinkSync(join(tree, 'run.sh'));
      symlinkSync('dir/a.txt', join(tree, 'run.sh'));
    },
  ],
  ['an empty manifest', 'manifest.json', ({ tree }) => writeFileSync(join(tree, '../manifest.json'), '')],
];
test.each(damage)('%s is found and named', async (_, named, spoil) => {
  const old = oldSnapshot();
  chmodSync(old.tree, 0o700);
  spoil(old);
  const store = createContentSnapshotStore({ directory: old.directory });
  const result = store.materialize(old.id, join(old.base, 'copy'));
  await expect(result).rejects.toMatchObject({ code: workspaceErrors.snapshotDamaged.code });
  await expect(result).rejects.toThrow(named);
});
