import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, digestOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { publishView } from './views.ts';

async function published(): Promise<{ base: string; views: string; store: SnapshotStore; id: string }> {
  const base = temporaryDirectory();
  writeFiles(base, { 'ws/dir/a.txt': 'one' });
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const { id } = await store.publish(join(base, 'ws'));
  return { base, views: join(base, 'run/views'), store, id };
}

test('a view shows the files of the snapshot, read-only, under its label', async () => {
  const { views, store, id } = await published();
  expect(await publishView(store, id, views, 'agent1.1')).toBe(join(views, 'agent1.1'));
  expect(contentOf(views)).toEqual({
    'agent1.1': 'dir',
    'agent1.1/dir': 'dir',
    'agent1.1/dir/a.txt': 'file one',
  });
  expect(statSync(join(views, 'agent1.1/dir/a.txt')).mode & 0o222).toBe(0);
});

test('a view that exists is kept as it is, without asking the store', async () => {
  const { views, store, id } = await published();
  const view = await publishView(store, id, views, 'agent1.1');
  const before = digestOf(view);
  const materialize = vi.fn<SnapshotStore['materialize']>();
  expect(await publishView({ materialize }, id, views, 'agent1.1')).toBe(view);
  expect(materialize).not.toHaveBeenCalled();
  expect(digestOf(view)).toBe(before);
});

test('the same view published at once by several is made once', async () => {
  const { views, store, id } = await published();
  await Promise.all(Array.from({ length: 4 }, () => publishView(store, id, views, 'agent1.1')));
  expect(readdirSync(views)).toEqual(['agent1.1']);
});

test('nothing is left under the label when the snapshot cannot be read', async () => {
  const { views, store } = await published();
  await expect(publishView(store, '0'.repeat(64), views, 'agent1.1')).rejects.toMatchObject({
    code: workspaceErrors.snapshotNotFound.code,
  });
  expect(readdirSync(views)).toEqual([]);
});

test('something else under the label is not taken for the view', async () => {
  const { views, store, id, base } = await published();
  mkdirSync(views, { recursive: true });
  symlinkSync(base, join(views, 'agent1.1'));
  await expect(publishView(store, id, views, 'agent1.1')).rejects.toMatchObject({
    code: workspaceErrors.targetExists.code,
  });
});

test.each(['', '.', '..', '../x', 'a/b', 'a\0b', 'x'.repeat(256)])('%j is no label', async (label) => {
  const { views, store, id } = await published();
  await expect(publishView(store, id, views, label)).rejects.toMatchObject({
    code: workspaceErrors.nameUnsafe.code,
  });
});
