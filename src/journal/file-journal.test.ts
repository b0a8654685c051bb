import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import type { BlobStore } from './blob-store.ts';
import { FileJournal } from './file-journal.ts';
import type { JournalFile } from './journal-file.ts';
import { decodeJournalLine } from './journal-line.ts';

interface FakeFile extends JournalFile {
  content: Buffer;
  syncs: number;
  closed: boolean;
  /** How many bytes were in the file when each sync began. */
  readonly syncedAt: number[];
}

/** A file in memory; `overrides` replace what it does, getting the plain behaviour to build on. */
function createFakeFile(overrides: (plain: FakeFile) => Partial<JournalFile> = () => ({})): FakeFile {
  const plain: FakeFile = {
    content: Buffer.alloc(0),
    syncs: 0,
    closed: false,
    syncedAt: [],
    async write(bytes, offset) {
      await setImmediate();
      plain.content = Buffer.concat([plain.content, bytes.subarray(offset)]);
      return bytes.length - offset;
    },
    async datasync() {
      plain.syncs += 1;
      plain.syncedAt.push(plain.content.length);
      await setImmediate();
    },
    async truncate(length) {
      plain.content = plain.content.subarray(0, length);
    },
    async close() {
      plain.closed = true;
    },
  };
  return Object.assign(plain, overrides({ ...plain }));
}

const noBlobs: BlobStore = {
  put: () => Promise.reject(new Error('no blobs here')),
  get: () => Promise.reject(new Error('no blobs here')),
};

function openJournal(file: JournalFile, blobs: BlobStore = noBlobs) {
  const failures: MassGenError[] = [];
  const journal = new FileJournal({
    file,
    path: '/logs/run/journal.jsonl',
    run: 'log_20260101_000000_abcd',
    nextSeq: 1,
    size: 0,
    clock: createSimulatedClock(),
    blobs,
    onFailure: (error) => failures.push(error),
  });
  return { journal, failures };
}

function entries(content: Buffer): Record<string, unknown>[] {
  const lines = content.toString('utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    const json = decodeJournalLine(Buffer.from(line));
    expect(json).toBeDefined();
    return JSON.parse(json as string) as Record<string, unknown>;
  });
}

