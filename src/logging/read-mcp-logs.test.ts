import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import type { McpLogRecord } from './mcp-log-record.ts';
import { createMcpLogRig, newDirectory } from './mcp-logs.test-support.ts';
import { readMcpLogs, type ReadMcpLogsOptions } from './read-mcp-logs.ts';

async function read(options: ReadMcpLogsOptions): Promise<readonly McpLogRecord[]> {
  const records: McpLogRecord[] = [];
  for await (const record of readMcpLogs(options)) records.push(record);
  return records;
}

const line = (seq: number, more: Partial<McpLogRecord> = {}): string =>
  `${JSON.stringify({ v: 1, ts: '2026-01-01T00:00:00.000Z', seq, level: 'info', kind: 'call', run: 'log_1', ...more })}\n`;

function written(files: Readonly<Record<string, string>>): string {
  const directory = newDirectory();
  mkdirSync(directory);
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(directory, file), text);
  return directory;
}

test('no directory has no lines', async () => {
  expect(await read({ directory: newDirectory() })).toEqual([]);
});

test('lines of all servers come in their order, each once and in full', async () => {
  const rig = createMcpLogRig();
  rig.call({ server: 'files', call: 'c1' });
  rig.call({ server: 'web', call: 'c2' });
  rig.logger.log({ server: 'files' }, { level: 'notice', kind: 'noise', text: 'banner' });
  rig.call({ server: 'files', call: 'c3' });
  await rig.files();
  const records = await read({ directory: rig.directory });
  expect(records.map(({ seq, call, text }) => `${seq} ${call ?? text}`)).toEqual([
    '1 c1',
    '2 c2',
    '3 banner',
    '4 c3',
  ]);
  expect(records.filter(({ kind, args }) => kind === 'call' && args === undefined)).toEqual([]);
  const brief = await read({ directory: rig.directory, indexOnly: true });
  expect(brief.map(({ call, args }) => [call, args])).toEqual([
    ['c1', undefined],
    ['c2', undefined],
    ['c3', undefined],
  ]);
});

test('any lines over any files come in order, whatever was rotated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'Web'), { maxLength: 60 }), async (servers) => {
      const rig = createMcpLogRig({ limits: { max_file_mb: 0.001, max_files: 100, max_run_mb: 10 } });
      for (const server of servers) rig.call({ server });
      await rig.files();
      const records = await read({ directory: rig.directory });
      expect(records.map(({ server }) => server)).toEqual(servers);
      expect(records.every(({ args }) => args !== undefined)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('what a server’s file has lost by rotation comes from the index, in brief', async () => {
  const rig = createMcpLogRig({ limits: { max_file_mb: 0.01, max_files: 2, max_run_mb: 10 } });
  for (let count = 0; count < 60; count += 1) rig.call({ text: 'word '.repeat(100) });
  await rig.files();
  const records = await read({ directory: rig.directory });
  const calls = records.filter(({ kind }) => kind === 'call');
  const full = calls.filter(({ args }) => args !== undefined);
  expect(calls.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, place) => place + 1));
  expect(full.length).toBeGreaterThan(5);
  expect(full.length).toBeLessThan(60);
  expect(full).toEqual(calls.slice(-full.length));
  const lost = records.filter(({ why, of }) => why === 'rotation' && of === 'files.jsonl');
  expect(lost.reduce((sum, { dropped = 0 }) => sum + dropped, 0)).toBe(60 - full.length);
});

test('messages of the protocol come when they are asked for', async () => {
  const rig = createMcpLogRig({ levels: { others: 'debug', servers: new Map() } });
  rig.logger.wire({ server: 'files' }, 'out', { method: 'a' });
  rig.call({});
  rig.logger.wire({ server: 'files' }, 'in', { method: 'b' });
  await rig.files();
  const { directory } = rig;
  expect((await read({ directory })).map(({ kind }) => kind)).toEqual(['call']);
  expect((await read({ directory, wire: true })).map(({ kind }) => kind)).toEqual(['wire', 'call', 'wire']);
});

test('a torn line at the end is left out, one in the middle is told, and both cost the others nothing', async () => {
  const directory = written({
    'files.jsonl': `${line(1)}{"v":1,"se\n${line(2)}not json\n${line(3, { kind: 'odd' as never })}${line(4)}{"v":1,"ts"`,
    'index.jsonl': line(5),
    'notes.txt': 'of somebody',
    'files.stderr.log': 'text\n',
  });
  const bad: string[] = [];
  const records = await read({ directory, onBadLine: (file) => bad.push(file) });
  expect(records.map(({ seq }) => seq)).toEqual([1, 2, 4, 5]);
  expect(bad).toEqual(['files.lines', 'files.lines', 'files.lines']);
});

describe('following', () => {
  function follow(directory: string) {
    const clock = createSimulatedClock();
    const controller = new AbortController();
    const state = { ended: false, bad: 0 };
    const seen: number[] = [];
    const options = { clock, ended: () => state.ended, signal: controller.signal };
    const done = (async () => {
      const onBadLine = (): void => {
        state.bad += 1;
      };
      for await (const { seq } of readMcpLogs({ directory, follow: options, onBadLine })) seen.push(seq);
    })();
    const shows = (count: number): Promise<void> => clock.until(() => seen.length >= count);
    const waits = (): Promise<void> => clock.until(() => clock.waits().length > 0);
    return { clock, controller, state, seen, done, shows, waits };
  }

  test('shows lines as they come, those of new servers too, and ends with the run', async () => {
    const directory = written({ 'files.jsonl': `bad\n${line(1)}` });
    const { clock, state, seen, done, shows, waits } = follow(directory);
    await shows(1);
    await waits();
    appendFileSync(path.join(directory, 'files.jsonl'), `${line(2)}${line(4).slice(0, 30)}`);
    writeFileSync(path.join(directory, 'web.jsonl'), line(3));
    await clock.advance(250);
    await shows(3);
    await waits();
    expect(seen).toEqual([1, 2, 3]);
    appendFileSync(path.join(directory, 'files.jsonl'), line(4).slice(30));
    state.ended = true;
    await clock.advance(250);
    await done;
    expect(seen).toEqual([1, 2, 3, 4]);
    // Nothing is read twice.
    expect(state.bad).toBe(1);
  });

  test('loses nothing when files are rotated meanwhile, and shows nothing twice', async () => {
    const directory = written({ 'files.jsonl': line(1), 'index.jsonl': line(1) });
    const at = (file: string): string => path.join(directory, file);
    const { clock, state, seen, done, shows, waits } = follow(directory);
    await shows(1);
    for (let round = 0; round < 5; round += 1) {
      await waits();
      appendFileSync(at('files.jsonl'), line(2 + round * 2));
      rmSync(at('files.2.jsonl'), { force: true });
      if (round > 0) renameSync(at('files.1.jsonl'), at('files.2.jsonl'));
      renameSync(at('files.jsonl'), at('files.1.jsonl'));
      writeFileSync(at('files.jsonl'), line(3 + round * 2));
      appendFileSync(at('index.jsonl'), `${line(2 + round * 2)}${line(3 + round * 2)}`);
      await clock.advance(250);
      await shows(3 + round * 2);
    }
    state.ended = true;
    await waits();
    await clock.advance(250);
    await done;
    expect(seen).toEqual(Array.from({ length: 11 }, (_, place) => place + 1));
  });

  test('ends when it is told to', async () => {
    const directory = written({ 'files.jsonl': line(1) });
    const { controller, seen, done, shows, waits } = follow(directory);
    await shows(1);
    await waits();
    controller.abort();
    await done;
    expect(seen).toEqual([1]);
  });
});
