/** What is read again, and what is not, when a workspace is published again. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { defaultExcludes } from './default-excludes.ts';
import { contentOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { defaultLimits } from './snapshot-limits.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { openStoreFiles } from './store-files.ts';
import { createTrackedWorkspace } from './tracked-workspace.ts';
import { createWorkSlice } from './work-slice.ts';

interface Place {
  readonly base: string;
  readonly workspace: string;
  readonly directory: string;
  readonly store: SnapshotStore;
}

function place(files: Readonly<Record<string, string>>): Place {
  const base = temporaryDirectory();
  const workspace = join(base, 'ws');
  const directory = join(base, 'store');
  mkdirSync(workspace);
  writeFiles(workspace, files);
  return { base, workspace, directory, store: createContentSnapshotStore({ directory }) };
}

const large = 'x'.repeat(12_000_000);
const counted = existsSync('/proc/self/io');

/** How many bytes this process read from files while the action ran. */
async function bytesRead(action: () => Promise<unknown>): Promise<number> {
  const read = (): number => Number(/rchar: (\d+)/u.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  const before = read();
  await action();
  return read() - before;
}

test('a file that did not change is not read again', async ({ skip }) => {
  skip(!counted, 'this system does not count what a process reads');
  const at = place({ 'large.bin': large, 'small.txt': 'one' });
  expect(await bytesRead(() => at.store.publish(at.workspace))).toBeGreaterThan(large.length);
  writeFileSync(join(at.workspace, 'small.txt'), 'two');
  expect(await bytesRead(() => at.store.publish(at.workspace))).toBeLessThan(1_000_000);
});

test('not even by another process, once it was secured', async ({ skip }) => {
  skip(!counted, 'this system does not count what a process reads');
  const at = place({ 'large.bin': large, 'dir/run.sh': 'one' });
  chmodSync(join(at.workspace, 'dir/run.sh'), 0o755);
  symlinkSync('large.bin', join(at.workspace, 'link'));
  const { id } = await at.store.publish(at.workspace);
  await at.store.secure();
  const next = createContentSnapshotStore({ directory: at.directory });
  const read = bytesRead(async () => expect((await next.publish(at.workspace)).id).toBe(id));
  expect(await read).toBeLessThan(1_000_000);
});

test('what another process knew counts only for the same directory, and as it was written', async ({
  skip,
}) => {
  skip(!counted, 'this system does not count what a process reads');
  const at = place({ 'large.bin': large });
  await at.store.publish(at.workspace);
  await at.store.secure();
  const cache = join(at.directory, 'cache', readdirSync(join(at.directory, 'cache'))[0] ?? '');
  const text = readFileSync(cache, 'utf8');
  unlinkSync(cache);
  writeFileSync(cache, text.replaceAll('12000000', '12000001'));
  const damaged = createContentSnapshotStore({ directory: at.directory });
  expect(await bytesRead(() => damaged.publish(at.workspace))).toBeGreaterThan(large.length);

  unlinkSync(cache);
  writeFileSync(cache, text);
  renameSync(at.workspace, join(at.base, 'aside'));
  mkdirSync(at.workspace);
  renameSync(join(at.base, 'aside/large.bin'), join(at.workspace, 'large.bin'));
  const elsewhere = createContentSnapshotStore({ directory: at.directory });
  expect(await bytesRead(() => elsewhere.publish(at.workspace))).toBeGreaterThan(large.length);
});

test('what another process knew of a file says nothing of a directory in its place', async () => {
  const at = place({ thing: 'one' });
  chmodSync(join(at.workspace, 'thing'), 0o755);
  await at.store.publish(at.workspace);
  await at.store.secure();
  unlinkSync(join(at.workspace, 'thing'));
  mkdirSync(join(at.workspace, 'thing'), { mode: 0o755 });
  const next = createContentSnapshotStore({ directory: at.directory });
  const { manifest } = await next.publish(at.workspace);
  expect(manifest.entries.map(({ kind }) => kind)).toEqual(['directory']);
});

test('a content that is gone from the store is stored again by a process that knew of it', async () => {
  const at = place({ 'a.txt': 'one' });
  await at.store.publish(at.workspace);
  await at.store.secure();
  rmSync(join(at.directory, 'objects'), { recursive: true });
  const next = createContentSnapshotStore({ directory: at.directory });
  const { id } = await next.publish(at.workspace);
  await next.materialize(id, join(at.base, 'copy'));
  expect(contentOf(join(at.base, 'copy'))).toEqual({ 'a.txt': 'file one' });
});

test('a file is read again as long as its stamps cannot tell a later change', async () => {
  const at = place({ 'a.txt': 'one' });
  const files = openStoreFiles(at.directory);
  mkdirSync(at.directory);
  let now: number | undefined;
  const tracked = createTrackedWorkspace({
    root: at.workspace,
    files: { ...files, moment: () => ({ ...files.moment(), ...(now === undefined ? {} : { ms: now }) }) },
    limits: defaultLimits,
    excludes: defaultExcludes,
  });
  const rereads = async (): Promise<boolean> => {
    rmSync(join(at.directory, 'objects'), { recursive: true, force: true });
    await tracked.publish(createWorkSlice());
    return existsSync(join(at.directory, 'objects'));
  };
  // As if the file had been written at the very moment of the walk.
  now = 0;
  expect(await rereads()).toBe(true);
  expect(await rereads()).toBe(true);
  now = undefined;
  expect(await rereads()).toBe(true);
  expect(await rereads()).toBe(false);
});

test('changes right after each other are all seen, also when size and times stay', async () => {
  const at = place({ 'a.txt': '000' });
  const time = new Date(1_700_000_000_000);
  const seen = new Set<string>();
  for (let round = 0; round < 200; round += 1) {
    writeFileSync(join(at.workspace, 'a.txt'), String(round).padStart(3, '0'));
    utimesSync(join(at.workspace, 'a.txt'), time, time);
    const { id, changes } = await at.store.publish(at.workspace);
    seen.add(id);
    if (round > 0) expect(changes).toEqual({ added: [], modified: ['a.txt'], deleted: [] });
  }
  expect(seen.size).toBe(200);
});

test('what changed is told by content: files that were only touched did not', async () => {
  const at = place({ 'touched.txt': 'x', 'again.txt': 'x', 'mode.txt': 'x', 'a.txt': 'x', 'gone.txt': 'x' });
  symlinkSync('a.txt', join(at.workspace, 'link'));
  const first = await at.store.publish(at.workspace);
  expect(first.changes.added).toHaveLength(6);
  utimesSync(join(at.workspace, 'touched.txt'), 1, 1);
  writeFileSync(join(at.workspace, 'again.txt'), 'x');
  expect((await at.store.publish(at.workspace)).changes).toEqual({ added: [], modified: [], deleted: [] });

  chmodSync(join(at.workspace, 'mode.txt'), 0o600);
  appendFileSync(join(at.workspace, 'a.txt'), 'y');
  unlinkSync(join(at.workspace, 'gone.txt'));
  unlinkSync(join(at.workspace, 'link'));
  symlinkSync('mode.txt', join(at.workspace, 'link'));
  writeFiles(at.workspace, { 'new/b.txt': 'x' });
  expect((await at.store.publish(at.workspace)).changes).toEqual({
    added: ['new/', 'new/b.txt'],
    modified: ['a.txt', 'link', 'mode.txt'],
    deleted: ['gone.txt'],
  });
});

test('names that come and go are seen, also when the times of their directory are put back', async () => {
  const at = place({ 'dir/a.txt': 'x', 'dir/deep/b.txt': 'x' });
  const dir = join(at.workspace, 'dir');
  const time = new Date(1_700_000_000_000);
  const publishPutBack = async (action: () => void): Promise<unknown> => {
    action();
    for (const path of [dir, join(dir, 'deep'), at.workspace]) utimesSync(path, time, time);
    const { changes, manifest } = await at.store.publish(at.workspace);
    expect(manifest.totals.files).toBe(contentCount(at.workspace));
    return changes;
  };
  await publishPutBack(() => undefined);
  await publishPutBack(() => undefined);
  expect(await publishPutBack(() => writeFiles(dir, { 'deep/c.txt': 'y' }))).toMatchObject({
    added: ['dir/deep/c.txt'],
  });
  expect(await publishPutBack(() => renameSync(join(dir, 'a.txt'), join(dir, 'z.txt')))).toMatchObject({
    added: ['dir/z.txt'],
    deleted: ['dir/a.txt'],
  });
  expect(await publishPutBack(() => unlinkSync(join(dir, 'deep/b.txt')))).toMatchObject({
    deleted: ['dir/deep/b.txt'],
  });
});

function contentCount(root: string): number {
  return Object.values(contentOf(root)).filter((what) => what.startsWith('file')).length;
}

test('a look tells what changed and reads nothing; the next publication tells only what came after', async () => {
  const at = place({ 'a.txt': 'x' });
  expect(await at.store.look(at.workspace)).toEqual({ added: ['a.txt'], modified: [], deleted: [] });
  expect(existsSync(join(at.directory, 'objects'))).toBe(false);
  writeFiles(at.workspace, { 'b.txt': 'y' });
  const { changes, manifest } = await at.store.publish(at.workspace);
  expect(changes).toEqual({ added: ['b.txt'], modified: [], deleted: [] });
  expect(manifest.totals.files).toBe(2);
  writeFiles(at.workspace, { 'b.txt': 'other' });
  expect(await at.store.look(at.workspace)).toEqual({ added: [], modified: ['b.txt'], deleted: [] });
  const second = await at.store.publish(at.workspace);
  expect(second.changes).toEqual({ added: [], modified: [], deleted: [] });
  await at.store.materialize(second.id, join(at.base, 'copy'));
  expect(contentOf(join(at.base, 'copy'))).toEqual(contentOf(at.workspace));
});

test('a publication that fails leaves the version before as the newest, and its changes to be told', async () => {
  const at = place({ 'a.txt': 'x' });
  const store = createContentSnapshotStore({ directory: at.directory, limits: { maxBytes: 10 } });
  const { id } = await store.publish(at.workspace);
  writeFiles(at.workspace, { 'b.txt': 'y'.repeat(10) });
  await expect(store.publish(at.workspace)).rejects.toThrow(/more than 10 bytes/u);
  expect(await store.look(at.workspace)).toEqual({ added: ['b.txt'], modified: [], deleted: [] });
  await store.materialize(id, join(at.base, 'copy'));
  unlinkSync(join(at.workspace, 'b.txt'));
  expect(await store.publish(at.workspace)).toMatchObject({ id });
});

test('links are stored as the workspace is called, whichever way it is named', async () => {
  const at = place({ 'a.txt': 'x' });
  symlinkSync(join(at.workspace, 'a.txt'), join(at.workspace, 'link'));
  const { id } = await at.store.publish(join(at.base, 'other', '..', 'ws'));
  await at.store.materialize(id, join(at.base, 'copy'));
  expect(contentOf(join(at.base, 'copy'))).toEqual({ 'a.txt': 'file x', link: 'link a.txt' });
});
