import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import {
  contentOf,
  digestOf,
  handOver,
  quickParent,
  temporaryDirectory,
  unprivileged,
  writeFiles,
} from './file-tree.test-support.ts';
import type { Manifest } from './manifest.ts';
import { defaultLimits, type SnapshotLimits } from './snapshot-limits.ts';
import type { SnapshotStore } from './snapshot-store.ts';

interface Place {
  readonly base: string;
  readonly workspace: string;
  readonly directory: string;
  readonly store: SnapshotStore;
}

function place(limits: Partial<SnapshotLimits> = {}): Place {
  const base = temporaryDirectory();
  const workspace = join(base, 'ws');
  const directory = join(base, 'store');
  mkdirSync(workspace);
  return { base, workspace, directory, store: createContentSnapshotStore({ directory, limits }) };
}

/** Ids of the snapshots that are there. */
const snapshotsIn = ({ directory }: Place): readonly string[] =>
  namesIn(join(directory, 'manifests')).map((name) => name.replace('.json', ''));

/** What is neither whole nor removed. */
const halfMade = ({ directory }: Place): readonly string[] =>
  namesIn(join(directory, 'tmp')).filter((name) => name !== 'clock');

const namesIn = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path).toSorted() : []);

/** Where a content is kept. */
function objectOf({ directory }: Place, content: string): string {
  const name = hash('sha256', content);
  return join(directory, 'objects', name.slice(0, 2), name.slice(2));
}

/** What a reader gets of a published workspace. */
async function roundTrip({ store, base, workspace }: Place): Promise<Record<string, string>> {
  const { id } = await store.publish(workspace);
  await store.materialize(id, join(base, 'copy'));
  return contentOf(join(base, 'copy'));
}

const reasons = ({ skipped }: Manifest): Record<string, string> =>
  Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));
const code = (name: keyof typeof workspaceErrors): unknown =>
  expect.objectContaining({ code: workspaceErrors[name].code });

