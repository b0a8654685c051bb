import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { createContentSnapshotStore } from '../workspace/content-snapshot-store.ts';
import type { SnapshotStore } from '../workspace/snapshot-store.ts';
import { createWorkspaceVersions, type WorkspaceVersions } from './workspace-versions.ts';

interface Rig {
  readonly workspace: string;
  readonly store: SnapshotStore;
  readonly versions: WorkspaceVersions;
  /** What the store was asked to do, in order. */
  readonly asked: readonly string[];
  write(name: string, content: string): void;
}

function rig(maxBytes = 1_000): Rig {
  const base = mkdtempSync(join(tmpdir(), 'massgen-versions-'));
  onTestFinished(() => rmSync(base, { recursive: true }));
  const workspace = join(base, 'ws');
  mkdirSync(workspace);
  const store = createContentSnapshotStore({ directory: join(base, 'store'), limits: { maxBytes } });
  const asked: string[] = [];
  const told = {
    look: (path: string) => (asked.push('look'), store.look(path)),
    publish: (path: string) => (asked.push('publish'), store.publish(path)),
    secure: () => (asked.push('secure'), store.secure()),
  };
  const pathOf = (agent: string): string | undefined => (agent === 'writer' ? workspace : undefined);
  return {
    workspace,
    store,
    asked,
    versions: createWorkspaceVersions({ store: told, pathOf }),
    write: (name, content) => writeFileSync(join(workspace, name), content),
  };
}

test('a call that changed something has a version, and one that did not has none', async () => {
  const { versions, store, write } = rig();
  write('a.txt', 'one');
  const changes = await versions.takeChanges('writer', 'c1');
  expect(changes).toMatchObject({ added: ['a.txt'], published: { files: 1, bytes: 3 } });
  expect(await store.has(changes?.published?.snapshot ?? '')).toBe(true);
  expect(await versions.takeChanges('writer', 'c2')).toBeUndefined();
  write('a.txt', 'one');
  expect(await versions.takeChanges('writer', 'c3')).toBeUndefined();
});

test('calls that end at the same time share one look, and are named together', async () => {
  const { versions, asked, write } = rig();
  for (const name of ['a', 'b', 'c', 'd']) write(name, 'x');
  const all = await Promise.all(['c1', 'c2', 'c3', 'c4'].map((call) => versions.takeChanges('writer', call)));
  expect(asked).toEqual(['publish']);
  expect(all).toMatchObject([
    { added: ['a', 'b', 'c', 'd'], beside: ['c2', 'c3', 'c4'] },
    undefined,
    undefined,
    undefined,
  ]);
});

test('a call that ends while a look goes on gets one of its own, after it', async () => {
  const { versions, asked, write } = rig();
  write('a', 'x');
  const first = versions.takeChanges('writer', 'c1');
  // Until the look has begun.
  while (asked.length === 0) await new Promise((resolve) => void setImmediate(resolve));
  write('b', 'x');
  const second = versions.takeChanges('writer', 'c2');
  expect(await first).not.toHaveProperty('beside');
  expect([...((await first)?.added ?? []), ...((await second)?.added ?? [])]).toEqual(['a', 'b']);
  expect(asked).toEqual(['publish', 'publish']);
});

test('what cannot be published is told once, its changes each time, and it is tried again', async () => {
  const { versions, workspace, write } = rig(10);
  write('kept', 'x'.repeat(8));
  write('a', 'x'.repeat(8));
  const refused = { code: workspaceErrors.tooLarge.code };
  expect(await versions.takeChanges('writer', 'c1')).toMatchObject({
    added: ['a', 'kept'],
    unpublished: refused,
  });
  write('a', 'y'.repeat(8));
  const again = await versions.takeChanges('writer', 'c2');
  expect(again).toEqual({ added: [], modified: ['a'], deleted: [] });
  await expect(versions.publish('writer')).rejects.toMatchObject(refused);
  unlinkSync(join(workspace, 'a'));
  write('b', 'x');
  expect(await versions.takeChanges('writer', 'c3')).toMatchObject({
    added: ['b'],
    deleted: ['a'],
    published: { files: 2 },
  });
  write('a', 'x'.repeat(8));
  expect(await versions.takeChanges('writer', 'c4')).toMatchObject({ unpublished: refused });
});

test('an answer is bound to the version that is there, without another one', async () => {
  const { versions, asked, write } = rig();
  write('a', 'x');
  const changes = await versions.takeChanges('writer', 'c1');
  expect(await versions.publish('writer')).toEqual(changes?.published);
  expect(asked).toEqual(['publish', 'publish', 'secure']);
});

test('an agent without a workspace has no versions', async () => {
  const { versions, asked } = rig();
  expect(await versions.takeChanges('critic', 'c1')).toBeUndefined();
  expect(await versions.publish('critic')).toBeUndefined();
  expect(asked).toEqual([]);
});

test('a workspace that is gone is an error, not a workspace without files', async () => {
  const { versions, workspace } = rig();
  rmSync(workspace, { recursive: true });
  await expect(versions.takeChanges('writer', 'c1')).rejects.toMatchObject({
    code: workspaceErrors.sourceMissing.code,
  });
});
