import { pbkdf2 } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { LogFiles, logFilesIn, type LogFilesOptions } from './log-files.ts';

const files: LogName = { stem: 'files', kind: 'lines' };
const index: LogName = { stem: 'index', kind: 'lines' };
type LogName = Parameters<LogFiles['append']>[0];

function rig(options: Partial<LogFilesOptions> = {}) {
  const clock = createSimulatedClock();
  const directory = path.join(mkdtempSync(path.join(tmpdir(), 'massgen-log-files-')), 'mcp');
  const whole = {
    directory,
    clock,
    maxFileBytes: 1_000_000,
    maxFiles: 5,
    maxTotalBytes: 100_000_000,
    maxQueuedBytes: 1_000_000,
    ...options,
  };
  const text = (file: string): string => readFileSync(path.join(whole.directory, file), 'utf8');
  return { clock, directory: whole.directory, open: () => new LogFiles(whole), text };
}

/** Keeps the threads that write busy; the returned function waits until they are free. */
function holdWrites(): () => Promise<unknown> {
  const slow = promisify(pbkdf2);
  const busy = Array.from({ length: 4 }, () => slow('x', 'y', 300_000, 64, 'sha512'));
  return () => Promise.all(busy);
}

test('nothing is made before the first line; then everything is the owner’s alone', async () => {
  const { directory, open, text } = rig();
  const logs = open();
  await logs.flush();
  expect(existsSync(directory)).toBe(false);
  logs.append(files, 'a\n');
  await logs.close();
  expect(text('files.jsonl')).toBe('a\n');
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(directory, 'files.jsonl')).mode & 0o777).toBe(0o600);
});

test('lines are written a fifth of a second later, or at once when there are many', async () => {
  const { clock, open, text } = rig();
  const logs = open();
  logs.append(files, 'a\n');
  await clock.advance(199);
  expect(() => text('files.jsonl')).toThrow('ENOENT');
  await clock.advance(1);
  await clock.until(() => text('files.jsonl') === 'a\n');
  logs.append(files, `${'b'.repeat(262_143)}\n`);
  await clock.until(() => text('files.jsonl').length > 60_000);
  await logs.close();
});

test('the index is written last: what stands in it stands in the file of its server', async () => {
  const { directory, open } = rig();
  const logs = open();
  const letWrite = holdWrites();
  logs.append(index, 'a\n');
  logs.append(files, 'a\n');
  const done = logs.flush();
  expect(readdirSync(directory)).toEqual(['files.jsonl']);
  await letWrite();
  await done;
  expect(readdirSync(directory)).toEqual(['files.jsonl', 'index.jsonl']);
  await logs.close();
});