describe('publish', () => {
  test('a copy has the same files, directories and executable bits, and its manifest says so', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'one', 'dir/b.sh': '#!', 'empty/': '', 'dir/empty.txt': '' });
    chmodSync(join(at.workspace, 'dir/b.sh'), 0o4755);

    const { id, manifest } = await at.store.publish(at.workspace);
    await at.store.materialize(id, join(at.base, 'copy'));

    expect(contentOf(join(at.base, 'copy'))).toEqual(contentOf(at.workspace));
    expect(manifest.entries.map(({ path }) => path)).toEqual([
      'a.txt',
      'dir',
      'dir/b.sh',
      'dir/empty.txt',
      'empty',
    ]);
    expect(manifest.totals).toEqual({ files: 3, directories: 2, links: 0, bytes: 5 });
    expect(lstatSync(join(at.base, 'copy/dir/b.sh')).mode & 0o7777).toBe(0o755);
    expect(await at.store.has(id)).toBe(true);
  });

  test('an unchanged workspace has the same id and is not copied again', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'one' });
    const first = await at.store.publish(at.workspace);
    const before = ['objects', 'manifests'].map((name) => digestOf(join(at.directory, name)));
    const again = await at.store.publish(at.workspace);
    expect(again).toEqual({ ...first, changes: { added: [], modified: [], deleted: [] } });
    // Something that was made and thrown away would show in the times of the directory.
    expect(['objects', 'manifests'].map((name) => digestOf(join(at.directory, name)))).toEqual(before);
    expect(snapshotsIn(at)).toEqual([first.id]);
  });

  test('a changed byte, name, executable bit or link gives another id; another modification time does not', async () => {
    const at = place();
    const id = async (): Promise<string> => (await at.store.publish(at.workspace)).id;
    writeFiles(at.workspace, { 'a.txt': 'one' });
    const seen = [await id()];
    writeFileSync(join(at.workspace, 'a.txt'), 'one');
    expect(await id()).toBe(seen[0]);
    writeFileSync(join(at.workspace, 'a.txt'), 'two');
    seen.push(await id());
    chmodSync(join(at.workspace, 'a.txt'), 0o755);
    seen.push(await id());
    symlinkSync('a.txt', join(at.workspace, 'link'));
    seen.push(await id());
    mkdirSync(join(at.workspace, 'b'));
    seen.push(await id());
    expect(new Set(seen).size).toBe(5);
  });

  test('a snapshot does not change with the workspace, nor through hard links to its files', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'before' });
    linkSync(join(at.workspace, 'a.txt'), join(at.workspace, 'same.txt'));
    const { id } = await at.store.publish(at.workspace);
    appendFileSync(join(at.workspace, 'a.txt'), ' and after');
    chmodSync(join(at.workspace, 'a.txt'), 0o777);
    await at.store.materialize(id, join(at.base, 'copy'));
    expect(contentOf(join(at.base, 'copy'))).toEqual({ 'a.txt': 'file before', 'same.txt': 'file before' });
  });

  test('histories, packages and caches stay out at any depth and are named', async () => {
    const at = place();
    writeFiles(at.workspace, {
      '.git/config': 'x',
      'app/node_modules/m/i.js': 'x',
      'app/a.js': 'x',
      '.DS_Store': 'x',
    });
    const { manifest } = await at.store.publish(at.workspace);
    expect(manifest.entries.map(({ path }) => path)).toEqual(['app', 'app/a.js']);
    expect(manifest.excluded).toEqual(['.DS_Store', '.git', 'app/node_modules']);
  });

  test('names of every kind are copied byte by byte', async () => {
    const at = place();
    const names = [
      'line\nbreak',
      'esc\u001B[2J',
      '-rf',
      '*',
      '"quoted\'',
      ' space',
      '. ',
      'x'.repeat(255),
      'é',
      'e\u0301',
      '\u202Eabc',
      '名',
    ];
    writeFiles(at.workspace, Object.fromEntries(names.map((name) => [name, `content of ${name}`])));
    expect(await roundTrip(at)).toEqual(contentOf(at.workspace));
  });

  test('paths longer than the system allows are copied', async () => {
    const at = place();
    // Made from inside: no path of the whole length can be given.
    const script =
      'for i in $(seq 40); do d=$(printf "%0200d" $i); mkdir $d; cd -P $d; done; echo deep > file';
    execFileSync('bash', ['-c', script], { cwd: at.workspace });
    const { id, manifest } = await at.store.publish(at.workspace);
    expect(manifest.totals).toMatchObject({ directories: 40, files: 1 });
    await at.store.materialize(id, join(at.base, 'copy'));
    const found = execFileSync('find', ['.', '-name', 'file', '-execdir', 'cat', '{}', ';'], {
      cwd: join(at.base, 'copy'),
    });
    expect(found.toString()).toBe('deep\n');
  });

  test('what lies too deep is left out and named', async () => {
    const at = place({ maxDepth: 2 });
    writeFiles(at.workspace, { 'a/b/c/d.txt': 'x', 'a/x.txt': 'x' });
    const { manifest } = await at.store.publish(at.workspace);
    expect(manifest.entries.map(({ path }) => path)).toEqual(['a', 'a/b', 'a/x.txt']);
    expect(reasons(manifest)['a/b']).toMatch(/too deep/u);
  });
});

describe('what is no ordinary file', () => {
  test('pipes and sockets are named and block nothing', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'x' });
    execFileSync('mkfifo', ['p1', 'p2', 'p3', 'p4', 'p5'], { cwd: at.workspace });
    const server = createServer().listen(join(at.workspace, 'sock'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { manifest } = await at.store.publish(at.workspace);
    expect(manifest.entries.map(({ path }) => path)).toEqual(['a.txt']);
    expect(reasons(manifest)).toEqual({
      p1: 'a pipe (FIFO)',
      p2: 'a pipe (FIFO)',
      p3: 'a pipe (FIFO)',
      p4: 'a pipe (FIFO)',
      p5: 'a pipe (FIFO)',
      sock: 'a socket',
    });
  });

  test('a name that is not UTF-8 is named with its bytes', async () => {
    const at = place();
    writeFileSync(Buffer.concat([Buffer.from(`${at.workspace}/bad-`), Buffer.from([0xff, 0xfe])]), 'x');
    writeFiles(at.workspace, { good: 'x' });
    const { manifest } = await at.store.publish(at.workspace);
    expect(manifest.entries.map(({ path }) => path)).toEqual(['good']);
    expect(manifest.skipped).toEqual([{ path: String.raw`bad-\xff\xfe`, reason: 'its name is not UTF-8' }]);
  });

  test('what may not be read is named, the rest is copied', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'x', 'closed/b.txt': 'x', 'secret.txt': 'x' });
    chmodSync(join(at.workspace, 'closed'), 0o000);
    chmodSync(join(at.workspace, 'secret.txt'), 0o000);
    for (const path of ['', 'ws', 'ws/a.txt', 'ws/closed', 'ws/secret.txt']) handOver(join(at.base, path));
    const { manifest } = await unprivileged(() => at.store.publish(at.workspace));
    expect(manifest.entries.map(({ path }) => path)).toEqual(['a.txt', 'closed']);
    expect(reasons(manifest)).toEqual({
      closed: 'unreadable: no permission',
      'secret.txt': 'unreadable: no permission',
    });
  });
});

