/**
 * Publication killed, or refused by the system, at each of its file operations: the version before stays whole, nothing
 * half has a real name, and the next process publishes as if nothing had been. The system does it (`strace -e inject`),
 * so nothing can clean up before it is killed. It counts each kind of call by itself, so each kind is gone through.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
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
type Fault = (typeof faults)[keyof typeof faults];

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

/** Publishes in a process that `strace` looks at with these options from the moment everything is loaded. */
async function publishTraced(base: string, options: readonly string[]): Promise<Faulted> {
  const module = resolve(import.meta.dirname, 'content-snapshot-store.ts');
  const places = [join(base, 'store'), join(base, 'ws'), join(base, 'warm')];
  const args = ['--input-type=module', '-e', program, module, ...places];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString();
  });
  await once(child.stdout, 'data');
  const strace = spawn('strace', ['-f', ...options, '-p', String(child.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(strace, 'close');
  await attached(strace);
  child.stdin.write('go');
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  strace.kill();
  await closed;
  return { killed: signal === 'SIGKILL', said: said.replace('ready', '').trim() };
}

interface Moment {
  readonly call: string;
  readonly nth: number;
}

/** Every call of these kinds that a thread makes; in the short form the first and the last of a kind. */
async function moments(base: string, calls: string): Promise<readonly Moment[]> {
  const log = join(base, 'calls');
  await publishTraced(base, ['-o', log, '-e', `trace=${calls}`]);
  const counts = new Map<string, number>();
  for (const [, thread, call] of readFileSync(log, 'utf8').matchAll(/^(\d+) +(\w+)\(/gmu))
    counts.set(`${thread} ${call}`, (counts.get(`${thread} ${call}`) ?? 0) + 1);
  const most = new Map<string, number>();
  for (const [of, count] of counts) {
    const call = of.slice(of.indexOf(' ') + 1);
    most.set(call, Math.max(count, most.get(call) ?? 0));
  }
  return [...most].flatMap(([call, count]) => {
    const all = Array.from({ length: count }, (_, index) => index + 1);
    return (full ? all : [...new Set([1, count])]).map((nth) => ({ call, nth }));
  });
}

function publishFaulted(base: string, { fault }: Fault, { call, nth }: Moment): Promise<Faulted> {
  const inject = `inject=${call}:${fault}:when=${nth}`;
  return publishTraced(base, ['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]);
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

/** What cannot be met again counts as met: threads share their work anew each time. */
const met = 0.6;

test.for(cases)(
  'killed anywhere while it publishes %s: nothing is lost and nothing is half',
  { timeout },
  async ([, changed], { skip }) => {
    skip(!traced, 'strace is not installed');
    const all = await moments((await scene(changed)).base, faults.kill.calls);
    const killedIn = new Set<string>();
    let kills = 0;
    for (const moment of all) {
      const place = await scene(changed);
      const { killed } = await publishFaulted(place.base, faults.kill, moment);
      await expectWhole(place);
      if (!killed) continue;
      kills += 1;
      killedIn.add(moment.call);
    }
    expect(kills).toBeGreaterThanOrEqual(all.length * met);
    expect([...killedIn]).toEqual(expect.arrayContaining(['openat', 'write', 'rename', 'mkdir', 'close']));
  },
);

test.for(cases)(
  'refused anywhere while it publishes %s: it says so and leaves nothing behind',
  { timeout },
  async ([, changed], { skip }) => {
    skip(!traced, 'strace is not installed');
    const all = await moments((await scene(changed)).base, faults.full.calls);
    const refusedIn = new Set<string>();
    for (const moment of all) {
      const place = await scene(changed);
      const { said } = await publishFaulted(place.base, faults.full, moment);
      expect(['done', journalErrors.diskFull.code]).toContain(said);
      expect(readdirSync(join(place.base, 'store/tmp'))).toEqual(['clock']);
      await expectWhole(place);
      if (said !== 'done') refusedIn.add(moment.call);
    }
    expect([...refusedIn]).toEqual(expect.arrayContaining(['openat', 'rename', 'mkdir']));
  },
);
