import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { acquireLock } from '../journal/file-lock.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createRuntime, type Runtime } from './create-runtime.ts';

let place: string;
let logs: string;

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-prune-')));
  logs = join(place, 'massgen_logs');
  onTestFinished(() => {
    spawnSync('chmod', ['-R', 'u+rwX', place]);
    spawnSync('rm', ['-rf', place]);
  });
});

const day = 86_400_000;

/** A runtime that thinks it is as many days later. */
function runtime(days: number): Runtime {
  return createRuntime({ cwd: place, clock: createSimulatedClock(Date.now() + days * day) });
}

/** A run with one file and one long value. Returns its id. */
async function play(days: number, content: string): Promise<string> {
  const { config } = configFromValue({
    agents: [
      {
        id: 'writer',
        backend: {
          type: 'script',
          cwd: 'ws',
          turns: [
            {
              when: 'no_answers',
              steps: [
                {
                  tool: 'mcp__filesystem__write_file',
                  args: { path: '{{workspace}}/notes.md', content },
                },
                { new_answer: { content: `${content} ${'long '.repeat(10_000)}` } },
              ],
            },
            { when: 'has_answers', steps: [{ vote: { agent: 'first', reason: 'it is there' } }] },
          ],
        },
      },
    ],
  });
  if (config === undefined) throw new Error('the config is wrong');
  const handle = await runtime(days).startRun({ config, question: content });
  await expect(handle.finished).resolves.toMatchObject({ outcome: 'answered' });
  return handle.id;
}

/** Tomorrow: what was stored just now is old. */
const tomorrow = 1;
const runsThere = (): readonly string[] => readdirSync(logs).filter((name) => name.startsWith('log_'));
const contents = (): number =>
  Number(spawnSync('sh', ['-c', 'find .store/objects -type f | wc -l'], { cwd: logs }).stdout.toString());

test('the newest runs stay, and with them all that they need', async () => {
  const ids = [await play(-20, 'first'), await play(-10, 'second'), await play(0, 'third')];
  const before = contents();
  const told = await runtime(tomorrow).pruneRuns({ keep: 1, dryRun: true });
  expect(told.removed).toEqual([ids[1], ids[0]]);
  expect(runsThere()).toEqual(ids);

  const pruned = await runtime(tomorrow).pruneRuns({ keep: 1 });
  expect(pruned).toEqual(told);
  expect(pruned.store).toMatchObject({ busy: false, snapshots: 2 });
  expect(readdirSync(logs).filter((name) => name.includes('log_'))).toEqual([ids[2]]);
  // A file and a long value for each that went.
  expect(contents()).toBe(before - pruned.store.contents);
  expect(pruned.store.contents).toBeGreaterThanOrEqual(4);
  expect((await runtime(0).verifyStore()).problems).toEqual([]);
  expect(await runtime(0).verifyStore()).toMatchObject({ snapshots: 1 });
});

test('by age, and by age of those that are not the newest', async () => {
  const ids = [await play(-40, 'first'), await play(-20, 'second'), await play(0, 'third')];
  expect(await runtime(0).pruneRuns({ olderThanMs: 30 * day })).toMatchObject({ removed: [ids[0]] });
  expect(await runtime(0).pruneRuns({ keep: 2, olderThanMs: 10 * day })).toMatchObject({ removed: [] });
  expect(await runtime(0).pruneRuns({ keep: 0, olderThanMs: 10 * day })).toMatchObject({ removed: [ids[1]] });
  expect(runsThere()).toEqual([ids[2]]);
});

test('without a rule no run goes; only the store is cleaned', async () => {
  const id = await play(0, 'first');
  spawnSync('rm', ['-rf', join(logs, id)]);
  const second = await play(1, 'second');
  expect(await runtime(2).pruneRuns({})).toMatchObject({ removed: [], store: { snapshots: 1 } });
  expect(runsThere()).toEqual([second]);
});

