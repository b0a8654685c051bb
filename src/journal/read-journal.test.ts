import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createJournal } from './create-journal.ts';
import { createFileBlobStore } from './file-blob-store.ts';
import { encodeJournalLine } from './journal-line.ts';
import { readJournal } from './read-journal.ts';

async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const blobs = createFileBlobStore(join(folder, '.store'));
  const path = join(folder, 'journal.jsonl');
  return { folder, path, blobs, read: () => readJournal(path, blobs) };
}

const envelope = { v: 1, at: '2026-01-01T00:00:00.000Z', run: 'log_20260101_000000_abcd' };

function line(seq: number, changes: Record<string, unknown> = {}): string {
  const event = { ...envelope, seq, type: 'message.user', text: `entry ${seq} – 🙂\u2028`, ...changes };
  return encodeJournalLine(JSON.stringify(event));
}

const three = line(1) + line(2) + line(3);
const lengthOf = Buffer.byteLength;

test('an empty file has no events and no torn tail', async () => {
  const { path, read } = await emptyFolder();
  await writeFile(path, '');
  expect(await read()).toEqual({ events: [], end: 0 });
});

test('a file that does not exist is no run', async () => {
  const { read } = await emptyFolder();
  await expect(read()).rejects.toMatchObject({ code: journalErrors.runNotFound.code });
});

test('whole lines are read in order, whatever line separators their text holds', async () => {
  const { path, read } = await emptyFolder();
  await writeFile(path, three);
  const { events, end, torn } = await read();
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(events[1]).toEqual({ ...envelope, seq: 2, type: 'message.user', text: 'entry 2 – 🙂\u2028' });
  expect(end).toBe(lengthOf(three));
  expect(torn).toBeUndefined();
});

test('lines longer than a block and files of many blocks are read whole', async () => {
  const { path, read } = await emptyFolder();
  const many = Array.from({ length: 40_000 }, (_, index) => `word ${index}`);
  const text = Array.from({ length: 30 }, (_, index) =>
    line(index + 1, index % 10 === 5 ? { text: many } : {}),
  ).join('');
  await writeFile(path, text);
  const { events, end } = await read();
  expect(events).toHaveLength(30);
  expect(events[5]).toMatchObject({ text: many });
  expect(end).toBe(lengthOf(text));
});

test('types that a newer version added are kept as they are', async () => {
  const { path, read } = await emptyFolder();
  await writeFile(path, line(1, { type: 'moon.landed', crew: [3] }));
  expect((await read()).events[0]).toMatchObject({ type: 'moon.landed', crew: [3] });
});

