import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createJournal } from './create-journal.ts';
import { createFileBlobStore } from './file-blob-store.ts';
import { acquireLock } from './file-lock.ts';
import { encodeJournalLine } from './journal-line.ts';
import { listRuns } from './list-runs.ts';
import { createRunDirectory, type RunDirectory } from './run-directory.ts';
import { writeRunRecord } from './run-record.ts';

async function logsDirectory(): Promise<string> {
  const logs = await mkdtemp(join(tmpdir(), 'massgen-list-'));
  onTestFinished(() => rm(logs, { recursive: true, force: true }));
  return logs;
}

const clock = createSimulatedClock();
const startedAt = '2026-01-01T00:00:00.000Z';

async function addRun(logs: string, hex: string, bodies: readonly DurableEventBody[]): Promise<RunDirectory> {
  const directory = await createRunDirectory(logs, clock, { next: (prefix) => prefix, hex: () => hex });
  await writeRunRecord(directory.runFile, {
    v: 1,
    id: directory.id,
    question: `question ${hex}`,
    config: {},
    cwd: '/',
    seed: 1,
    program: '0.1.0',
    startedAt,
    history: [],
    workspaces: {},
  });
  const blobs = createFileBlobStore(directory.store);
  const journal = await createJournal({ path: directory.journal, run: directory.id, clock, blobs });
  journal.append(bodies);
  await journal.close();
  return directory;
}

const started: DurableEventBody = { type: 'message.user', text: 'go' };
const finished: DurableEventBody = { type: 'run.finished', outcome: 'answered', winner: 'a.2' };
const stopped: DurableEventBody = { type: 'server.stopped', server: 'filesystem' };
const resumed: DurableEventBody = { type: 'run.resumed', after: 2, program: '0.1.0' };

test('a logs directory that does not exist has no runs', async () => {
  expect(await listRuns(join(await logsDirectory(), 'missing'))).toEqual([]);
});

test('a logs path that is no directory is an error', async () => {
  const path = join(await logsDirectory(), 'file');
  await writeFile(path, '');
  await expect(listRuns(path)).rejects.toMatchObject({ code: journalErrors.storageFailed.code });
});

test('each run is shown with question, start and state, newest first', async () => {
  const logs = await logsDirectory();
  await addRun(logs, '0001', [started, finished, stopped]);
  await addRun(logs, '0002', [started]);
  const running = await addRun(logs, '0003', [started]);
  await addRun(logs, '0004', [started, finished, resumed, started]);
  await addRun(logs, '0005', [started, { type: 'run.finished', outcome: 'no_answer' }]);
  using lock = acquireLock(running.lock);
  expect(lock).toBeDefined();
  const rows = await listRuns(logs);
  expect(rows.map(({ id, path, ...row }) => ({ ...row, last: id.slice(-4), path }))).toEqual(
    [
      { last: '0005', state: 'finished', outcome: 'no_answer', question: 'question 0005', startedAt },
      { last: '0004', state: 'interrupted', question: 'question 0004', startedAt },
      { last: '0003', state: 'running', question: 'question 0003', startedAt },
      { last: '0002', state: 'interrupted', question: 'question 0002', startedAt },
      {
        last: '0001',
        state: 'finished',
        outcome: 'answered',
        winner: 'a.2',
        question: 'question 0001',
        startedAt,
      },
    ].map((row) => ({ ...row, path: join(logs, `log_20260101_000000_${row.last}`) })),
  );
});

test('a run whose journal ends torn or empty is interrupted', async () => {
  const logs = await logsDirectory();
  const torn = await addRun(logs, '0001', [started]);
  await appendFile(torn.journal, '{"v":1,"seq":2,"type":"run.finished"');
  const empty = await addRun(logs, '0002', []);
  expect(await readFile(empty.journal, 'utf8')).toBe('');
  expect((await listRuns(logs)).map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
});

test('the end of a long journal is found however long its last lines are', async () => {
  const logs = await logsDirectory();
  const words = Array.from({ length: 60_000 }, (_, index) => `word ${index}`);
  const long: DurableEventBody = {
    type: 'tool.call.started',
    agent: 'a',
    turn: 1,
    call: 'c',
    tool: 't',
    arguments: { words, type: 'run.finished' },
    effects: ['Read'],
  };
  await addRun(logs, '0001', [started, long, long, finished, stopped]);
  await addRun(logs, '0002', [started, finished, resumed, long]);
  expect((await listRuns(logs)).map(({ state }) => state)).toEqual(['interrupted', 'finished']);
});

test('damaged runs are listed with the problem and hide no other', async () => {
  const logs = await logsDirectory();
  const broken = await addRun(logs, '0001', [started]);
  await appendFile(broken.journal, `garbage\n${encodeJournalLine('{"v":1}')}`);
  const unnamed = await addRun(logs, '0002', [started]);
  await writeFile(unnamed.runFile, '{');
  const lost = await addRun(logs, '0003', [started]);
  await rm(lost.journal);
  await addRun(logs, '0004', [started, finished]);
  const rows = await listRuns(logs);
  expect(rows.map(({ state }) => state)).toEqual(['finished', 'damaged', 'damaged', 'damaged']);
  expect(rows.slice(1).map((row) => (row.state === 'damaged' ? row.problem : ''))).toEqual([
    expect.stringContaining(lost.path),
    expect.stringContaining('run.json is no JSON'),
    'entries of the journal are damaged',
  ]);
});

test('directories that are not runs of this program are left out', async () => {
  const logs = await logsDirectory();
  await mkdir(join(logs, '.store'));
  await mkdir(join(logs, 'log_20250101_120000'));
  await mkdir(join(logs, 'notes'));
  expect(await listRuns(logs)).toEqual([]);
});
