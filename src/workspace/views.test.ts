import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, digestOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { createViews, type View, type Views } from './views.ts';

interface Rig {
  readonly base: string;
  readonly directory: string;
  readonly aside: string;
  readonly store: SnapshotStore;
  readonly views: Views;
  /** Publishes the workspace as it is now. */
  next(): Promise<View>;
  /** Views of a process that knows nothing of this one. */
  again(): Views;
}

function rig(): Rig {
  const base = temporaryDirectory();
  const directory = join(base, 'run/views');
  const aside = join(base, 'run/aside');
  writeFiles(base, { 'ws/dir/a.txt': 'one', 'ws/b.txt': 'same', 'ws/run.sh': '#!' });
  chmodSync(join(base, 'ws/run.sh'), 0o755);
  symlinkSync('dir/a.txt', join(base, 'ws/link'));
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const again = (): Views => createViews({ store, directory, aside });
  let count = 0;
  return {
    base,
    directory,
    aside,
    store,
    views: again(),
    again,
    async next() {
      count += 1;
      const { id } = await store.publish(join(base, 'ws'));
      return { label: `agent1.${count}`, snapshot: id, author: 'writer' };
    },
  };
}

const content = {
  'b.txt': 'file same',
  dir: 'dir',
  'dir/a.txt': 'file one',
  link: 'link dir/a.txt',
  'run.sh': 'exec #!',
};

test('a view shows the files of the snapshot, read-only, under its label', async () => {
  const { views, directory, next } = rig();
  const path = await views.publish(await next());
  expect(path).toBe(join(directory, 'agent1.1'));
  expect(contentOf(path)).toEqual(content);
  const modes = ['', 'dir', 'dir/a.txt', 'run.sh'].map((name) => statSync(join(path, name)).mode & 0o7777);
  expect(modes).toEqual([0o555, 0o555, 0o444, 0o555]);
});

test('a view that is there and right is kept as it is, also by another process', async () => {
  const { views, again, next } = rig();
  const view = await next();
  const path = await views.publish(view);
  const before = digestOf(path);
  await views.publish(view);
  await again().publish(view);
  expect(digestOf(path)).toBe(before);
});

test('the same view published at once by several is made once', async () => {
  const { again, directory, next } = rig();
  const view = await next();
  const all = Array.from({ length: 4 }, again);
  await Promise.all(all.flatMap((views) => [views.publish(view), views.publish(view)]));
  expect(readdirSync(directory)).toEqual(['agent1.1']);
});

test('views of one author share files that are the same; nothing is shared with store or workspace', async () => {
  const { views, base, next } = rig();
  const first = await views.publish(await next());
  appendFileSync(join(base, 'ws/dir/a.txt'), ' more');
  chmodSync(join(base, 'ws/b.txt'), 0o755);
  writeFiles(base, { 'ws/new.txt': 'new' });
  const second = await views.publish(await next());
  expect(contentOf(first)).toEqual(content);
  expect(contentOf(second)).toEqual(contentOf(join(base, 'ws')));
  const inode = (path: string): number => statSync(path).ino;
  expect(inode(join(first, 'run.sh'))).toBe(inode(join(second, 'run.sh')));
  expect(inode(join(first, 'b.txt'))).not.toBe(inode(join(second, 'b.txt')));
  expect(inode(join(first, 'dir/a.txt'))).not.toBe(inode(join(second, 'dir/a.txt')));
  const links = execFileSync('find', ['ws', 'store', '-type', 'f', '-links', '+1'], { cwd: base });
  expect(links.toString()).toBe('');
});

test('views of different authors share nothing, and none does once somebody may write to them', async () => {
  const { views, directory, next } = rig();
  const view = await next();
  await views.publish(view);
  await views.publish({ ...view, label: 'agent2.1', author: 'critic' });
  await views.distrust();
  await views.publish({ ...view, label: 'agent1.2' });
  const shared = execFileSync('find', [directory, '-type', 'f', '-links', '+1']);
  expect(shared.toString()).toBe('');
});

