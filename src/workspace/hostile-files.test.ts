/** What an agent may leave in its workspace, or put where we work, to hurt whoever publishes it: alone and all at once. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { archiveContent } from './archive-content.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import {
  contentOf,
  handOver,
  temporaryDirectory,
  unprivileged,
  writeFiles,
} from './file-tree.test-support.ts';
import type { SnapshotStore } from './snapshot-store.ts';

function place(): { readonly base: string; readonly workspace: string; readonly store: SnapshotStore } {
  const base = temporaryDirectory();
  const workspace = join(base, 'ws');
  mkdirSync(workspace);
  return { base, workspace, store: createContentSnapshotStore({ directory: join(base, 'store') }) };
}

test('one of each kind of bad file at once: all are named, the good ones are published', async () => {
  const { base, workspace, store } = place();
  writeFiles(workspace, { 'good/a.txt': 'a', 'good/b.txt': 'b', 'unreadable/x': 'x', secret: 'x' });
  execFileSync('mkfifo', ['pipe'], { cwd: workspace });
  writeFileSync(Buffer.from(`${workspace}/odd-\u00ff`, 'latin1'), 'x');
  symlinkSync('/etc/passwd', join(workspace, 'out'));
  symlinkSync(Buffer.from('to-\u00ff', 'latin1'), join(workspace, 'odd-target'));
  writeFileSync(join(workspace, 'holes'), '');
  truncateSync(join(workspace, 'holes'), 2 ** 40);
  const deep = 'for i in $(seq 70); do mkdir d; cd d; done; echo x > file';
  execFileSync('bash', ['-c', deep], { cwd: workspace });
  for (const name of ['unreadable', 'secret']) chmodSync(join(workspace, name), 0o000);
  for (const path of ['.', 'ws', 'ws/good', 'ws/unreadable', 'ws/secret']) handOver(join(base, path));
  const { id, manifest } = await unprivileged(() => store.publish(workspace));
  expect(Object.fromEntries(manifest.skipped.map(({ path, reason }) => [path, reason]))).toEqual({
    ['d/'.repeat(64).slice(0, -1)]: expect.stringContaining('too deep'),
    holes: 'larger than 1 GiB, which is all a version holds',
    [String.raw`odd-\xff`]: 'its name is not UTF-8',
    'odd-target': 'its target is not UTF-8',
    out: expect.stringContaining('may lead out'),
    pipe: 'a pipe (FIFO)',
    secret: 'unreadable: no permission',
    unreadable: 'unreadable: no permission',
  });
  await store.materialize(id, join(base, 'copy'));
  const copied = contentOf(join(base, 'copy'));
  expect(copied).toMatchObject({ 'good/a.txt': 'file a', 'good/b.txt': 'file b', unreadable: 'dir' });
});

test('names for new files that somebody made links of lead nowhere', async () => {
  const { base, workspace, store } = place();
  writeFiles(workspace, Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, `content ${n}`])));
  writeFiles(workspace, { 'large.bin': 'x'.repeat(2_000_000) });
  writeFiles(base, { 'theirs/target': 'theirs', 'store/tmp/': '' });
  for (let n = 1; n < 200; n += 1) {
    const target = n % 2 === 0 ? '../../theirs/target' : `../../theirs/new-${n}`;
    symlinkSync(target, join(base, `store/tmp/${process.pid}-${n}`));
  }
  const { id } = await store.publish(workspace);
  await store.materialize(id, join(base, 'copy'));
  expect(contentOf(join(base, 'copy'))).toEqual(contentOf(workspace));
  expect(contentOf(join(base, 'theirs'))).toEqual({ target: 'file theirs' });
});

test("nothing is kept in the system's directory for temporary files", async () => {
  const { base, workspace, store } = place();
  writeFiles(workspace, { 'a.txt': 'x', 'large.bin': 'x'.repeat(2_000_000) });
  const { TMPDIR } = process.env;
  onTestFinished(() => {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  });
  process.env['TMPDIR'] = '/nowhere';
  const { id } = await store.publish(workspace);
  await store.secure();
  await store.materialize(id, join(base, 'copy'), { readOnly: true });
  expect(readdirSync(join(base, 'copy'))).toEqual(['a.txt', 'large.bin']);
});

test('copies have no special bits, rights or attributes of what was published', async ({ skip }) => {
  const { base, workspace, store } = place();
  writeFiles(workspace, { program: '#!', 'dir/': '' });
  const capable = spawnSync('setcap', ['cap_net_raw+ep', join(workspace, 'program')]);
  skip(capable.error !== undefined || capable.status !== 0, 'setcap is not installed or may not be used');
  chmodSync(join(workspace, 'program'), 0o6755);
  chmodSync(join(workspace, 'dir'), 0o3777);
  spawnSync('setcap', ['cap_net_raw+ep', join(workspace, 'program')]);
  const { id } = await store.publish(workspace);
  await store.materialize(id, join(base, 'copy'));
  expect(lstatSync(join(base, 'copy/program')).mode & 0o7777).toBe(0o755);
  expect(lstatSync(join(base, 'copy/dir')).mode & 0o7777).toBe(0o755);
  const rights = (path: string): string => execFileSync('getcap', [join(base, path)]).toString();
  expect(rights('ws/program')).toContain('cap_net_raw');
  expect(rights('copy/program')).toBe('');
});

test('a file that nobody can move is published, and stops the next run with nothing lost', async ({
  skip,
}) => {
  const { base, workspace, store } = place();
  writeFiles(workspace, { 'a.txt': 'x', 'm.txt': 'fixed', 'z.txt': 'y' });
  const fixed = spawnSync('chattr', ['+i', join(workspace, 'm.txt')]);
  skip(fixed.error !== undefined || fixed.status !== 0, 'chattr is not installed or may not be used');
  onTestFinished(() => void spawnSync('chattr', ['-R', '-i', base]));
  const { id } = await store.publish(workspace);
  await store.materialize(id, join(base, 'copy'));
  expect(contentOf(join(base, 'copy'))).toEqual(contentOf(workspace));
  expect(() => archiveContent(workspace, 0)).toThrow(
    expect.objectContaining({ code: workspaceErrors.archiveFailed.code }),
  );
  const all = execFileSync('find', ['.', '-name', '*.txt', '-not', '-path', './copy/*'], { cwd: base });
  expect(
    all
      .toString()
      .trim()
      .split('\n')
      .map((path) => readFileSync(join(base, path), 'utf8'))
      .toSorted(),
  ).toEqual(['fixed', 'x', 'y']);
});

test('an earlier version can be taken out while the next one is being published', async () => {
  const { base, workspace, store } = place();
  const files = (text: string): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 7}/f${n}`, `${text} ${n}`]));
  writeFiles(workspace, files('first'));
  const { id } = await store.publish(workspace);
  const before = contentOf(workspace);
  for (let round = 0; round < 5; round += 1) {
    writeFiles(workspace, files(`round ${round}`));
    const copy = join(base, `copy-${round}`);
    const [next] = await Promise.all([store.publish(workspace), store.materialize(id, copy)]);
    expect(contentOf(copy)).toEqual(before);
    await store.materialize(next.id, join(base, 'next'));
    expect(contentOf(join(base, 'next'))).toEqual(contentOf(workspace));
    rmSync(join(base, 'next'), { recursive: true });
  }
});
