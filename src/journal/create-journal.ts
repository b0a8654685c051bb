/** Begins the journal of a new run. Whoever does holds the lock of the run; this room does not take it. */
import type { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import type { BlobStore } from './blob-store.ts';
import { FileJournal } from './file-journal.ts';
import { diskFiles, type JournalFiles } from './journal-file.ts';
import type { Journal } from './journal.ts';
import { storageError } from './storage-error.ts';

export interface JournalOptions {
  /** Absolute path of `journal.jsonl`. */
  readonly path: string;
  /** Id of the run, written into every entry. */
  readonly run: string;
  readonly clock: Clock;
  /** Where strings over 32 KB go. */
  readonly blobs: BlobStore;
  /** Told once, when the journal fails for good (full disk, failed sync). Must not throw. */
  readonly onFailure?: (error: MassGenError) => void;
  /** Default: the disk. */
  readonly files?: JournalFiles;
}

/** Fails with a storage error when the file exists already. */
export async function createJournal(options: JournalOptions): Promise<Journal> {
  const { path, files = diskFiles } = options;
  try {
    return new FileJournal({ ...options, file: await files.open(path, 'create'), nextSeq: 1, size: 0 });
  } catch (error) {
    throw storageError(error, `creating ${path}`);
  }
}
