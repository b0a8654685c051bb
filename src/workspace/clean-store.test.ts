import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { type CleanedStore, type CleanStoreOptions, cleanStore } from './clean-store.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { verifyStore } from './verify-store.ts';

interface Rig {
  readonly base: string;
  readonly directory: string;
  /** As another process opens it. */
  open(): SnapshotStore;
  publish(files: Readonly<Record<string, string>>): Promise<string>;
  clean(named: readonly string[], more?: Partial<CleanStoreOptions>): Promise<CleanedStore>;
  /** What a snapshot holds, as a process sees it that knows nothing yet. */
  content(id: string): Promise<Readonly<Record<string, string>>>;
  files(): readonly string[];
}

const hours = (count: number): number => count * 3_600_000;

function rig(): Rig {
  const base = temporaryDirectory();
  const directory = join(base, 'store');
  const open = (): SnapshotStore => createContentSnapshotStore({ directory });
  let count = 0;
  return {
    base,
    directory,
    open,
    async publish(files) {
      count += 1;
      writeFiles(join(base, `ws${count}`), { 'x/': '', ...files });
      return (await open().publish(join(base, `ws${count}`))).id;
    },
    clean: (named, more = {}) =>
      cleanStore({
        directory,
        named: new Set(named),
        isBusy: () => false,
        now: Date.now() + hours(2),
        ...more,
      }),
    async content(id) {
      count += 1;
      await open().materialize(id, join(base, `copy${count}`));
      return contentOf(join(base, `copy${count}`));
    },
    files: () =>
      execFileSync('find', ['.', '-type', 'f', '-not', '-name', 'clock'], { cwd: directory })
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .toSorted(),
  };
}

/** Enough to be bundled. */
const many = (from: number, to: number, more = ''): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, n) => [`f${from + n}`, `content ${from + n}${more}`]),
  );

test('what no run names goes, what one names stays whole', async () => {
  const { publish, clean, content, files } = rig();
  const kept = await publish({ 'a.txt': 'one', 'b.txt': 'shared' });
  const gone = await publish({ 'a.txt': 'two', 'b.txt': 'shared' });
  expect(await clean([kept])).toEqual({ busy: false, snapshots: 1, contents: 1, bytes: expect.any(Number) });
  expect(await content(kept)).toEqual({ 'a.txt': 'file one', 'b.txt': 'file shared', x: 'dir' });
  await expect(content(gone)).rejects.toMatchObject({ code: workspaceErrors.snapshotNotFound.code });
  expect(files().filter((path) => path.startsWith('./objects'))).toHaveLength(2);
  expect(await clean([kept])).toEqual({ busy: false, snapshots: 0, contents: 0, bytes: 0 });
});

test('a long value of a journal is named by its hash, as a snapshot is', async () => {
  const { directory, publish, clean } = rig();
  await publish({ 'a.txt': 'one' });
  const name = 'ab'.repeat(32);
  writeFiles(directory, { [`objects/${name.slice(0, 2)}/${name.slice(2)}`]: 'a long value' });
  await clean([name]);
  expect(readdirSync(join(directory, 'objects', 'ab'))).toEqual([name.slice(2)]);
  await clean([]);
  expect(readdirSync(join(directory, 'objects', 'ab'))).toEqual([]);
});

test('nothing that is younger than an hour goes, nor what it needs', async () => {
  const { directory, publish, clean, files } = rig();
  await publish({ 'a.txt': 'old' });
  // A young manifest may be on its way into a journal; it needs an old content.
  const [old = ''] = files().filter((path) => path.startsWith('./objects'));
  const before = files();
  expect(await clean([], { now: Date.now() + hours(0.9) })).toMatchObject({ snapshots: 0, contents: 0 });
  expect(files()).toEqual(before);
  execFileSync('touch', ['-d', '3 hours ago', join(directory, old)]);
  expect(await clean([], { now: Date.now() })).toMatchObject({ snapshots: 0, contents: 0 });
  expect(files()).toEqual(before);
});

test('nothing goes while a run is at work, at the start or at the end', async () => {
  const { publish, clean, content, files } = rig();
  const id = await publish({ ...many(0, 40), 'a.txt': 'one' });
  const before = files();
  const busy = { busy: true, snapshots: 0, contents: 0, bytes: 0 };
  expect(await clean([], { isBusy: () => true })).toEqual(busy);
  let asked = 0;
  const beginsMeanwhile = (): boolean => {
    asked += 1;
    return asked > 1;
  };
  expect(await clean([], { isBusy: beginsMeanwhile })).toEqual(busy);
  expect(files()).toEqual(before);
  expect(Object.keys(await content(id))).toHaveLength(42);
});

test('a run that begins while things are moved aside stores anew what it needs', async () => {
  const { base, open, publish, clean, content } = rig();
  await publish({ 'a.txt': 'one' });
  const store = open();
  let asked = 0;
  let id = '';
  await clean([], {
    isBusy: () => {
      asked += 1;
      return false;
    },
    now: Date.now() + hours(2),
  });
  expect(asked).toBe(2);
  writeFiles(base, { 'ws9/a.txt': 'one' });
  ({ id } = await store.publish(join(base, 'ws9')));
  expect(await content(id)).toEqual({ 'a.txt': 'file one' });
});

