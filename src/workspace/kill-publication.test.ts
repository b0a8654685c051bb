/**
 * Publication killed, or refused by the system, at each of its file operations: the version before stays whole, nothing
 * half has a real name, and the next process publishes as if nothing had been. The system does it (`strace -e inject`),
 * so nothing can clean up before it is killed. It counts each kind of call by itself, so each kind is gone through.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import {
  type Fault,
  type Faulted,
  faults,
  type Moment,
  momentsOf,
  runFaulted,
  traced,
  type TracedProgram,
} from './file-faults.test-support.ts';
import { contentOf, quickParent, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { verifyStore } from './verify-store.ts';

const full = process.env['MASSGEN_TEST_FULL'] === '1';

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

/** Publishes in a process to which it happens then; without it, in one that is only looked at. */
function publishing(base: string): TracedProgram {
  const module = resolve(import.meta.dirname, 'content-snapshot-store.ts');
  return { program, args: [module, join(base, 'store'), join(base, 'ws'), join(base, 'warm')], base };
}

async function moments(base: string, calls: string): Promise<readonly Moment[]> {
  return momentsOf(publishing(base), calls, full ? undefined : (count) => [1, count]);
}

function publishFaulted(base: string, fault: Fault, moment: Moment): Promise<Faulted> {
  return runFaulted(publishing(base), fault, moment);
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