test('runs that can still be taken up stay unless they are asked for, damaged and running ones always', async () => {
  const ids = [
    await play(-50, 'cut'),
    await play(-40, 'damaged'),
    await play(-30, 'running'),
    await play(-20, 'finished'),
  ];
  const journal = (id = ''): string => join(logs, id, 'journal.jsonl');
  // Without its end, and with something in its middle that is no entry.
  spawnSync('sed', ['-i', '/run.finished/,$d', journal(ids[0])]);
  spawnSync('sed', ['-i', '3s/.*/nonsense/', journal(ids[1])]);
  const lock = acquireLock(join(logs, ids[2] ?? '', 'run.lock'));
  onTestFinished(() => lock?.release());
  expect(await runtime(tomorrow).pruneRuns({ keep: 0 })).toMatchObject({
    removed: [ids[3]],
    interrupted: [ids[0]],
    store: { busy: true, snapshots: 0 },
  });
  lock?.release();
  const pruned = await runtime(tomorrow).pruneRuns({ keep: 0, interrupted: true });
  expect(pruned).toMatchObject({ removed: [ids[2], ids[0]], interrupted: [], store: { busy: false } });
  expect(runsThere()).toEqual([ids[1]]);
  expect((await runtime(0).verifyStore()).snapshots).toBe(1);
});

test('what a process left behind that died while it removed a run goes too', async () => {
  const id = await play(0, 'first');
  renameSync(join(logs, id), join(logs, `.pruned-${id}`));
  mkdirSync(join(logs, '.pruned-mine'));
  await runtime(tomorrow).pruneRuns({});
  expect(existsSync(join(logs, `.pruned-${id}`))).toBe(false);
  expect(existsSync(join(logs, '.pruned-mine'))).toBe(true);
});

test('where there are no runs there is nothing to do', async () => {
  expect(await runtime(0).pruneRuns({ keep: 1 })).toMatchObject({ removed: [], store: { contents: 0 } });
  expect(existsSync(logs)).toBe(false);
  expect(await runtime(0).verifyStore()).toEqual({ snapshots: 0, contents: 0, problems: [] });
});

test('copies of files of the user, and what was done to them, are needed as long as the run is there', async () => {
  mkdirSync(join(place, 'proj'));
  writeFileSync(join(place, 'proj/notes.md'), 'before');
  writeFileSync(join(place, 'proj/other.md'), 'only in the copy');
  const write = (path: string): unknown => ({
    tool: 'mcp__filesystem__write_file',
    args: { path, content: 'after' },
  });
  const { config } = configFromValue({
    agents: [
      {
        id: 'writer',
        backend: {
          type: 'script',
          cwd: 'ws',
          turns: [
            { when: 'no_answers', steps: [{ new_answer: { content: 'I would change it.' } }] },
            { when: 'presenting', steps: [write('{{staged}}/notes.md'), { text: 'Changed.' }] },
          ],
        },
      },
    ],
    orchestrator: { context_paths: [{ path: 'proj', permission: 'write' }], apply: 'never' },
  });
  if (config === undefined) throw new Error('the config is wrong');
  const { id, finished } = await runtime(0).startRun({ config, question: 'q' });
  await finished;
  const { store } = await runtime(tomorrow).pruneRuns({});
  expect(store).toMatchObject({ busy: false, snapshots: 0, contents: 0 });
  expect(await runtime(0).changesOf(id)).toMatchObject({ places: [{ changes: [{ path: 'notes.md' }] }] });
  // Nobody has decided about its changes, so it stays unless that is said.
  expect(await runtime(tomorrow).pruneRuns({ keep: 0 })).toMatchObject({ removed: [], waiting: [id] });
  const dry = await runtime(tomorrow).pruneRuns({ keep: 0, waiting: true, dryRun: true });
  expect(dry).toMatchObject({ removed: [id], waiting: [] });
  await runtime(0).applyChanges(id);
  expect(readFileSync(join(place, 'proj/notes.md'), 'utf8')).toBe('after');
  // Without the run nothing needs them.
  const pruned = await runtime(tomorrow).pruneRuns({ keep: 0 });
  expect(pruned.removed).toEqual([id]);
  expect(pruned.store.snapshots).toBeGreaterThanOrEqual(2);
  expect(contents()).toBe(0);
});

test('files of a run whose names are no text go with it', async () => {
  const id = await play(0, 'first');
  writeFileSync(Buffer.from(`${join(logs, id)}/workspaces/\u00ff`, 'latin1'), '');
  await runtime(tomorrow).pruneRuns({ keep: 0 });
  expect(readdirSync(logs).filter((name) => name.includes('log_'))).toEqual([]);
});
