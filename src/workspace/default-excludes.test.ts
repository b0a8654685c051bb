import { expect, test } from 'vitest';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { defaultExcludes, workspaceExcludes } from './default-excludes.ts';
import { temporaryDirectory, writeFiles } from './file-tree.test-support.ts';

test('names come on top of the usual ones, and a mark takes one off', () => {
  expect(workspaceExcludes([])).toEqual(defaultExcludes);
  const excludes = workspaceExcludes(['target', '!.git', '!nothing', 'a', '!a']);
  expect(excludes.difference(defaultExcludes)).toEqual(new Set(['target']));
  expect(defaultExcludes.difference(excludes)).toEqual(new Set(['.git']));
});

test('what is left out is named, what is taken in is published', async () => {
  const base = temporaryDirectory();
  writeFiles(base, { 'ws/.git/HEAD': 'x', 'ws/app/target/a.o': 'x', 'ws/app/a.rs': 'x' });
  const excludes = workspaceExcludes(['target', '!.git']);
  const store = createContentSnapshotStore({ directory: `${base}/store`, excludes });
  const { manifest } = await store.publish(`${base}/ws`);
  expect(manifest.entries.map(({ path }) => path)).toEqual(['.git', '.git/HEAD', 'app', 'app/a.rs']);
  expect(manifest.excluded).toEqual(['app/target']);
});
