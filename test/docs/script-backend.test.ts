import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse-config.ts';
import { scriptStepSchema } from '../../src/config/schema/script-step.ts';
import { decodeJournalLine } from '../../src/journal/journal-line.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { RunHandle } from '../../src/runtime/run-options.ts';
import { codeBlocks, codeWords, readPage, section, tableRows } from './pages.ts';

const page = readPage('docs/script-backend.md');

let cwd: string;
let run: RunHandle;

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(path.join(tmpdir(), 'massgen-page-')));
  await mkdir(path.join(cwd, 'docs'));
  await writeFile(path.join(cwd, 'docs', 'one.md'), 'one\n');
  await writeFile(path.join(cwd, 'docs', 'two.md'), 'two\n');
  const [text = ''] = codeBlocks(page, 'yaml');
  const { config } = parseConfig(text, { format: 'yaml' });
  if (config === undefined) throw new Error('the config of the page cannot be used');
  run = await createRuntime({ cwd, environment: { PATH: process.env['PATH'] } }).startRun({
    config,
    question: 'What is in my docs?',
  });
  await run.finished;
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('the example of docs/script-backend.md', () => {
  test('ends with the files of the folder as its answer', async () => {
    const state = await run.finished;
    expect(state).toMatchObject({ phase: 'finished', outcome: 'answered', winner: { rule: 'most_votes' } });
    expect(state.presentation?.finished).toMatchObject({ source: 'presented' });
    const list = await readFile(path.join(run.directory.final('writer'), 'workspace', 'list.md'), 'utf8');
    expect(list).toBe('- [FILE] one.md\n- [FILE] two.md\n');
  });

  test('has every step that a script can have in its table', () => {
    const said = tableRows(section(page, '## Steps')).map(
      ([cell = '']) => /^\w+/u.exec(codeWords(cell)[0] ?? '')?.[0],
    );
    const known = scriptStepSchema.options.map((option) => Object.keys(option.shape)[0]);
    expect(said).toEqual(known);
  });
});

describe('the run directory as docs/runs.md tells it', () => {
  const runs = readPage('docs/runs.md');
  const rows = tableRows(section(runs, '## Where everything is'));

  test('holds everything the page names', () => {
    const paths = rows
      .flatMap(([cell = '']) => codeWords(cell))
      // Only with --debug, for agents without a `cwd`, or for those with programs outside of a sandbox.
      .filter((word) => !/massgen_debug|workspaces\/|own-views/u.test(word))
      .map((word) =>
        word
          .replace('…', path.join('massgen_logs', run.id))
          .replace('<run>', run.id)
          .replace('/<agent>/<time>', '/writer')
          .replaceAll('<agent>', 'writer')
          .replace('<alias>.<n>', ''),
      );
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((place) => !existsSync(path.join(cwd, place)))).toEqual([]);
  });

  test('has a journal of lines as the page shows one', async () => {
    const [example = ''] = codeBlocks(runs, 'json');
    expect(decodeJournalLine(Buffer.from(example.trim()))).toBeDefined();
    const journal = await readFile(run.directory.journal, 'utf8');
    const line = journal.split('\n').find((entry) => entry.includes('"type":"message.user"')) ?? '';
    expect(Object.keys(JSON.parse(line) as object)).toEqual(Object.keys(JSON.parse(example) as object));
  });
});