describe('links', () => {
  test('no link is followed: what it leads to is in no manifest, store or copy', async () => {
    const at = place();
    const marker = `secret-${process.pid}-${'x'.repeat(20)}`;
    writeFiles(at.base, { 'outside/secret.txt': marker });
    process.env['MASSGEN_TEST_SECRET'] = marker;
    onTestFinished(() => void delete process.env['MASSGEN_TEST_SECRET']);
    const links = {
      environ: '/proc/self/environ',
      passwd: '/etc/passwd',
      folder: join(at.base, 'outside'),
      file: '../outside/secret.txt',
      dangling: 'nowhere',
      itself: 'itself',
      one: 'two',
      two: 'one',
      here: '.',
    };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(at.workspace, name));
    const { id, manifest } = await at.store.publish(at.workspace);
    await at.store.materialize(id, join(at.base, 'copy'));

    expect(manifest.entries.map((entry) => [entry.path, entry.kind === 'link' && entry.link])).toEqual(
      Object.entries(links).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
    expect(contentOf(join(at.base, 'copy'))).toEqual({
      dangling: 'link nowhere',
      here: 'link .',
      itself: 'link itself',
      one: 'link two',
      two: 'link one',
    });
    expect(Object.keys(reasons(manifest))).toEqual(['environ', 'file', 'folder', 'passwd']);
    const found = execFileSync('bash', ['-c', 'grep -rlF "$1" store copy || true', 'bash', marker], {
      cwd: at.base,
    });
    expect(found.toString()).toBe('');
  });

  test('an absolute link into the workspace leads inside the copy', async () => {
    const at = place();
    writeFiles(at.workspace, { 'dir/a.txt': 'inside' });
    symlinkSync(at.base, join(at.base, 'other-way'));
    symlinkSync(join(at.workspace, 'dir/a.txt'), join(at.workspace, 'dir/absolute'));
    symlinkSync(join(at.base, 'other-way/ws'), join(at.workspace, 'unknown-spelling'));
    const { id } = await at.store.publish(at.workspace);
    await at.store.materialize(id, join(at.base, 'copy'));
    expect(contentOf(join(at.base, 'copy'))).toEqual({
      dir: 'dir',
      'dir/a.txt': 'file inside',
      'dir/absolute': 'link a.txt',
    });
  });

  test('a workspace that is itself a link is not published', async () => {
    const at = place();
    symlinkSync(at.workspace, join(at.base, 'link'));
    await expect(at.store.publish(join(at.base, 'link'))).rejects.toEqual(code('sourceMissing'));
    await expect(at.store.publish(join(at.base, 'gone'))).rejects.toEqual(code('sourceMissing'));
    expect(snapshotsIn(at)).toEqual([]);
  });
});