test('a dry run tells the same and does nothing', async () => {
  const { publish, clean, files } = rig();
  await publish(many(0, 40));
  const before = files();
  const told = await clean([], { dryRun: true });
  expect(told).toMatchObject({ snapshots: 1, contents: 40 });
  expect(files()).toEqual(before);
  expect(await clean([])).toEqual(told);
  expect(files()).toEqual([]);
});

test('a bundle of which little is needed is made anew, one of which much is needed stays', async () => {
  const { directory, publish, clean, content } = rig();
  const all = await publish(many(0, 100, 'x'.repeat(1_000)));
  const few = await publish(many(0, 10, 'x'.repeat(1_000)));
  const much = await publish(many(0, 80, 'x'.repeat(1_000)));
  const bundles = (): readonly string[] => readdirSync(join(directory, 'bundles'));
  const [made] = bundles();
  await clean([few, much]);
  expect(bundles()).toEqual([made]);
  expect(await clean([few])).toMatchObject({ snapshots: 1, contents: 90 });
  expect(bundles()).not.toContain(made);
  expect(Object.keys(await content(few))).toHaveLength(11);
  await expect(content(all)).rejects.toMatchObject({ code: workspaceErrors.snapshotNotFound.code });
  expect((await verifyStore(directory)).problems).toEqual([]);
});

test('a version that is described by another one keeps the description readable', async () => {
  const { base, publish, open, clean, content } = rig();
  await publish({ other: 'x' });
  writeFiles(join(base, 'ws'), many(0, 60));
  const store = open();
  const first = await store.publish(join(base, 'ws'));
  writeFiles(base, { 'ws/f7': 'changed' });
  const second = await store.publish(join(base, 'ws'));
  expect(first.id).not.toBe(second.id);
  await clean([second.id]);
  expect(await content(second.id)).toMatchObject({ f7: 'file changed', f8: 'file content 8' });
});

test('what was moved aside when the process died is put back, and then judged again', async () => {
  const { directory, publish, clean, content } = rig();
  const kept = await publish({ 'a.txt': 'one' });
  const objects = join(directory, 'objects');
  mkdirSync(join(directory, 'trash'));
  renameSync(objects, join(directory, 'trash/objects'));
  await clean([kept]);
  expect(await content(kept)).toEqual({ 'a.txt': 'file one', x: 'dir' });
  expect(existsSync(join(directory, 'trash'))).toBe(false);
});

test('leftovers of a crash go, and caches that nobody has used for long', async () => {
  const { base, directory, open, publish, clean, files } = rig();
  const kept = await publish({ 'a.txt': 'one' });
  const store = open();
  await store.publish(join(base, 'ws1'));
  await store.secure();
  writeFiles(directory, { 'tmp/12345-1': 'half' });
  const cached = (): boolean => files().some((path) => path.startsWith('./cache'));
  await clean([kept]);
  expect(files().filter((path) => path.startsWith('./tmp'))).toEqual([]);
  expect(cached()).toBe(true);
  await clean([kept], { now: Date.now() + hours(24 * 31) });
  expect(cached()).toBe(false);
});

test('when a manifest that is needed cannot be read, nothing goes', async () => {
  const { directory, publish, clean, files } = rig();
  const kept = await publish({ 'a.txt': 'one' });
  await publish({ 'a.txt': 'two' });
  const path = join(directory, 'manifests', `${kept}.json`);
  chmodSync(path, 0o600);
  writeFileSync(path, '{}');
  const before = files();
  await expect(clean([kept])).rejects.toMatchObject({ code: workspaceErrors.snapshotDamaged.code });
  expect(files()).toEqual(before);
});

test('a store that is not there is clean', async () => {
  expect(await rig().clean([])).toMatchObject({ busy: false, contents: 0 });
});

test('everything is checked, and what is damaged is named', async () => {
  const { directory, publish } = rig();
  const small = await publish({ 'a.txt': 'one', 'b.txt': 'two' });
  await publish(many(0, 50));
  expect(await verifyStore(directory)).toMatchObject({ snapshots: 2, contents: 52, problems: [] });

  const [bundle = ''] = readdirSync(join(directory, 'bundles'));
  for (const path of [join(directory, 'bundles', bundle), objectWith('one', directory)]) {
    chmodSync(path, 0o600);
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }
  unlinkSync(objectWith('two', directory));
  const { problems } = await verifyStore(directory);
  expect(problems).toHaveLength(3);
  expect(problems.join('\n')).toMatch(/"a\.txt", kept in .*objects.*: its checksum is another/u);
  expect(problems.join('\n')).toMatch(/"b\.txt", kept in .*: it is missing/u);
  expect(problems.join('\n')).toMatch(/"f\d+", kept in .*\.bundle: its checksum is another/u);
  unlinkSync(join(directory, 'manifests', `${small}.json`));
  writeFileSync(join(directory, 'manifests', `${small}.json`), '');
  expect((await verifyStore(directory)).problems.join('\n')).toContain(small);
});

function objectWith(content: string, directory: string): string {
  const found = execFileSync('grep', ['-rlx', content, join(directory, 'objects')])
    .toString()
    .trim();
  expect(statSync(found).isFile()).toBe(true);
  return found;
}
