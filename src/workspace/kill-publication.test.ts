/**
 * Publication killed, or refused by the system, at each of its file operations: the version before stays whole, nothing
 * half has a real name, and the next process publishes as if nothing had been. The system does it (`strace -e inject`),
 * so nothing can clean up before it is killed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, quickParent, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { verifyStore } from './verify-store.ts';

const full = process.env['MASSGEN_TEST_FULL'] === '1';
const traced = spawnSync('strace', ['-V']).error === undefined;

/** What changes a file system, and what opens a file. */
const making = 'openat,pwrite64,rename,renameat2,mkdir,fchmod,ftruncate,fsync,fdatasync,copy_file_range';
const faults = {
  kill: { calls: `${making},write,close,unlink,unlinkat,rmdir`, fault: 'signal=SIGKILL' },
  // Not the writes: those of pipes and of the event loop are among them.
  full: { calls: making, fault: 'error=ENOSPC' },
} as const;

const program = `
  const { createContentSnapshotStore } = await import(process.argv[1]);
  const store = createContentSnapshotStore({ directory: process.argv[2] });
  // Everything is loaded and compiled before it is traced.
  await store.publish(process.argv[4]);
  process.stdout.write('ready');
  await new Promise((go) => process.stdin.once('data', go));
  try {
    await store.publish(process.argv[3]);
    await store.secure();
    process.stdout.write(' done');
  } catch (error) {
    process.stdout.write(' ' + error.code);
  }
  process.exit(0);
`;

interface Faulted {
  readonly killed: boolean;
  /** `done`, or the code of the error. */
  readonly said: string;
}

/** Publishes in a process to which it happens when it makes a traced call for the nth time. */
async function publishFaulted(
  base: string,
  workspace: string,
  { calls, fault }: (typeof faults)[keyof typeof faults],
  nth: number,
): Promise<Faulted> {
  const module = resolve(import.meta.dirname, 'content-snapshot-store.ts');
  const other = join(base, 'warm');
  const args = ['--input-type=module', '-e', program, module, join(base, 'store'), workspace, other];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await once(child.stdout, 'data');
  const inject = `inject=${calls}:${fault}:when=${nth}`;
  const strace = spawn(
    'strace',
    ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject, '-p', String(child.pid)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const closed = once(strace, 'close');
  await attached(strace);
  child.stdin.write('go');
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  strace.kill();
  await closed;
  return { killed: signal === 'SIGKILL', said: said.replace('ready', '').trim() };
}

function attached(strace: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((done, fail) => {
    // Read to its end: a program that nobody listens to is ended by its next word.
    strace.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes('attached')) done();
    });
    strace.once('close', () => fail(new Error(`strace could not attach: ${said}`)));
  });
}

interface Scene {
  readonly base: string;
  readonly first: string;
  readonly before: Readonly<Record<string, string>>;
}

const some = (count: number, more = ''): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`d${n % 3}/f${n}`, `content ${n}${more}`]));

/** A store with one version; the workspace has changed since. */
async function scene(changed: Readonly<Record<string, string>>): Promise<Scene> {
  const base = temporaryDirectory(quickParent);
  writeFiles(base, { 'warm/a': 'x' });
  mkdirSync(join(base, 'ws'));
  writeFiles(join(base, 'ws'), some(4));
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const { id } = await store.publish(join(base, 'ws'));
  const before = contentOf(join(base, 'ws'));
  writeFiles(join(base, 'ws'), changed);
  return { base, first: id, before };
}

const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a few files', some(3, ' changed')],
  ['many files', some(50, ' changed')],
  ['a large file', { 'large.bin': 'x'.repeat(2_500_000) }],
];

/** In the short form in steps that grow, so that both the beginning and the end are met. */
const next = (nth: number): number => nth + (full ? 1 : Math.ceil(nth * 0.8));
const timeout = full ? 1_200_000 : 60_000;

/** What must be true whatever happened while the workspace was published. */
async function expectWhole({ base, first, before }: Scene): Promise<void> {
  const directory = join(base, 'store');
  expect((await verifyStore(directory)).problems).toEqual([]);
  const store = createContentSnapshotStore({ directory });
  await store.materialize(first, join(base, 'copy'));
  expect(contentOf(join(base, 'copy'))).toEqual(before);
  const { id } = await store.publish(join(base, 'ws'));
  await store.materialize(id, join(base, 'again'));
  expect(contentOf(join(base, 'again'))).toEqual(contentOf(join(base, 'ws')));
}

test.for(cases)(
  'killed anywhere while it publishes %s: nothing is lost and nothing is half',
  { timeout },
  async ([, changed], { skip }) => {
    skip(!traced, 'strace is not installed');
    let kills = 0;
    for (let nth = 1; ; nth = next(nth)) {
      const place = await scene(changed);
      const { killed } = await publishFaulted(place.base, join(place.base, 'ws'), faults.kill, nth);
      await expectWhole(place);
      if (!killed) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(full ? 20 : 4);
  },
);

test.for(cases)(
  'refused anywhere while it publishes %s: it says so and leaves nothing behind',
  { timeout },
  async ([, changed], { skip }) => {
    skip(!traced, 'strace is not installed');
    let refused = 0;
    for (let nth = 1; nth < 400; nth = next(nth)) {
      const place = await scene(changed);
      const { said } = await publishFaulted(place.base, join(place.base, 'ws'), faults.full, nth);
      expect(['done', journalErrors.diskFull.code]).toContain(said);
      expect(readdirSync(join(place.base, 'store/tmp'))).toEqual(['clock']);
      await expectWhole(place);
      if (said === 'done' && nth > 10) break;
      if (said !== 'done') refused += 1;
    }
    expect(refused).toBeGreaterThan(4);
  },
);
