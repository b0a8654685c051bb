import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { createTeamViews, type TeamViews } from './team-views.ts';
import type { View } from './views.ts';

async function rig(): Promise<{
  readonly base: string;
  readonly views: TeamViews;
  readonly view: View;
  readonly next: View;
}> {
  const base = temporaryDirectory();
  writeFiles(base, { 'ws/a.txt': 'one' });
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const first = await store.publish(join(base, 'ws'));
  writeFiles(base, { 'ws/b.txt': 'two' });
  const second = await store.publish(join(base, 'ws'));
  const views = createTeamViews({
    store,
    directory: join(base, 'run/views'),
    aside: join(base, 'run/aside'),
    ownDirectory: (agent) => join(base, 'run/own-views', `alias-of-${agent}`),
  });
  return {
    base,
    views,
    view: { label: 'agent1.1', snapshot: first.id, author: 'writer' },
    next: { label: 'agent1.2', snapshot: second.id, author: 'writer' },
  };
}

test('agents share their views, but for those that are to have copies', async () => {
  const { base, views, view, next } = await rig();
  views.separate('vandal');
  views.separate('vandal');
  expect(views.of('reader')).toBe(join(base, 'run/views'));
  expect(views.of('vandal')).toBe(join(base, 'run/own-views/alias-of-vandal'));
  const paths = await views.publish(view);
  await views.publish(next);
  expect(paths).toEqual(['reader', 'vandal'].map((agent) => join(views.of(agent), 'agent1.1')));
  for (const path of paths) expect(contentOf(path)).toEqual({ 'a.txt': 'file one' });
  // No file of the one has another name in the other.
  const inodes = (directory: string): readonly string[] =>
    execFileSync('find', [directory, '-type', 'f', '-printf', '%i\n']).toString().trim().split('\n');
  const shared = new Set(inodes(views.of('reader')));
  expect(inodes(views.of('vandal')).filter((inode) => shared.has(inode))).toEqual([]);
});

test('what one does to its copies reaches nobody, and is undone before it looks again', async () => {
  const { base, views, view } = await rig();
  views.separate('vandal');
  const [shared = '', own = ''] = await views.publish(view);
  await views.distrust();
  execFileSync('chmod', ['-R', 'u+w', own]);
  writeFileSync(join(own, 'a.txt'), 'evil');
  writeFileSync(join(own, 'more.txt'), 'evil');
  expect(contentOf(shared)).toEqual({ 'a.txt': 'file one' });
  expect(await views.check('reader')).toEqual([]);
  const warnings = await views.check('vandal');
  expect(warnings.map(({ code }) => code)).toEqual([workspaceErrors.viewChanged.code]);
  expect(contentOf(own)).toEqual({ 'a.txt': 'file one' });
  // The shared ones are for people too, whoever else reads them.
  execFileSync('chmod', ['-R', 'u+w', shared]);
  writeFileSync(join(shared, 'a.txt'), 'evil');
  expect(await views.check('vandal')).toHaveLength(1);
  expect(contentOf(shared)).toEqual({ 'a.txt': 'file one' });
  expect(existsSync(join(base, 'run/aside/own/alias-of-vandal/agent1.1-1/more.txt'))).toBe(true);
});
