/**
 * The demo team is killed with SIGKILL after each durable entry of its journal and taken up again. It must end as
 * it would have without the kill: same winner, same answer, same files, and nothing that was journaled is lost.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import { makeSmallFolder } from '../fixtures/small-folder.ts';

const harness = new URL('../fixtures/run-until-entry.ts', import.meta.url).pathname;
const full = process.env['MASSGEN_TEST_FULL'] === '1';

let place: string;
let folder: string;
let entries: number;
let wanted: Outcome;

interface Outcome {
  readonly winner: unknown;
  readonly answer: unknown;
  readonly files: Readonly<Record<string, string>>;
}

async function directoryFor(name: string): Promise<string> {
  return mkdtemp(join(place, `${name}-`));
}

function play(cwd: string, killAfter: number): { readonly signal: string | null; readonly stderr: string } {
  const { signal, stderr } = spawnSync(process.execPath, [harness, cwd, folder, String(killAfter)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { signal, stderr };
}

async function runIn(cwd: string): Promise<string> {
  const names = await readdir(join(cwd, 'massgen_logs'));
  const name = names.find((entry) => entry.startsWith('log_'));
  if (name === undefined) throw new Error('no run was made');
  return name;
}

async function outcomeOf(cwd: string): Promise<Outcome> {
  const run = join(cwd, 'massgen_logs', await runIn(cwd));
  const result = JSON.parse(await readFile(join(run, 'result.json'), 'utf8')) as Record<string, unknown>;
  const final = join(run, 'final', 'editor', 'workspace');
  const names = (await readdir(final)).toSorted();
  const files = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(final, name), 'utf8')] as const)),
  );
  return { winner: result['winner'], answer: result['answer'], files };
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'massgen-resume-'));
  folder = await makeSmallFolder(place);
  const cwd = await directoryFor('whole');
  expect(play(cwd, 0)).toEqual({ signal: null, stderr: '' });
  const journal = await readFile(join(cwd, 'massgen_logs', await runIn(cwd), 'journal.jsonl'), 'utf8');
  entries = journal.split('\n').findIndex((line) => line.includes('"type":"run.finished"')) + 1;
  wanted = await outcomeOf(cwd);
});

afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

describe('a run that was killed', () => {
  test('is worth taking up: the whole one has a winner, an answer and files', () => {
    expect(entries).toBeGreaterThan(60);
    expect(wanted.winner).toBe('editor.2');
    expect(Object.keys(wanted.files)).toEqual(['report.md', 'sizes.md']);
  });

  test('ends with the same outcome when taken up, wherever the kill fell', async () => {
    const step = full ? 1 : 12;
    const points: number[] = [];
    for (let entry = 1; entry < entries; entry += step) points.push(entry);
    for (const entry of points) {
      const cwd = await directoryFor(`kill-${entry}`);
      const { signal } = play(cwd, entry);
      const run = await runIn(cwd);
      if (signal === null) {
        // Calls that come back together may share an entry, so a run can end a few entries earlier than the first.
        expect(entry).toBeGreaterThan(entries - 12);
        expect(await outcomeOf(cwd)).toEqual(wanted);
        continue;
      }
      expect(signal, `killed after entry ${entry}`).toBe('SIGKILL');
      const before = (await readFile(join(cwd, 'massgen_logs', run, 'journal.jsonl'), 'utf8')).split('\n');
      const handle = await createRuntime({ cwd }).resumeRun(run);
      await handle.finished;
      expect(await outcomeOf(cwd), `after a kill behind entry ${entry}`).toEqual(wanted);
      const after = (await readFile(join(cwd, 'massgen_logs', run, 'journal.jsonl'), 'utf8')).split('\n');
      const whole = before.slice(0, -1);
      expect(after.slice(0, whole.length)).toEqual(whole);
      await rm(cwd, { recursive: true, force: true });
    }
  }, 900_000);

  test('is listed as interrupted until it is taken up', async () => {
    const cwd = await directoryFor('list');
    play(cwd, 40);
    const runtime = createRuntime({ cwd });
    const [listed] = await runtime.listRuns();
    expect(listed).toMatchObject({ state: 'interrupted' });
    const handle = await runtime.resumeRun(listed?.id ?? '');
    await handle.finished;
    expect(await runtime.listRuns()).toMatchObject([
      { state: 'finished', outcome: 'answered', winner: 'editor.2' },
    ]);
    await expect(runtime.resumeRun(handle.id)).rejects.toMatchObject({ code: 'MG1710' });
  });
});
