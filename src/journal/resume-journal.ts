/**
 * Goes on with the journal of a run that ended early. A torn tail is kept beside it as `journal.torn-<n>` before
 * it is cut off, so that nothing that was on the disk is ever lost. The caller holds the lock of the run.
 */
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { JournalOptions } from './create-journal.ts';
import { FileJournal } from './file-journal.ts';
import { diskFiles } from './journal-file.ts';
import type { Journal } from './journal.ts';
import { syncDirectory } from './private-directory.ts';
import { type JournalContents, readJournal, type TornTail } from './read-journal.ts';
import { errorCode, storageError } from './storage-error.ts';

export interface ResumedJournal {
  readonly journal: Journal;
  /** Everything that happened so far. */
  readonly events: JournalContents['events'];
  /** What was cut off, and the file that holds it now. */
  readonly torn?: TornTail & { readonly copy: string };
}

/** Throws what `readJournal` throws, and `journalDamaged` when the journal is that of another run. */
export async function resumeJournal(options: JournalOptions): Promise<ResumedJournal> {
  const { path, run, blobs, files = diskFiles } = options;
  const { events, end, torn } = await readJournal(path, blobs);
  const found = events[0]?.run;
  if (found !== undefined && found !== run) {
    throw new MassGenError(journalErrors.journalDamaged, {
      detail: `${path} is the journal of the run ${found}, not of ${run}`,
    });
  }
  try {
    const kept = torn === undefined ? undefined : { ...torn, copy: await keepTail(path, end, torn.bytes) };
    const file = await files.open(path, 'append');
    try {
      if (kept !== undefined) {
        await file.truncate(end);
        await file.datasync();
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    const journal = new FileJournal({ ...options, file, nextSeq: events.length + 1, size: end });
    return kept === undefined ? { journal, events } : { journal, events, torn: kept };
  } catch (error) {
    throw storageError(error, `going on with ${path}`);
  }
}

async function keepTail(path: string, start: number, length: number): Promise<string> {
  const folder = dirname(path);
  const tail = await readPart(path, start, length);
  for (let number = 1; ; number += 1) {
    const copy = join(folder, `journal.torn-${number}`);
    try {
      const file = await open(copy, 'wx', 0o600);
      try {
        await file.writeFile(tail);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncDirectory(folder);
      return copy;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

async function readPart(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
