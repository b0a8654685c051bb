/** What an agent leaves in a copy that cannot be taken over is told, and costs the user nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createContentSnapshotStore } from '../workspace/content-snapshot-store.ts';
import { temporaryDirectory } from '../workspace/file-tree.test-support.ts';
import { guardPaths } from '../workspace/guarded-paths.ts';
import { planTarget } from './change-target.ts';

test('a file or folder that was replaced by what no copy holds is not deleted', async () => {
  const base = temporaryDirectory();
  const [folder, copy] = [join(base, 'folder'), join(base, 'copy')];
  mkdirSync(join(folder, 'dir/in'), { recursive: true });
  for (const path of ['link', 'pipe', 'gone', 'dir/in/file']) writeFileSync(join(folder, path), path);
  const store = createContentSnapshotStore({ directory: join(base, 'store'), excludes: new Set() });
  const before = await store.publish(folder);
  await store.materialize(before.id, copy);
  for (const path of ['link', 'pipe', 'gone', 'dir']) rmSync(join(copy, path), { recursive: true });
  symlinkSync('/etc/passwd', join(copy, 'link'));
  symlinkSync('../outside', join(copy, 'dir'));
  execFileSync('mkfifo', [join(copy, 'pipe')]);
  const { id } = await store.publish(copy);

  const target = {
    folder,
    base: before.manifest.entries,
    snapshot: id,
    guard: guardPaths({ protectedPaths: [], excludes: new Set() }),
  };
  const { planned, left } = await planTarget(store, target);
  expect(planned.map(({ change: { path, after } }) => [path, after])).toEqual([['gone', undefined]]);
  expect(left.map(({ path }) => path).toSorted()).toEqual(['dir', 'link', 'pipe']);
  for (const { reason } of left) expect(reason).toMatch(/^cannot be taken over: ./u);

  const { planned: one, left: alone } = await planTarget(store, { ...target, only: 'pipe' });
  expect(one).toEqual([]);
  expect(alone).toMatchObject([{ path: 'pipe' }]);
});