describe('limits', () => {
  // In the long form as many as are allowed.
  const most = process.env['MASSGEN_TEST_FULL'] === '1' ? defaultLimits.maxEntries : 3_000;
  test('as many files in one directory as are allowed are published, one more is refused', async () => {
    const base = temporaryDirectory(quickParent);
    const workspace = join(base, 'ws');
    mkdirSync(workspace);
    for (let n = 1; n < most; n += 1) writeFileSync(join(workspace, `f${n}`), '');
    writeFileSync(join(workspace, 'last'), 'x');
    const store = createContentSnapshotStore({
      directory: join(base, 'store'),
      limits: { maxEntries: most },
    });
    const { id, manifest } = await store.publish(workspace);
    expect(manifest.totals.files).toBe(most);
    await store.materialize(id, join(base, 'copy'));
    expect(readdirSync(join(base, 'copy'))).toHaveLength(most);
    writeFileSync(join(workspace, 'more'), '');
    await expect(store.publish(workspace)).rejects.toEqual(code('tooLarge'));
    expect(await store.has(id)).toBe(true);
  });

  test('a file of 1 TB without content is left out by its size, named, and not read; the others are published', async () => {
    const at = place();
    writeFiles(at.workspace, { 'small.txt': 'x' });
    writeFileSync(join(at.workspace, 'holes.img'), '');
    truncateSync(join(at.workspace, 'holes.img'), 2 ** 40);
    const { id, manifest } = await at.store.publish(at.workspace);
    expect(manifest.entries.map(({ path }) => path)).toEqual(['small.txt']);
    expect(reasons(manifest)).toEqual({ 'holes.img': 'larger than 1 GiB, which is all a version holds' });
    expect((await at.store.publish(at.workspace)).id).toBe(id);
    // As soon as it has a size that a version can hold, it is in one.
    truncateSync(join(at.workspace, 'holes.img'), 10);
    expect((await at.store.publish(at.workspace)).manifest.totals).toMatchObject({ files: 2, bytes: 11 });
  });

  test('files that are too many bytes together are refused, naming the biggest', async () => {
    const at = place({ maxBytes: 4 });
    writeFiles(at.workspace, { 'a.txt': '123', 'b.txt': '12', 'c.txt': '12345' });
    const refused = at.store.publish(at.workspace);
    await expect(refused).rejects.toEqual(code('tooLarge'));
    await expect(refused).rejects.toThrow(
      /the biggest files are "a.txt" \(3 bytes\), "b.txt" \(2 bytes\)$/mu,
    );
    expect(snapshotsIn(at)).toEqual([]);
  });

  test('too many entries are refused, naming where they are, and earlier snapshots stay', async () => {
    const at = place({ maxEntries: 20 });
    writeFiles(at.workspace, { 'a.txt': 'x' });
    const { id } = await at.store.publish(at.workspace);
    writeFiles(at.workspace, Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`many/${n}`, ''])));
    await expect(at.store.publish(at.workspace)).rejects.toThrow(/more than 20 entries; .*"many" \(30\)/u);
    expect(snapshotsIn(at)).toEqual([id]);
  });

  test('exactly as many bytes as allowed are published', async () => {
    const at = place({ maxBytes: 4 });
    writeFiles(at.workspace, { a: '12', b: '34' });
    expect((await at.store.publish(at.workspace)).manifest.totals.bytes).toBe(4);
    appendFileSync(join(at.workspace, 'b'), '5');
    await expect(at.store.publish(at.workspace)).rejects.toEqual(code('tooLarge'));
  });
});

