import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { quickParent, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { defaultLimits } from './snapshot-limits.ts';
import { walkTree } from './walk-tree.ts';
import { createWorkSlice } from './work-slice.ts';

const options = { slice: createWorkSlice(), excludes: new Set<string>(), ...defaultLimits };

async function walk(root: string): Promise<readonly string[]> {
  const paths: string[] = [];
  await walkTree(
    root,
    ({ path }): undefined => {
      paths.push(path);
    },
    options,
  );
  return paths;
}

test('each directory comes right before what it holds, names in a fixed order', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'a.b': '', 'a/z': '', 'a/b/c': '', 'a-b/c': '', B: '' });
  expect(await walk(root)).toEqual(['B', 'a', 'a/b', 'a/b/c', 'a/z', 'a-b', 'a-b/c', 'a.b']);
});

test('a name is left out wherever it is, and a path with a `/` before it only there', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'x/ws/a': '', 'ws/a': '', 'x/y/deep': '', 'y/deep': '', 'x/any': '' });
  const paths: string[] = [];
  const { excluded } = await walkTree(
    root,
    ({ path }): undefined => {
      paths.push(path);
    },
    { ...options, excludes: new Set(['/ws', '/x/y', 'any']) },
  );
  expect(excluded).toEqual(['ws', 'x/any', 'x/y']);
  expect(paths).toEqual(['x', 'x/ws', 'x/ws/a', 'y', 'y/deep']);
});

test('a failing visit ends the walk with its error', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'a/b': '' });
  const visit = (): never => {
    throw new Error('no more');
  };
  await expect(walkTree(root, visit, options)).rejects.toThrow('no more');
});

test('a directory that becomes a link right after it was looked at is not entered', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'ws/d/in.txt': '', 'outside/secret.txt': '' });
  const paths: string[] = [];
  const { skipped } = await walkTree(
    join(root, 'ws'),
    ({ path, kind }): undefined => {
      paths.push(path);
      if (kind !== 'directory') return;
      renameSync(join(root, 'ws/d'), join(root, 'aside'));
      symlinkSync(join(root, 'outside'), join(root, 'ws/d'));
    },
    options,
  );
  expect(paths).toEqual(['d']);
  expect(skipped).toEqual([{ path: 'd', reason: 'changed while it was read' }]);
});

test('what vanishes meanwhile is not there', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { a: '', 'b/c': '', d: '' });
  const paths: string[] = [];
  const { skipped } = await walkTree(
    root,
    ({ path }): undefined => {
      paths.push(path);
      rmSync(join(root, 'b'), { recursive: true, force: true });
    },
    options,
  );
  expect(paths).toEqual(['a', 'd']);
  expect(skipped).toEqual([]);
});

test('too many names in a directory end the walk before the rest of it is listed', async () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'a/1': '', 'a/2': '', b: '' });
  await expect(walkTree(root, () => undefined, { ...options, maxEntries: 3 })).rejects.toThrow(
    /"a" \(2\), "\." \(2\)|"\." \(2\), "a" \(2\)/u,
  );
});

const separate = process.platform === 'linux' && statSync('/dev').dev !== statSync('/dev/pts').dev;
test.skipIf(!separate)('other file systems are named, not entered', async () => {
  const inside: string[] = [];
  const { skipped } = await walkTree(
    '/dev',
    ({ path }): undefined => {
      inside.push(path);
    },
    options,
  );
  expect(skipped).toContainEqual({ path: 'pts', reason: 'on another file system' });
  expect(skipped).toContainEqual({ path: 'null', reason: 'a device' });
  expect(inside.filter((path) => path.startsWith('pts'))).toEqual([]);
});

test('what is swapped for a link again and again never lets the walk out', async () => {
  const base = temporaryDirectory(quickParent);
  const names = Array.from({ length: 10 }, (_, n) => `d${n}`);
  const files = Array.from({ length: 40 }, (_, n) => `f${n}`);
  for (const file of files) {
    for (const name of names) writeFiles(base, { [`ws/${name}/${file}`]: 'inside' });
    writeFiles(base, { [`outside/${file}`]: 'SECRET', [`ws/${file}`]: 'inside' });
  }
  // Links of the same name, for directories and for files.
  for (const name of names) symlinkSync(join(base, 'outside'), join(base, `link-${name}`));
  for (const file of files) symlinkSync(join(base, 'outside', file), join(base, `link-${file}`));
  const child = swapper(join(base, 'ws'), [...names, ...files]);
  await once(child.stdout ?? child, 'data');
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const outcomes = new Set<string>();
  const inside = hash('sha256', 'inside');
  for (let round = 0; round < 40 || (outcomes.size < 2 && round < 5_000); round += 1) {
    const { id, manifest } = await store.publish(join(base, 'ws'));
    outcomes.add(id);
    const strange = manifest.entries.filter((entry) => entry.kind === 'file' && entry.sha256 !== inside);
    expect(strange).toEqual([]);
  }
  // The swapping was seen, or the test shows nothing.
  expect(outcomes.size).toBeGreaterThan(1);
});

/** Swaps each entry for the link `../link-<name>` and back, as fast as it can. */
function swapper(workspace: string, names: readonly string[]): ChildProcess {
  const script = `
    const fs = require('node:fs');
    const [workspace, ...names] = process.argv.slice(1);
    process.chdir(workspace);
    process.stdout.write('ready');
    for (;;) for (const name of names) {
      fs.renameSync(name, '../real'); fs.renameSync('../link-' + name, name);
      fs.renameSync(name, '../link-' + name); fs.renameSync('../real', name);
    }`;
  const child = spawn(process.execPath, ['-e', script, workspace, ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}