describe('a torn tail', () => {
  test('the last line cut at any of its bytes is left out and reported', async () => {
    const { path, read } = await emptyFolder();
    const bytes = Buffer.from(three);
    const end = lengthOf(line(1) + line(2));
    for (let cut = end + 1; cut < bytes.length; cut += 1) {
      await writeFile(path, bytes.subarray(0, cut));
      const contents = await read();
      expect(contents.events.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(contents.end).toBe(end);
      expect(contents.torn).toEqual({ line: 3, bytes: cut - end, reason: 'the line is cut off' });
    }
  });

  test('any byte of the last line changed makes the line torn', async () => {
    const { path, read } = await emptyFolder();
    const bytes = Buffer.from(three);
    const end = lengthOf(line(1) + line(2));
    for (let index = end; index < bytes.length - 1; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (bytes[index] as number) ^ 0x01;
      await writeFile(path, changed);
      const contents = await read();
      expect(contents.events).toHaveLength(2);
      expect(contents.torn?.bytes).toBe(bytes.length - end);
    }
  });

  test.each([
    ['NUL bytes only', Buffer.alloc(4096)],
    [
      'half a line, then NUL bytes',
      Buffer.concat([Buffer.from(line(4).slice(0, 40)), Buffer.alloc(300_000)]),
    ],
    [
      'NUL bytes, then the end of a line',
      Buffer.concat([Buffer.alloc(100), Buffer.from('","crc":"00000000"}\n')]),
    ],
    ['NUL bytes with line feeds', Buffer.from('\0\0\n\0\0\n\0')],
  ])('%s', async (_, tail) => {
    const { path, read } = await emptyFolder();
    await writeFile(path, Buffer.concat([Buffer.from(three), tail]));
    const { events, end, torn } = await read();
    expect(events).toHaveLength(3);
    expect(end).toBe(lengthOf(three));
    expect(torn).toEqual({
      line: 4,
      bytes: tail.length,
      reason: 'NUL bytes stand where an entry should be',
    });
  });

  test('a first line that is torn leaves an empty journal', async () => {
    const { path, read } = await emptyFolder();
    await writeFile(path, line(1).slice(0, 30));
    expect(await read()).toMatchObject({ events: [], end: 0, torn: { line: 1, bytes: 30 } });
  });
});

describe('damage that no crash explains is an error that names line and seq, and changes nothing', () => {
  const wrongSum = line(2).replace('entry', 'Entry');
  test.each([
    ['a wrong checksum in the middle', line(1) + wrongSum + line(3), 2, 2, /checksum does not match/u],
    ['NUL bytes in the middle', `${line(1)}\0\0\0\n${line(2)}`, 2, 2, /NUL bytes/u],
    ['an empty line in the middle', `${line(1)}\n${line(2)}`, 2, 2, /checksum/u],
    [
      'a line cut off and gone on with',
      line(1) + line(2).slice(0, 20) + line(2) + line(3),
      2,
      2,
      /checksum/u,
    ],
    ['a line that is missing', line(1) + line(3), 2, 2, /seq 3 stands there, so entries are missing/u],
    ['a line that is there twice', line(1) + line(2) + line(2), 3, 3, /seq 2 is there a second time/u],
    ['a first entry that is not the first', line(2), 1, 1, /missing/u],
    ['lines of two runs', line(1) + line(2, { run: 'other' }), 2, 2, /belongs to the run other/u],
    ['an entry without type', line(1, { type: 7 }), 1, 1, /"type"/u],
    ['an entry without time', line(1, { at: 7 }), 1, 1, /"at"/u],
    ['an entry without run', line(1, { run: 7 }), 1, 1, /"run"/u],
    ['an entry without seq', line(1, { seq: 'one' }), 1, 1, /"seq"/u],
    ['an entry of no version', line(1, { v: 'x' }), 1, 1, /"v"/u],
    ['a right checksum over no JSON', encodeJournalLine('{nonsense}'), 1, 1, /no JSON/u],
    ['a malformed reference to a blob', line(1, { text: { $blob: 1 } }), 1, 1, /malformed/u],
  ])('%s', async (_, text, lineNumber, seq, message) => {
    const { path, read } = await emptyFolder();
    await writeFile(path, text);
    await expect(read()).rejects.toMatchObject({
      code: journalErrors.journalDamaged.code,
      message: expect.stringMatching(message) as string,
      data: { path, line: lineNumber, seq },
    });
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

test('an entry of a newer format is refused with both versions', async () => {
  const { path, read } = await emptyFolder();
  await writeFile(path, line(1) + line(2, { v: 2 }));
  await expect(read()).rejects.toMatchObject({
    code: journalErrors.journalNewer.code,
    message: expect.stringContaining('format 2; this version reads format 1') as string,
  });
});

async function withLongEntry() {
  const place = await emptyFolder();
  const journal = await createJournal({ ...place, run: envelope.run, clock: createSimulatedClock() });
  const text = 'long '.repeat(10_000);
  journal.append([{ type: 'message.user', text: 'short' }]);
  await journal.append([{ type: 'message.user', text }]).durable;
  await journal.close();
  const raw = await readFile(place.path, 'utf8');
  const hex = /"\$blob":"sha256:([0-9a-f]{64})"/u.exec(raw)?.[1] as string;
  const blob = join(place.folder, '.store', 'objects', hex.slice(0, 2), hex.slice(2));
  return { ...place, text, blob };
}

describe('long values', () => {
  test('come back whole', async () => {
    const { read, text } = await withLongEntry();
    expect((await read()).events[1]).toMatchObject({ text });
  });

  test.each([
    ['missing', (blob: string) => rm(blob), journalErrors.blobMissing.code],
    ['damaged', (blob: string) => writeFile(blob, 'lang '.repeat(10_000)), journalErrors.blobDamaged.code],
    ['cut off', (blob: string) => writeFile(blob, 'long '), journalErrors.blobDamaged.code],
  ])('a blob that is %s is an error that names the event', async (_, harm, code) => {
    const { read, blob } = await withLongEntry();
    await harm(blob);
    await expect(read()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('event 2 (message.user)') as string,
      data: expect.objectContaining({ seq: 2, type: 'message.user' }) as object,
    });
  });
});

test('what was appended is what is read, for any texts', async () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  const text = fc
    .tuple(fc.string({ unit, maxLength: 30 }), fc.constantFrom(1, 1, 1, 5_000))
    .map(([piece, times]) => piece.repeat(times));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 6 }), async (groups) => {
      const folder = await mkdtemp(join(tmpdir(), 'massgen-journal-'));
      try {
        const path = join(folder, 'journal.jsonl');
        const blobs = createFileBlobStore(join(folder, '.store'));
        const journal = await createJournal({ path, blobs, run: 'r', clock: createSimulatedClock() });
        const appended = groups.flatMap(
          (texts) => journal.append(texts.map((value) => ({ type: 'message.user', text: value }))).events,
        );
        await journal.close();
        expect((await readJournal(path, blobs)).events).toEqual(appended);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
});