describe('while others work', () => {
  test('a file that grows without end is copied up to where it was, and named', async () => {
    const at = place();
    const path = join(at.workspace, 'growing.log');
    writeFileSync(path, 'x'.repeat(4 * 1_048_576));
    let going = true;
    const grow = (): void => {
      if (!going) return;
      appendFileSync(path, 'more\n');
      setImmediate(grow);
    };
    grow();
    const { id, manifest } = await at.store.publish(at.workspace);
    going = false;
    expect(reasons(manifest)['growing.log']).toMatch(/changed while it was read/u);
    await at.store.materialize(id, join(at.base, 'copy'));
    const [entry] = manifest.entries;
    expect(statSync(join(at.base, 'copy/growing.log')).size).toBe(entry?.size);
  });

  test('a file that changes once while it is read is read again, and is whole', async () => {
    const at = place();
    const path = join(at.workspace, 'notes.bin');
    writeFileSync(path, 'x'.repeat(4 * 1_048_576));
    const publishing = at.store.publish(at.workspace);
    setImmediate(() => appendFileSync(path, 'more'));
    const { id, manifest } = await publishing;
    expect(manifest.skipped).toEqual([]);
    await at.store.materialize(id, join(at.base, 'copy'));
    execFileSync('cmp', [path, join(at.base, 'copy/notes.bin')]);
  });

  test('a file that is cut off meanwhile is copied as far as it could be read', async () => {
    const at = place();
    const path = join(at.workspace, 'cut.bin');
    writeFileSync(path, 'x'.repeat(3 * 1_048_576));
    const publishing = at.store.publish(at.workspace);
    let rest = 3;
    const cut = (): void => {
      rest -= 1;
      truncateSync(path, rest);
      if (rest > 0) setImmediate(cut);
    };
    setImmediate(cut);
    const { id, manifest } = await publishing;
    await at.store.materialize(id, join(at.base, 'copy'));
    expect(statSync(join(at.base, 'copy/cut.bin')).size).toBe(manifest.entries[0]?.size);
  });

  test('publishing the same files many times at once gives one snapshot', async () => {
    const at = place();
    writeFiles(
      at.workspace,
      Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`d${n % 9}/f${n}`, `${n}`])),
    );
    const all = await Promise.all(Array.from({ length: 6 }, () => at.store.publish(at.workspace)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(snapshotsIn(at)).toEqual([all[0]?.id]);
    expect(halfMade(at)).toEqual([]);
  });

  test('other work goes on during a large publication', async () => {
    const at = place();
    writeFiles(at.workspace, Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`f${n}`, `${n}`])));
    let ticks = 0;
    let going = true;
    const tick = (): void => {
      ticks += 1;
      if (going) setImmediate(tick);
    };
    setImmediate(tick);
    await at.store.publish(at.workspace);
    going = false;
    expect(ticks).toBeGreaterThan(15);
  });

  test('an aborted publication rejects with the reason and leaves nothing', async () => {
    const at = place();
    writeFiles(at.workspace, { 'big.bin': 'x'.repeat(8 * 1_048_576) });
    const stop = new AbortController();
    const reason = new Error('enough');
    let turns = 0;
    // It is read in eight parts.
    const count = (): void => {
      turns += 1;
      if (turns === 4) stop.abort(reason);
      else setImmediate(count);
    };
    setImmediate(count);
    await expect(at.store.publish(at.workspace, { signal: stop.signal })).rejects.toBe(reason);
    expect([...snapshotsIn(at), ...namesIn(join(at.directory, 'objects')), ...halfMade(at)]).toEqual([]);
    await expect(at.store.publish(at.workspace, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('materialize', () => {
  test('on request nobody may write in the copy', async () => {
    const at = place();
    writeFiles(at.workspace, { 'dir/a.txt': 'x', 'run.sh': 'x', 'empty/': '' });
    chmodSync(join(at.workspace, 'run.sh'), 0o755);
    const { id } = await at.store.publish(at.workspace);
    await at.store.materialize(id, join(at.base, 'copy'), { readOnly: true });
    const mode = (path: string): number => statSync(join(at.base, 'copy', path)).mode & 0o7777;
    expect(['', 'dir', 'dir/a.txt', 'run.sh', 'empty'].map(mode)).toEqual([
      0o555, 0o555, 0o444, 0o555, 0o555,
    ]);
  });

  test('is not made over anything', async () => {
    const at = place();
    const { id } = await at.store.publish(at.workspace);
    writeFiles(at.base, { 'taken/file': 'mine', file: 'mine' });
    symlinkSync('nowhere', join(at.base, 'link'));
    for (const name of ['taken', 'file', 'link']) {
      await expect(at.store.materialize(id, join(at.base, name))).rejects.toEqual(code('targetExists'));
    }
    expect(contentOf(join(at.base, 'taken'))).toEqual({ file: 'file mine' });
  });

  test('an unknown snapshot, or no id at all, is not found', async () => {
    const at = place();
    for (const id of ['0'.repeat(64), '', '../ws', 'x']) {
      await expect(at.store.materialize(id, join(at.base, 'copy'))).rejects.toEqual(code('snapshotNotFound'));
      expect(await at.store.has(id)).toBe(false);
    }
  });

  type Spoil = (at: Place, manifest: string) => void;
  const object = (at: Place): string => objectOf(at, 'one');
  const damage: readonly (readonly [string, string, Spoil])[] = [
    ['a changed byte', 'its checksum is another', (at) => rewrite(object(at), 'onE')],
    ['a longer object', 'its size is another', (at) => rewrite(object(at), 'onex')],
    ['an empty object', 'its size is another', (at) => rewrite(object(at), '')],
    ['a missing object', 'it is missing', (at) => unlinkSync(object(at))],
    [
      'a link in place of an object',
      'it is changed while it was read',
      (at) => {
        writeFileSync(join(at.base, 'other'), 'one');
        unlinkSync(object(at));
        symlinkSync(join(at.base, 'other'), object(at));
      },
    ],
  ];
  test.each(damage)('%s is found and named, and nothing half-made stays', async (_, problem, spoil) => {
    const at = place();
    writeFiles(at.workspace, { 'dir/a.txt': 'one', 'b.txt': 'two' });
    const { id } = await at.store.publish(at.workspace);
    spoil(at, id);
    const before = readdirSync(at.base);
    const result = at.store.materialize(id, join(at.base, 'copy'));
    await expect(result).rejects.toEqual(code('snapshotDamaged'));
    await expect(result).rejects.toThrow(`"dir/a.txt", kept in ${object(at)}: ${problem}`);
    expect(readdirSync(at.base)).toEqual(before);
  });

  test('other snapshots are not affected by a damaged object', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'one' });
    const { id } = await at.store.publish(at.workspace);
    writeFiles(at.workspace, { 'a.txt': 'two' });
    const second = await at.store.publish(at.workspace);
    rewrite(objectOf(at, 'two'), 'tw0');
    await at.store.materialize(id, join(at.base, 'copy'));
    expect(contentOf(join(at.base, 'copy'))).toEqual({ 'a.txt': 'file one' });
    await expect(at.store.materialize(second.id, join(at.base, 'other'))).rejects.toEqual(
      code('snapshotDamaged'),
    );
  });

  test('a half object, such as a power loss leaves, is put right when its content comes again', async () => {
    const at = place();
    writeFiles(at.workspace, { 'a.txt': 'one' });
    await at.store.publish(at.workspace);
    rewrite(objectOf(at, 'one'), '');
    const fresh = createContentSnapshotStore({ directory: at.directory });
    const { id } = await fresh.publish(at.workspace);
    await fresh.materialize(id, join(at.base, 'copy'));
    expect(contentOf(join(at.base, 'copy'))).toEqual({ 'a.txt': 'file one' });
  });

  const manifestDamage: readonly (readonly [string, (text: string) => string])[] = [
    ['changed', (text) => text.replace('f7', 'f8')],
    ['empty', () => ''],
    ['cut off', (text) => text.slice(0, text.length / 2)],
    ['nothing like one', () => '{"v":1}'],
  ];
  test.each(manifestDamage)('a manifest that is %s is found and named', async (_, spoil) => {
    const at = place();
    writeFiles(at.workspace, Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, `${n}`])));
    const first = await at.store.publish(at.workspace);
    writeFiles(at.workspace, { f7: 'other' });
    const second = await at.store.publish(at.workspace);
    // The second is kept as what differs from the first.
    const pathOf = (id: string): string => join(at.directory, 'manifests', `${id}.json`);
    expect(statSync(pathOf(second.id)).size).toBeLessThan(statSync(pathOf(first.id)).size / 4);
    for (const { id } of [second, first]) {
      const store = createContentSnapshotStore({ directory: at.directory });
      await store.materialize(id, join(at.base, `fine-${id}`));
    }
    for (const { id } of [second, first]) {
      rewrite(pathOf(id), spoil(readFileSync(pathOf(id), 'utf8')));
      for (const each of id === first.id ? [first, second] : [second]) {
        const store = createContentSnapshotStore({ directory: at.directory });
        const result = store.materialize(each.id, join(at.base, 'copy'));
        await expect(result).rejects.toEqual(code('snapshotDamaged'));
        await expect(result).rejects.toThrow(each.id);
      }
    }
    expect(existsSync(join(at.base, 'copy'))).toBe(false);
  });

  test('what a crash left half-made is never taken for a snapshot', async () => {
    const at = place();
    writeFiles(at.directory, { 'tmp/w-abc123/1': 'half', [`manifests/${'0'.repeat(64)}`]: '{' });
    writeFiles(at.workspace, { 'a.txt': 'one' });
    const { id } = await at.store.publish(at.workspace);
    expect(await at.store.has('0'.repeat(64))).toBe(false);
    await at.store.materialize(id, join(at.base, 'copy'));
    expect(contentOf(join(at.base, 'copy'))).toEqual({ 'a.txt': 'file one' });
  });

  test('the store can be entered by its owner only', async () => {
    const at = place();
    writeFiles(at.workspace, { 'dir/a.txt': 'one' });
    const { id } = await at.store.publish(at.workspace);
    const paths = ['', 'objects', 'manifests', `manifests/${id}.json`, objectOf(at, 'one')];
    const modes = paths.map((path) => statSync(resolve(at.directory, path)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o400, 0o400]);
  });
});

/** Objects cannot be written to, so they are replaced. */
function rewrite(path: string, content: string): void {
  unlinkSync(path);
  writeFileSync(path, content);
}