const note = (text: string): DurableEventBody => ({ type: 'message.user', text });
const vote = (reason: string): DurableEventBody => ({
  type: 'vote.cast',
  agent: 'a',
  turn: 1,
  for: 'b.1',
  reason,
  shown: 1,
});

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: of the test`), { code });
}

async function stateOf(durable: Promise<void>): Promise<'pending' | 'settled'> {
  const settled = durable.then(() => 'settled' as const);
  return Promise.race([settled, setImmediate('pending' as const)]);
}

async function outcomeOf(durable: Promise<void>): Promise<string> {
  return durable.then(
    () => 'durable',
    (error: unknown) => (MassGenError.isInstance(error) ? error.code : String(error)),
  );
}

describe('stamping', () => {
  test('events get their envelope and seq in the call, before anything is written', () => {
    const { journal } = openJournal(createFakeFile());
    const { events } = journal.append([note('one'), note('two')]);
    expect(events).toEqual([
      {
        v: 1,
        seq: 1,
        at: '2026-01-01T00:00:00.000Z',
        run: 'log_20260101_000000_abcd',
        type: 'message.user',
        text: 'one',
      },
      expect.objectContaining({ seq: 2, text: 'two' }),
    ]);
    expect(journal.nextSeq).toBe(3);
  });

  test('a body that is an old event does not bring its old envelope', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    const old = { ...note('again'), v: 1, seq: 99, run: 'other', at: 'then' };
    await journal.append([old]).durable;
    expect(entries(file.content)).toEqual([
      expect.objectContaining({ seq: 1, run: 'log_20260101_000000_abcd', at: '2026-01-01T00:00:00.000Z' }),
    ]);
  });

  test('what the body held when it was appended is written, whatever happens to it later', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    const list = ['before'];
    const body: DurableEventBody = {
      type: 'tool.call.started',
      agent: 'a',
      turn: 1,
      call: 'c',
      tool: 't',
      arguments: list,
      effects: ['Read'],
    };
    const { durable } = journal.append([body]);
    list[0] = 'after';
    await durable;
    expect(entries(file.content)[0]).toMatchObject({ arguments: ['before'] });
  });

  test('a body that is no JSON is refused whole and uses up no seq', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const body: DurableEventBody = {
      type: 'tool.call.started',
      agent: 'a',
      turn: 1,
      call: 'c',
      tool: 't',
      arguments: cyclic,
      effects: [],
    };
    expect(() => journal.append([note('one'), body])).toThrow(
      expect.objectContaining({ code: journalErrors.eventNotSerialisable.code }),
    );
    await journal.append([note('two')]).durable;
    expect(entries(file.content)).toEqual([expect.objectContaining({ seq: 1, text: 'two' })]);
  });
});

describe('writing', () => {
  test('appends of one tick share one write, and stay in order', async () => {
    let writes = 0;
    const file = createFakeFile((plain) => ({
      write: (bytes, offset) => {
        writes += 1;
        return plain.write(bytes, offset);
      },
    }));
    const { journal } = openJournal(file);
    await Promise.all(Array.from({ length: 500 }, (_, index) => journal.append([note(`${index}`)]).durable));
    expect(writes).toBe(1);
    expect(entries(file.content).map(({ text }) => text)).toEqual(
      Array.from({ length: 500 }, (_, index) => `${index}`),
    );
  });

  test('appends that come while a write is under way keep their order', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    const pending: Promise<void>[] = [];
    for (let index = 0; index < 200; index += 1) {
      pending.push(journal.append([index % 3 === 0 ? vote('x') : note('y')]).durable);
      if (index % 7 === 0) await setImmediate();
    }
    await Promise.all(pending);
    expect(entries(file.content).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });

  test('short writes are gone on with until all bytes are in the file', async () => {
    const file: FakeFile = createFakeFile(() => ({
      async write(bytes, offset) {
        const taken = Math.min(7, bytes.length - offset);
        file.content = Buffer.concat([file.content, bytes.subarray(offset, offset + taken)]);
        return taken;
      },
    }));
    const { journal } = openJournal(file);
    await journal.append([note('one'), note('zwei – ünïcödé 🙂')]).durable;
    expect(entries(file.content).map(({ text }) => text)).toEqual(['one', 'zwei – ünïcödé 🙂']);
  });

  test('an append of no events settles and writes nothing', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    await journal.append([]).durable;
    expect(file.content.length).toBe(0);
    expect(journal.nextSeq).toBe(1);
  });
});

describe('syncing', () => {
  test('many synced appends of one tick share one fdatasync', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    await Promise.all(Array.from({ length: 200 }, () => journal.append([vote('yes')]).durable));
    expect(file.syncs).toBe(1);
  });

  test('a synced append settles only after a sync that began when its line was whole in the file', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    for (let index = 0; index < 5; index += 1) {
      journal.append([note('between')]);
      await journal.append([vote('yes')]).durable;
      expect(file.syncedAt.at(-1)).toBe(file.content.length);
    }
    expect(file.syncs).toBe(5);
  });

  test('written appends cause no sync and never wait for that of another', async () => {
    const never = new Promise<void>(() => undefined);
    const file = createFakeFile(() => ({ datasync: () => never }));
    const { journal } = openJournal(file);
    const synced = journal.append([vote('waits for ever')]).durable;
    await setImmediate();
    await journal.append([note('one')]).durable;
    await journal.append([note('two')]).durable;
    expect(entries(file.content).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await stateOf(synced)).toBe('pending');
  });

  test('votes that come during a sync are covered by the next one, together', async () => {
    const started: (() => void)[] = [];
    const file: FakeFile = createFakeFile(() => ({
      datasync: () => {
        file.syncs += 1;
        return new Promise((resolve) => started.push(resolve));
      },
    }));
    const { journal } = openJournal(file);
    const first = journal.append([vote('first')]).durable;
    while (started.length < 1) await setImmediate();
    const rest = ['second', 'third', 'fourth'].map((reason) => journal.append([vote(reason)]).durable);
    started[0]?.();
    await first;
    while (started.length < 2) await setImmediate();
    expect(await Promise.all(rest.map(stateOf))).toEqual(['pending', 'pending', 'pending']);
    started[1]?.();
    await Promise.all(rest);
    expect(file.syncs).toBe(2);
  });
});

/** Takes `room` bytes, then says that the disk is full. */
function smallDisk(room: number): FakeFile {
  const file: FakeFile = createFakeFile(() => ({
    async write(bytes, offset) {
      const taken = Math.min(room - file.content.length, bytes.length - offset);
      if (taken <= 0) throw systemError('ENOSPC');
      file.content = Buffer.concat([file.content, bytes.subarray(offset, offset + taken)]);
      return taken;
    },
  }));
  return file;
}

describe('a disk that fails', () => {
  test('a full disk leaves whole lines only, fails that append and all later ones, and is told once', async () => {
    const file = smallDisk(700);
    const { journal, failures } = openJournal(file);
    const outcomes: string[] = [];
    for (let index = 0; index < 8; index += 1) {
      outcomes.push(await outcomeOf(journal.append([note(`entry ${index}`)]).durable));
    }
    const kept = entries(file.content).length;
    expect(kept).toBeGreaterThan(1);
    expect(outcomes).toEqual([
      ...Array.from({ length: kept }, () => 'durable'),
      ...Array.from({ length: 8 - kept }, () => journalErrors.diskFull.code),
    ]);
    expect(failures.map(({ code }) => code)).toEqual([journalErrors.diskFull.code]);
    expect(failures[0]?.message).toContain('/logs/run/journal.jsonl');
    await journal.close();
    expect(file.closed).toBe(true);
  });

  test.each(Array.from({ length: 60 }, (_, index) => 20 + index * 11))(
    'with room for %i bytes exactly the appends of one batch whose lines are whole succeed',
    async (room) => {
      const file = smallDisk(room);
      const { journal } = openJournal(file);
      const bodies = [[note('a')], [vote('b')], [note('c'), note('d')], [note('e')]];
      const outcomes = await Promise.all(bodies.map((group) => outcomeOf(journal.append(group).durable)));
      const kept = entries(file.content).length;
      const needed = [1, 2, 4, 5];
      expect(outcomes).toEqual(
        needed.map((lines) => (kept >= lines ? 'durable' : journalErrors.diskFull.code)),
      );
    },
  );

  test('when the file cannot be cut back either, the failure says so', async () => {
    const file = createFakeFile((plain) => ({
      write: async (bytes, offset) => {
        if (offset > 0) throw systemError('EIO');
        return plain.write(bytes.subarray(0, 10), 0);
      },
      truncate: async () => {
        throw systemError('EROFS');
      },
    }));
    const { journal, failures } = openJournal(file);
    expect(await outcomeOf(journal.append([note('x')]).durable)).toBe(journalErrors.storageFailed.code);
    expect(failures[0]?.message).toContain('EROFS');
  });

  test('a write that takes nothing is a failure, not an endless loop', async () => {
    const { journal } = openJournal(createFakeFile(() => ({ write: async () => 0 })));
    expect(await outcomeOf(journal.append([note('x')]).durable)).toBe(journalErrors.storageFailed.code);
  });

  test('after a failed sync nothing of the file is trusted any more', async () => {
    const file = createFakeFile(() => ({
      datasync: async () => {
        throw systemError('EIO');
      },
    }));
    const { journal, failures } = openJournal(file);
    await journal.append([note('fine')]).durable;
    expect(await outcomeOf(journal.append([vote('lost?')]).durable)).toBe(journalErrors.storageFailed.code);
    expect(await outcomeOf(journal.append([note('later')]).durable)).toBe(journalErrors.storageFailed.code);
    expect(failures).toHaveLength(1);
    await journal.close();
    expect(entries(file.content)).toHaveLength(2);
  });

  test('a failure nobody waits for does not end the process', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const { journal, failures } = openJournal(
      createFakeFile(() => ({ write: async () => Promise.reject(systemError('ENOSPC')) })),
    );
    journal.append([note('x')]);
    journal.append([vote('y')]);
    while (failures.length === 0) await setImmediate();
    await setImmediate();
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });
});

describe('blobs', () => {
  const long = 'x'.repeat(40_000);

  test('the line comes after its blob, and the lines behind it wait', async () => {
    const file = createFakeFile();
    const stored = Promise.withResolvers<string>();
    const { journal } = openJournal(file, { ...noBlobs, put: () => stored.promise });
    await journal.append([note('before')]).durable;
    const blob = journal.append([note(long)]).durable;
    const after = journal.append([note('after')]).durable;
    await setImmediate();
    await setImmediate();
    expect(entries(file.content)).toHaveLength(1);
    stored.resolve('sha256:abc');
    await Promise.all([blob, after]);
    expect(entries(file.content).map(({ text }) => text)).toEqual([
      'before',
      { $blob: 'sha256:abc', bytes: 40_000 },
      'after',
    ]);
  });

  test('lines before one that waits for its blob do not wait with it', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file, { ...noBlobs, put: () => new Promise<string>(() => undefined) });
    const before = journal.append([note('before')]).durable;
    void journal.append([note(long)]);
    await before;
    expect(entries(file.content)).toHaveLength(1);
  });

  test('a blob that cannot be stored fails the journal; what came before is kept', async () => {
    const file = createFakeFile();
    const { journal, failures } = openJournal(file, {
      ...noBlobs,
      put: () => Promise.reject(systemError('ENOSPC')),
    });
    const outcomes = ['before', long, 'after'].map((text) => outcomeOf(journal.append([note(text)]).durable));
    expect(await Promise.all(outcomes)).toEqual([
      'durable',
      journalErrors.diskFull.code,
      journalErrors.diskFull.code,
    ]);
    expect(failures).toHaveLength(1);
    expect(entries(file.content).map(({ text }) => text)).toEqual(['before']);
  });
});

describe('closing', () => {
  test('waits for what was appended, syncs it and closes the file', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    journal.append([note('one')]);
    journal.append([note('two')]);
    await journal.close();
    expect(entries(file.content)).toHaveLength(2);
    expect(file.syncedAt).toEqual([file.content.length]);
    expect(file.closed).toBe(true);
    await journal.close();
    expect(file.syncs).toBe(1);
  });

  test('what comes afterwards is refused', async () => {
    const file = createFakeFile();
    const { journal } = openJournal(file);
    await journal.close();
    expect(await outcomeOf(journal.append([note('late')]).durable)).toBe(journalErrors.journalClosed.code);
    expect(file.content.length).toBe(0);
  });

  test('a last sync that fails is reported, and the file is closed all the same', async () => {
    const file = createFakeFile(() => ({
      datasync: async () => {
        throw systemError('EIO');
      },
    }));
    const { journal, failures } = openJournal(file);
    await journal.append([note('one')]).durable;
    await expect(journal.close()).rejects.toMatchObject({ code: journalErrors.storageFailed.code });
    expect(failures).toHaveLength(1);
    expect(file.closed).toBe(true);
  });
});
