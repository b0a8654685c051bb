import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { readRunRecord, type RunRecord, writeRunRecord } from './run-record.ts';
import { writeRunResult } from './run-result.ts';

async function fileIn(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-record-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, name);
}

const record: RunRecord = {
  v: 1,
  id: 'log_20260101_000000_abcd',
  question: 'What is "this"?\n\u2028',
  configPath: '/project/massgen.yaml',
  config: { agents: [{ id: 'a', backend: { type: 'script' } }] },
  cwd: '/project',
  seed: 42,
  program: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  history: [{ user: 'What was that?', assistant: 'Nothing.' }],
  workspaces: { a: '/project/ws/a' },
};

test('a record comes back as it was written', async () => {
  const path = await fileIn('run.json');
  await writeRunRecord(path, record);
  expect(await readRunRecord(path)).toEqual(record);
});

test('what a later minor version added does not disturb', async () => {
  const path = await fileIn('run.json');
  await writeFile(path, JSON.stringify({ ...record, mood: 'good' }));
  expect(await readRunRecord(path)).toEqual(record);
});

test('a record without conversation and workspaces has none', async () => {
  const path = await fileIn('run.json');
  const { history, workspaces, ...rest } = record;
  await writeFile(path, JSON.stringify(rest));
  expect(await readRunRecord(path)).toEqual({ ...rest, history: [], workspaces: {} });
});

test.each([
  ['empty', ''],
  ['cut off', JSON.stringify(record).slice(0, 50)],
  ['no object', '[]'],
  ['without question', JSON.stringify({ ...record, question: undefined })],
  ['of no version', JSON.stringify({ ...record, v: 0 })],
])('a record that is %s is refused, naming the file', async (_, text) => {
  const path = await fileIn('run.json');
  await writeFile(path, text);
  await expect(readRunRecord(path)).rejects.toMatchObject({
    code: journalErrors.runRecordInvalid.code,
    message: expect.stringContaining(path) as string,
  });
});

test('the message names the key that is wrong', async () => {
  const path = await fileIn('run.json');
  await writeFile(path, JSON.stringify({ ...record, seed: 'x' }));
  await expect(readRunRecord(path)).rejects.toThrow(/seed/u);
});

test('a record that is missing is refused, naming the file', async () => {
  const path = await fileIn('run.json');
  await expect(readRunRecord(path)).rejects.toThrow(`${path} is missing`);
});

test('a record of a newer format says so', async () => {
  const path = await fileIn('run.json');
  await writeFile(path, JSON.stringify({ v: 2, everything: 'else' }));
  await expect(readRunRecord(path)).rejects.toMatchObject({
    code: journalErrors.journalNewer.code,
    message: expect.stringContaining('format 2; this version reads format 1') as string,
  });
});

test('a result is written as JSON that scripts can read', async () => {
  const path = await fileIn('result.json');
  const result = {
    v: 1,
    run: record.id,
    outcome: 'answered',
    winner: 'a.1',
    rule: 'most_votes',
    answer: 'Forty-two.',
    votes: [{ agent: 'b', for: 'a.1', reason: 'right' }],
    durationMs: 12,
  } as const;
  await writeRunResult(path, result);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(result);
});
