import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createJournal } from './create-journal.ts';
import { createFileBlobStore } from './file-blob-store.ts';
import { readJournal } from './read-journal.ts';
import { resumeJournal } from './resume-journal.ts';

const run = 'log_20260101_000000_abcd';

async function runWith(texts: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'journal.jsonl');
  const blobs = createFileBlobStore(join(folder, '.store'));
  const options = { path, run, clock: createSimulatedClock(), blobs };
  const journal = await createJournal(options);
  for (const text of texts) journal.append([{ type: 'message.user', text }]);
  await journal.close();
  const seqs = async (): Promise<number[]> =>
    (await readJournal(path, blobs)).events.map((event) => event.seq);
  return { folder, path, options, seqs };
}

test('goes on with the next seq behind everything that happened', async () => {
  const { options, seqs } = await runWith(['one', 'two']);
  const { journal, events, torn } = await resumeJournal(options);
  expect(events.map((event) => event.seq)).toEqual([1, 2]);
  expect(torn).toBeUndefined();
  expect(journal.nextSeq).toBe(3);
  await journal.append([{ type: 'run.resumed', after: 2, program: '0.1.0' }]).durable;
  await journal.close();
  expect(await seqs()).toEqual([1, 2, 3]);
});

test('an empty journal begins with seq 1', async () => {
  const { options, seqs } = await runWith([]);
  const { journal } = await resumeJournal(options);
  journal.append([{ type: 'message.user', text: 'first' }]);
  await journal.close();
  expect(await seqs()).toEqual([1]);
});

test('at whatever byte the last line was cut, its rest is kept beside the journal and the run goes on', async () => {
  const { folder, path, options, seqs } = await runWith(['one', 'two', 'three']);
  const whole = await readFile(path);
  const end = whole.lastIndexOf('\n', whole.length - 2) + 1;
  let number = 0;
  for (let cut = end + 1; cut < whole.length; cut += 1) {
    await writeFile(path, whole.subarray(0, cut));
    const { journal, torn } = await resumeJournal(options);
    number += 1;
    const copy = join(folder, `journal.torn-${number}`);
    expect(torn).toMatchObject({ bytes: cut - end, copy });
    expect((await readFile(copy)).equals(whole.subarray(end, cut))).toBe(true);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    await journal.append([{ type: 'message.user', text: 'later' }]).durable;
    await journal.close();
    expect(await seqs()).toEqual([1, 2, 3]);
  }
});

test('the error of a later failure cuts back to where the resumed journal really ends', async () => {
  const { path, options, seqs } = await runWith(['one', 'two']);
  const size = (await stat(path)).size;
  const files = {
    open: async () => {
      const handle = await open(path, 'a');
      return {
        write: async (bytes: Uint8Array, offset: number) => {
          if (offset > 0) throw new Error('the disk broke');
          return (await handle.write(bytes, offset, 10)).bytesWritten;
        },
        datasync: () => handle.datasync(),
        truncate: (length: number) => handle.truncate(length),
        close: () => handle.close(),
      };
    },
  };
  const { journal } = await resumeJournal({ ...options, files });
  await expect(journal.append([{ type: 'message.user', text: 'x' }]).durable).rejects.toThrow(
    'the disk broke',
  );
  await journal.close();
  expect((await stat(path)).size).toBe(size);
  expect(await seqs()).toEqual([1, 2]);
});

test('a damaged journal is refused and left as it is', async () => {
  const { folder, path, options } = await runWith(['one', 'two', 'three']);
  const text = (await readFile(path, 'utf8')).replace('"two"', '"TWO"');
  await writeFile(path, text);
  await expect(resumeJournal(options)).rejects.toMatchObject({ code: journalErrors.journalDamaged.code });
  expect(await readFile(path, 'utf8')).toBe(text);
  expect(await readdir(folder)).toEqual(['journal.jsonl']);
});

test('the journal of another run is refused', async () => {
  const { options } = await runWith(['one']);
  await expect(resumeJournal({ ...options, run: 'log_20260101_000000_ffff' })).rejects.toThrow(
    'is the journal of the run log_20260101_000000_abcd, not of log_20260101_000000_ffff',
  );
});
