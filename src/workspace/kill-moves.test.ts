/**
 * A copy, a deletion or an undoing that is killed, or refused by the system, at each of its file operations: each file
 * is the old one or the new one, and what was changed by then can be taken back by the next process.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { DurableEvent } from '../events/run-event.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { faults, momentsOf, runFaulted, traced, type TracedProgram } from './file-faults.test-support.ts';
import { quickParent, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { exactContent as wholeContent } from './moves-rig.test-support.ts';
import { verifyStore } from './verify-store.ts';
import { createWorkspaceMoves } from './workspace-moves.ts';

const full = process.env['MASSGEN_TEST_FULL'] === '1';
const timeout = full ? 1_200_000 : 120_000;
const program = `
  import { appendFileSync } from 'node:fs';
  const [, moves, content, base, what] = process.argv;
  const { createWorkspaceMoves } = await import(moves);
  const { createContentSnapshotStore } = await import(content);
  const store = base + '/store';
  const snapshots = createContentSnapshotStore({ directory: store });
  const make = (journal) => createWorkspaceMoves({
    store, views: () => base + '/views', excludes: new Set(), journaled: [],
    answers: () => new Map([['agent2.1', what.split(' ')[1]]]),
    manifest: (id) => snapshots.manifest(id),
    record: async (event) => appendFileSync(base + journal, JSON.stringify(event) + '\\n'),
  });
  const call = (root) => ({ agent: 'a', turn: 1, call: 'c' + root, root: base + root, signal: new AbortController().signal });
  const run = async (root, made) => {
    const request = { items: [{ from: 'agent2.1', to: '.' }], overwrite: true };
    if (what.startsWith('copy')) return made.copy(request, call(root));
    if (what.startsWith('delete')) return made.remove(['d', 'a'], call(root));
    return made.undo(false, { ...call(root), call: 'u' });
  };
  const [warm, real] = [make('/warm.jsonl'), make('/journal.jsonl')];
  if (what.startsWith('undo')) for (const [root, made] of [['/warm', warm], ['/ws', real]]) await made.remove(['d', 'a'], call(root));
  // Everything is loaded and compiled before it is traced.
  await run('/warm', warm);
  process.stdout.write('ready');
  await new Promise((go) => process.stdin.once('data', go));
  try {
    await run('/ws', real);
    process.stdout.write(' done');
  } catch (error) {
    process.stdout.write(' ' + error.code);
  }
  process.exit(0);
`;

/** As it is told of, long contents by their beginning, end and length. */
function exactContent(root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wholeContent(root)).map(([path, text]) => [
      path,
      text.length < 60 ? text : `${text.slice(0, 30)}…${text.slice(-10)} ${text.length}`,
    ]),
  );
}

const mine = { a: 'my a', 'd/b': 'my b', 'd/e/c': 'my c'.repeat(50_000), other: 'mine alone' };
const theirs = { a: 'their a', 'd/b': 'their b', 'd/e/c': 'their c'.repeat(60_000), 'd/new/x': 'new' };

interface Scene {
  readonly base: string;
  readonly snapshot: string;
  readonly before: Readonly<Record<string, string>>;
}

async function scene(): Promise<Scene> {
  const base = temporaryDirectory(quickParent);
  for (const root of ['ws', 'warm']) writeFiles(join(base, root), mine);
  writeFiles(join(base, 'theirs'), theirs);
  const store = createContentSnapshotStore({ directory: join(base, 'store') });
  const { id } = await store.publish(join(base, 'theirs'));
  return { base, snapshot: id, before: exactContent(join(base, 'ws')) };
}

function journalOf(base: string): readonly DurableEvent[] {
  try {
    const lines = readFileSync(join(base, 'journal.jsonl'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as DurableEvent);
  } catch {
    // It was killed before its first entry.
    return [];
  }
}

/** What must be true wherever it was ended, and that it can be taken back. */
async function expectWhole({ base, before }: Scene, what: string): Promise<void> {
  const root = join(base, 'ws');
  const known = { ...exactContent(join(base, 'theirs')) };
  for (const [path, content] of Object.entries(exactContent(root))) {
    if (path.startsWith('.massgen-tmp')) continue;
    // A directory gets its mode when it is filled.
    if (content.startsWith('dir ')) continue;
    expect([before[path], known[path]], path).toContain(content);
  }
  expect((await verifyStore(join(base, 'store'))).problems).toEqual([]);
  const journaled = journalOf(base);
  const moves = createWorkspaceMoves({
    store: join(base, 'store'),
    views: () => join(base, 'views'),
    excludes: new Set(),
    journaled,
    answers: () => new Map(),
    manifest: () => Promise.reject(new Error('not asked')),
    record: () => Promise.resolve(),
  });
  const { signal } = new AbortController();
  const undo = moves.undo(false, { agent: 'a', turn: 2, call: 'later', root, signal });
  if (journaled.length === 0) await expect(undo).rejects.toMatchObject({ code: 'MG1358' });
  else await undo;
  expect(exactContent(root), what).toEqual(before);
}

function moving({ base, snapshot }: Scene, what: string): TracedProgram {
  const modules = ['workspace-moves.ts', 'content-snapshot-store.ts'];
  const paths = modules.map((name) => resolve(import.meta.dirname, name));
  return { program, args: [...paths, base, `${what} ${snapshot}`], base };
}

/** In the short form the first and one in the middle of each kind of call. */
const few = (count: number): readonly number[] => [1, Math.ceil(count / 2)];

/** What cannot be met again counts as met: threads share their work anew each time. */
const met = 0.5;

test.for(['copy', 'delete', 'undo'])(
  'a %s killed anywhere leaves whole files and can be taken back',
  { timeout },
  async (what, { skip }) => {
    skip(!traced, 'strace is not installed');
    const all = await momentsOf(moving(await scene(), what), faults.kill.calls, full ? undefined : few);
    const killedIn = new Set<string>();
    let kills = 0;
    for (const moment of all) {
      const place = await scene();
      const { killed, said } = await runFaulted(moving(place, what), faults.kill, moment);
      if (!killed) expect(said).toBe('done');
      await expectWhole(place, `${what} killed in ${moment.call} ${moment.nth}`);
      if (!killed) continue;
      kills += 1;
      killedIn.add(moment.call);
    }
    expect(kills).toBeGreaterThanOrEqual(all.length * met);
    for (const call of what === 'delete' ? ['unlink', 'rmdir'] : ['rename']) expect(killedIn).toContain(call);
  },
);

test.for(['copy', 'delete', 'undo'])(
  'a %s refused anywhere by a full disk says so, and can be taken back',
  { timeout },
  async (what, { skip }) => {
    skip(!traced, 'strace is not installed');
    const all = await momentsOf(moving(await scene(), what), faults.full.calls, full ? undefined : few);
    let refused = 0;
    for (const moment of all) {
      const place = await scene();
      const { said } = await runFaulted(moving(place, what), faults.full, moment);
      expect(said).toMatch(/^(?:done|MG\d{4})$/u);
      await expectWhole(place, `${what} refused in ${moment.call} ${moment.nth}`);
      if (said !== 'done') refused += 1;
    }
    // Threads share their work anew each time, so not every one is met again.
    expect(refused).toBeGreaterThan(1);
  },
);