describe('rotation', () => {
  test('keeps so many files of so many bytes, the newest lines in the one without a number', async () => {
    const { directory, open, text } = rig({ maxFileBytes: 100, maxFiles: 3 });
    const logs = open();
    for (let number = 0; number < 100; number += 1) logs.append(files, `${`${number}`.padStart(9, '0')}\n`);
    await logs.close();
    expect(readdirSync(directory).toSorted()).toEqual(['files.1.jsonl', 'files.2.jsonl', 'files.jsonl']);
    const all = ['files.2.jsonl', 'files.1.jsonl', 'files.jsonl'].map(text);
    expect(all.map(({ length }) => length)).toEqual([100, 100, 100]);
    expect(all.join('').trim().split('\n').map(Number)).toEqual(
      Array.from({ length: 30 }, (_, place) => 70 + place),
    );
  });

  test('no line is lost or torn while there is room for all, and none is split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(60), { maxLength: 60 }),
        fc.integer({ min: 30, max: 200 }),
        async (lengths, maxFileBytes) => {
          const { directory, open, text } = rig({ maxFileBytes, maxFiles: 100 });
          const logs = open();
          const lines = lengths.map((length, place) => `${place}:${'ü'.repeat(length)}\n`);
          for (const line of lines) logs.append(files, line);
          await logs.close();
          const found = logFilesIn(directory).toSorted((one, other) => other.generation - one.generation);
          for (const { size, generation } of found) {
            const count =
              text(generation === 0 ? 'files.jsonl' : `files.${generation}.jsonl`).split('\n').length - 1;
            expect(size <= maxFileBytes || count === 1).toBe(true);
          }
          const whole = found.map(({ generation }) =>
            text(generation === 0 ? 'files.jsonl' : `files.${generation}.jsonl`),
          );
          expect(whole.join('')).toBe(lines.join(''));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('tells of each file that had to make room how many lines it had', async () => {
    const told: unknown[] = [];
    const { directory, open } = rig({
      maxFileBytes: 100,
      maxFiles: 3,
      onRemoved: (name, lines) => told.push([name.stem, lines]),
    });
    const logs = open();
    for (let number = 0; number < 100; number += 1) logs.append(files, '123456789\n');
    await logs.close();
    expect(told).toEqual(Array.from({ length: 7 }, () => ['files', 10]));
    // Whoever goes on has not counted what was there.
    const again = open();
    for (let number = 0; number < 40; number += 1) again.append(files, '123456789\n');
    await again.close();
    expect(told.slice(7)).toEqual([
      ['files', undefined],
      ['files', undefined],
      ['files', undefined],
      ['files', 10],
    ]);
    expect(logFilesIn(directory)).toHaveLength(3);
  });

  test('the one file of a log starts anew', async () => {
    const { directory, open, text } = rig({ maxFileBytes: 10, maxFiles: 1 });
    const logs = open();
    for (const line of ['one\n', 'two\n', 'three\n']) logs.append(files, line);
    await logs.close();
    expect(readdirSync(directory)).toEqual(['files.jsonl']);
    expect(text('files.jsonl')).toBe('three\n');
  });
});

describe('limits', () => {
  test('all files together get no larger than allowed, those of before included', async () => {
    const { directory, open, text } = rig({ maxTotalBytes: 100 });
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'old.jsonl'), `${'x'.repeat(49)}\n`);
    const logs = open();
    const refusals = Array.from({ length: 10 }, () => logs.append(files, '123456789\n'));
    expect(refusals).toEqual([...Array(5).fill(undefined), ...Array(5).fill('run_limit')]);
    expect(logs.refusal()).toBe('run_limit');
    expect(logs.append(index, 'told anyway\n', true)).toBeUndefined();
    await logs.close();
    expect(text('files.jsonl').length).toBe(50);
    expect(text('index.jsonl')).toBe('told anyway\n');
  });

  test('what rotation has removed makes room', async () => {
    const { open } = rig({ maxTotalBytes: 100, maxFileBytes: 20, maxFiles: 2 });
    const logs = open();
    for (let number = 0; number < 50; number += 1) {
      expect(logs.append(files, '123456789\n')).toBeUndefined();
      await logs.flush();
    }
    await logs.close();
  });

  test('no more waits than fits into the queue', async () => {
    const { open, text } = rig({ maxQueuedBytes: 50 });
    const logs = open();
    const refusals = Array.from({ length: 10 }, () => logs.append(files, '123456789\n'));
    expect(refusals.filter((refusal) => refusal === 'queue')).toHaveLength(5);
    await logs.flush();
    expect(logs.append(files, 'next\n')).toBeUndefined();
    await logs.close();
    expect(text('files.jsonl')).toBe(`${'123456789\n'.repeat(5)}next\n`);
  });
});

describe('the end of the process', () => {
  test('writes at once what waits, and nothing twice', async () => {
    const { open, text } = rig();
    const logs = open();
    const letWrite = holdWrites();
    logs.append(files, `${'a'.repeat(300_000)}\n`);
    logs.append(index, 'b\n');
    // The first line is on its way by now, and gets no further.
    expect(text('files.jsonl')).toBe('');
    logs.flushSync();
    expect(text('files.jsonl')).toBe(`${'a'.repeat(300_000)}\n`);
    expect(text('index.jsonl')).toBe('b\n');
    await letWrite();
    logs.append(files, 'c\n');
    await logs.close();
    expect(text('files.jsonl')).toBe(`${'a'.repeat(300_000)}\nc\n`);
    expect(text('index.jsonl')).toBe('b\n');
  });

  test('a line that a crash has cut gets its end, and the next one is whole', async () => {
    const { directory, open, text } = rig();
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'files.jsonl'), 'whole\nhal');
    const logs = open();
    logs.append(files, 'next\n');
    await logs.close();
    expect(text('files.jsonl')).toBe('whole\nhal\nnext\n');
  });
});

describe('a place that cannot be written', () => {
  test('is told at the end, and costs the other files nothing', async () => {
    const { directory, open, text } = rig();
    mkdirSync(path.join(directory, 'files.jsonl'), { recursive: true });
    const logs = open();
    logs.append(files, 'a\n');
    logs.append(index, 'b\n');
    await logs.flush();
    expect(logs.append(files, 'c\n')).toBe('disk');
    await expect(logs.close()).rejects.toMatchObject({ code: expect.stringMatching(/^MG12/u) });
    expect(text('index.jsonl')).toBe('b\n');
  });

  test('a link is not followed', async () => {
    const { directory, open } = rig();
    mkdirSync(directory);
    const target = path.join(directory, 'elsewhere');
    symlinkSync(target, path.join(directory, 'files.jsonl'));
    const logs = open();
    logs.append(files, 'a\n');
    await expect(logs.close()).rejects.toThrow('ELOOP');
    expect(existsSync(target)).toBe(false);
  });

  test('a directory that is none is an error, at the end and not before', async () => {
    const { directory, open } = rig();
    writeFileSync(directory, 'a file');
    const logs = open();
    expect(logs.append(files, 'a\n')).toBeUndefined();
    logs.flushSync();
    await expect(logs.close()).rejects.toThrow(directory);
  });
});