test('a file that cannot have another name is a copy', async () => {
  const { views, base, next } = rig();
  const first = await views.publish(await next());
  writeFiles(base, { 'ws/new.txt': 'new' });
  const view = await next();
  // As on a file system without links, or for a file that has all the names it can have.
  chmodSync(first, 0o755);
  unlinkSync(join(first, 'b.txt'));
  const second = await views.publish(view);
  expect(contentOf(second)).toEqual({ ...content, 'new.txt': 'file new' });
});

test('nothing is left under the label when the snapshot cannot be read', async () => {
  const { views, directory, next } = rig();
  const view = await next();
  const missing = { ...view, snapshot: '0'.repeat(64) };
  await expect(views.publish(missing)).rejects.toMatchObject({
    code: workspaceErrors.snapshotNotFound.code,
  });
  expect(readdirSync(directory)).toEqual([]);
});

test('something else under the label is not taken for the view', async () => {
  const { views, directory, base, next } = rig();
  mkdirSync(directory, { recursive: true });
  symlinkSync(base, join(directory, 'agent1.1'));
  await expect(views.publish(await next())).rejects.toMatchObject({
    code: workspaceErrors.targetExists.code,
  });
});

test.each(['', '.', '..', '../x', 'a/b', 'a\0b', 'x'.repeat(256)])('%j is no label', async (label) => {
  const { views, next } = rig();
  await expect(views.publish({ ...(await next()), label })).rejects.toMatchObject({
    code: workspaceErrors.nameUnsafe.code,
  });
});

/** What somebody with a shell may do to a view; modes are no boundary to its owner. */
type Tamper = (view: string, base: string) => void;
const open: Tamper = (view) => void execFileSync('chmod', ['-R', 'u+w', view]);
const tampering: readonly (readonly [string, Tamper])[] = [
  ['a file is written to in place', (view) => writeFileSync(join(view, 'b.txt'), 'evil')],
  [
    'the same, with its times put back',
    (view) => {
      const { atime, mtime } = statSync(join(view, 'b.txt'));
      writeFileSync(join(view, 'b.txt'), 'evil');
      utimesSync(join(view, 'b.txt'), atime, mtime);
      chmodSync(join(view, 'b.txt'), 0o444);
    },
  ],
  ['a file is cut off', (view) => truncateSync(join(view, 'b.txt'), 1)],
  [
    'a file is replaced',
    (view) => {
      writeFileSync(join(view, 'fresh'), 'evil');
      renameSync(join(view, 'fresh'), join(view, 'b.txt'));
    },
  ],
  [
    'a file is replaced by one that is the same',
    (view) => {
      writeFileSync(join(view, 'fresh'), 'same');
      renameSync(join(view, 'fresh'), join(view, 'b.txt'));
    },
  ],
  [
    'a file is written to through another name of it',
    (view, base) => {
      linkSync(join(view, 'dir/a.txt'), join(base, 'elsewhere'));
      appendFileSync(join(base, 'elsewhere'), 'evil');
    },
  ],
  ['a file gets another name', (view, base) => linkSync(join(view, 'b.txt'), join(base, 'elsewhere'))],
  ['a mode is changed', (view) => chmodSync(join(view, 'run.sh'), 0o644)],
  ['the mode of a directory is changed', (view) => chmodSync(join(view, 'dir'), 0o700)],
  ['the mode of the view is changed', (view) => chmodSync(view, 0o777)],
  ['there is a file more', (view) => writeFileSync(join(view, 'dir/more.txt'), 'evil')],
  ['there is a pipe more', (view) => void execFileSync('mkfifo', [join(view, 'pipe')])],
  [
    'there is a name more that is no text',
    (view) => writeFileSync(Buffer.from(`${view}/\u00ff`, 'latin1'), ''),
  ],
  ['a file is missing', (view) => unlinkSync(join(view, 'b.txt'))],
  ['a directory is missing', (view) => rmSync(join(view, 'dir'), { recursive: true })],
  ['the view is missing', (view) => rmSync(view, { recursive: true })],
  [
    'a link leads elsewhere',
    (view) => {
      unlinkSync(join(view, 'link'));
      symlinkSync('/etc/passwd', join(view, 'link'));
    },
  ],
  [
    'a directory is a link',
    (view, base) => {
      renameSync(join(view, 'dir'), join(base, 'dir'));
      symlinkSync(join(base, 'dir'), join(view, 'dir'));
    },
  ],
  [
    'the view is a link',
    (view, base) => {
      renameSync(view, join(base, 'view'));
      symlinkSync(join(base, 'view'), view);
    },
  ],
  [
    'the view is another directory',
    (view, base) => {
      execFileSync('cp', ['-a', view, join(base, 'view')]);
      rmSync(view, { recursive: true });
      renameSync(join(base, 'view'), view);
    },
  ],
];

describe('a view is made anew when', () => {
  test.each(tampering)('%s', async (_, tamper) => {
    const { views, base, next } = rig();
    const view = await next();
    await views.publish(view);
    writeFiles(base, { 'ws/new.txt': 'new' });
    // Shares files with the one before it.
    const second = await views.publish(await next());
    await views.distrust();
    expect(await views.check()).toEqual([]);
    open(second, base);
    tamper(second, base);
    const warnings = await views.check();
    expect(warnings.map(({ code }) => code)).toContain(workspaceErrors.viewChanged.code);
    expect(warnings.some(({ message }) => message.includes('agent1.2'))).toBe(true);
    const first = await views.publish(view);
    expect(contentOf(first)).toEqual(content);
    expect(contentOf(second)).toEqual({ ...content, 'new.txt': 'file new' });
    expect(statSync(join(second, 'b.txt')).mode & 0o777).toBe(0o444);
    expect(await views.check()).toEqual([]);
  });

  const unseen = /other name|another name|the same$|another directory|is a link$/u;
  const seenLater = tampering.filter(([name]) => !unseen.test(name) || name.startsWith('a directory'));
  test.each(seenLater)('%s before a process that knows nothing of it', async (_, tamper) => {
    const { views, again, base, next } = rig();
    const view = await next();
    const path = await views.publish(view);
    open(path, base);
    tamper(path, base);
    // Whoever finds nothing cannot tell that there was something.
    const existed = existsSync(path);
    const later = again();
    await later.publish(view);
    expect((await later.check()).map(({ code }) => code)).toEqual(
      existed ? [workspaceErrors.viewChanged.code] : [],
    );
    expect(await later.check()).toEqual([]);
    expect(contentOf(path)).toEqual(content);
    expect(statSync(join(path, 'run.sh')).mode & 0o777).toBe(0o555);
  });
});

test('what was found in the place of a view is kept', async () => {
  const { views, aside, base, next } = rig();
  const path = await views.publish(await next());
  await views.distrust();
  for (const evil of ['first', 'second']) {
    open(path, base);
    writeFileSync(join(path, 'b.txt'), evil);
    expect((await views.check())[0]?.message).toContain(aside);
  }
  expect(readdirSync(aside)).toEqual(['agent1.1-1', 'agent1.1-2']);
  expect(readFileSync(join(aside, 'agent1.1-2/b.txt'), 'utf8')).toBe('second');
});

test('views that were made while nobody could write are checked from then on too', async () => {
  const { views, base, next } = rig();
  const first = await views.publish(await next());
  expect(await views.check()).toEqual([]);
  await views.distrust();
  writeFiles(base, { 'ws/new.txt': 'new' });
  const second = await views.publish(await next());
  for (const path of [first, second]) {
    open(path, base);
    appendFileSync(join(path, 'run.sh'), 'evil');
  }
  expect(await views.check()).toHaveLength(2);
});

test('a view that cannot be made anew is missing rather than wrong, and said to be', async () => {
  const { views, base, store, next } = rig();
  const path = await views.publish(await next());
  await views.distrust();
  rmSync(join(base, 'store/objects'), { recursive: true });
  open(path, base);
  writeFileSync(join(path, 'b.txt'), 'evil');
  const warnings = await views.check();
  expect(warnings.map(({ code }) => code)).toEqual([
    workspaceErrors.viewChanged.code,
    workspaceErrors.snapshotDamaged.code,
  ]);
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  // It is tried again.
  writeFiles(base, { 'ws/later.txt': 'x' });
  await createContentSnapshotStore({ directory: join(base, 'store') }).publish(join(base, 'ws'));
  expect(await store.has((await next()).snapshot)).toBe(true);
  await views.check();
  expect(contentOf(path)).toEqual(content);
});
