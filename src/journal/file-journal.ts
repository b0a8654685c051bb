/**
 * The journal as a file. Lines are stamped and fixed when `append` is called, written in that order by one loop
 * in batches, and synced by another that runs beside it: an append that only has to be written never waits for
 * the fdatasync of somebody else, and many that wait share one. The line of an event with long values waits for
 * its blobs, and so do the lines behind it.
 * After any error of the file nothing more is accepted: what is on the disk up to there stays readable.
 */
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorMessage } from '../errors/error-message.ts';
import type { Clock } from '../events/clock.ts';
import { durabilityOf } from '../events/durability.ts';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import type { BlobStore } from './blob-store.ts';
import { dehydrate } from './event-blobs.ts';
import type { JournalFile } from './journal-file.ts';
import { encodeJournalLine } from './journal-line.ts';
import type { Appended, Journal } from './journal.ts';
import { storageError } from './storage-error.ts';
import { createTimestamp } from './timestamp.ts';

/** A batch is written once it has this many characters, so that its first entries need not wait for all. */
const batchLength = 1024 * 1024;
const lineFeed = 10;

export interface FileJournalOptions {
  readonly file: JournalFile;
  /** For messages. */
  readonly path: string;
  readonly run: string;
  readonly nextSeq: number;
  /** Bytes in the file so far. */
  readonly size: number;
  readonly clock: Clock;
  readonly blobs: BlobStore;
  /** Told once, when the journal fails for good. Must not throw. */
  readonly onFailure?: (error: MassGenError) => void;
}

/** What one `append` brought; it is written, synced and settled as one. */
interface Group {
  /** Undefined while blobs are on their way to the store. */
  text: string | undefined;
  stored: Promise<void> | undefined;
  readonly synced: boolean;
  readonly settled: PromiseWithResolvers<void>;
}

export class FileJournal implements Journal {
  readonly run: string;
  readonly #options: FileJournalOptions;
  readonly #file: JournalFile;
  readonly #timestamp: () => string;
  #nextSeq: number;
  #size: number;
  #syncedSize: number;
  /** Not yet written, in the order of `seq`. */
  #queue: Group[] = [];
  /** Written, waiting for an fdatasync that starts after now. */
  #unsynced: Group[] = [];
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #failure: MassGenError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: FileJournalOptions) {
    this.run = options.run;
    this.#options = options;
    this.#file = options.file;
    this.#timestamp = createTimestamp(options.clock);
    this.#nextSeq = options.nextSeq;
    this.#size = options.size;
    this.#syncedSize = options.size;
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Throws `eventNotSerialisable`, and then no event of the call is taken. */
  append(bodies: readonly DurableEventBody[]): Appended {
    const at = this.#timestamp();
    const events = bodies.map((body, index): DurableEvent => {
      const envelope = { v: 1, seq: this.#nextSeq + index, at, run: this.run } as const;
      return { ...envelope, ...body, ...envelope };
    });
    const settled = Promise.withResolvers<void>();
    if (this.#failure !== undefined || this.#closing !== undefined) {
      reject(settled, this.#failure ?? new MassGenError(journalErrors.journalClosed));
    } else {
      this.#queue.push(this.#groupOf(events, settled));
      this.#nextSeq += events.length;
      this.#writing ??= this.#writeAll();
    }
    return { events, durable: settled.promise };
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  #groupOf(events: readonly DurableEvent[], settled: PromiseWithResolvers<void>): Group {
    const parts = events.map((event) => this.#dehydrated(event));
    const synced = events.some((event) => durabilityOf(event) === 'synced');
    if (parts.every((part) => typeof part === 'string')) {
      let text = '';
      for (const part of parts) text += encodeJournalLine(part);
      return { text, stored: undefined, synced, settled };
    }
    const store = async (): Promise<void> => {
      const lines = await Promise.all(parts.map((part) => (typeof part === 'string' ? part : part())));
      group.text = lines.map(encodeJournalLine).join('');
    };
    const group: Group = { text: undefined, stored: undefined, synced, settled };
    group.stored = store();
    // The write loop sees the failure when it comes to this group.
    group.stored.catch(() => undefined);
    return group;
  }

  #dehydrated(event: DurableEvent): string | (() => Promise<string>) {
    try {
      return dehydrate(event, this.#options.blobs);
    } catch (error) {
      throw new MassGenError(journalErrors.eventNotSerialisable, {
        detail: `${event.type}: ${errorMessage(error)}`,
        data: { type: event.type },
        cause: error,
      });
    }
  }

  async #writeAll(): Promise<void> {
    // Everything appended in this tick goes into one write.
    await undefined;
    while (this.#queue.length > 0 && this.#failure === undefined) {
      try {
        const stored = this.#queue[0]?.stored;
        if (stored !== undefined) await stored;
      } catch (error) {
        this.#fail(storageError(error, `storing a long value for ${this.#options.path}`), []);
        break;
      }
      const batch = this.#takeBatch();
      const bytes = Buffer.from(batch.map((group) => group.text).join(''));
      await this.#writeBatch(batch, bytes);
    }
    this.#writing = undefined;
  }

  #takeBatch(): readonly Group[] {
    let count = 0;
    let length = 0;
    for (const { text } of this.#queue) {
      if (text === undefined || length >= batchLength) break;
      length += text.length;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #writeBatch(batch: readonly Group[], bytes: Buffer): Promise<void> {
    let written = 0;
    try {
      while (written < bytes.length) {
        const taking = this.#file.write(bytes, written);
        const taken = typeof taking === 'number' ? taking : await taking;
        if (taken === 0) throw new Error('the file takes no more bytes');
        written += taken;
      }
    } catch (error) {
      await this.#cutBack(batch, bytes.subarray(0, written), error);
      return;
    }
    this.#size += bytes.length;
    this.#written(batch);
  }

  /** Leaves whole lines in the file and tells who is affected: entries that are whole did succeed. */
  async #cutBack(batch: readonly Group[], written: Buffer, cause: unknown): Promise<void> {
    const kept = written.lastIndexOf(lineFeed) + 1;
    let doing = `writing ${this.#options.path}`;
    try {
      await this.#file.truncate(this.#size + kept);
    } catch (error) {
      // Readers drop the cut-off line all the same.
      doing += ` (and a cut-off last line could not be removed: ${errorMessage(error)})`;
    }
    this.#size += kept;
    let end = 0;
    const whole = batch.filter((group) => {
      end += Buffer.byteLength(group.text ?? '');
      return end <= kept;
    });
    this.#written(whole);
    this.#fail(storageError(cause, doing), batch.slice(whole.length));
  }

  #written(groups: readonly Group[]): void {
    for (const group of groups) {
      if (this.#failure !== undefined) reject(group.settled, this.#failure);
      else if (group.synced) this.#unsynced.push(group);
      else group.settled.resolve();
    }
    if (this.#unsynced.length > 0) this.#syncing ??= this.#syncAll();
  }

  async #syncAll(): Promise<void> {
    // Lets the assignment of `#syncing` come first even if the file fails at once.
    await undefined;
    while (this.#unsynced.length > 0) {
      const groups = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#sync();
      } catch (error) {
        // After a failed fdatasync the system may have dropped the pages: nothing after it can be believed.
        this.#fail(error as MassGenError, [...groups, ...this.#unsynced]);
        this.#unsynced = [];
        break;
      }
      for (const group of groups) group.settled.resolve();
    }
    this.#syncing = undefined;
  }

  async #sync(): Promise<void> {
    const size = this.#size;
    try {
      await this.#file.datasync();
    } catch (error) {
      throw storageError(error, `syncing ${this.#options.path}`);
    }
    this.#syncedSize = size;
  }

  #fail(error: MassGenError, groups: readonly Group[]): void {
    const first = this.#failure === undefined;
    this.#failure ??= error;
    for (const group of [...groups, ...this.#queue]) reject(group.settled, this.#failure);
    this.#queue = [];
    if (first) this.#options.onFailure?.(error);
  }

  /** Rejects only for a failure nobody was told of before. */
  async #finish(): Promise<void> {
    await this.#writing;
    await this.#syncing;
    try {
      if (this.#failure === undefined && this.#size > this.#syncedSize) await this.#sync();
    } catch (error) {
      this.#fail(error as MassGenError, []);
      throw error;
    } finally {
      await this.#file.close().catch((error: unknown) => {
        throw storageError(error, `closing ${this.#options.path}`);
      });
    }
  }
}

/** Who does not wait for an entry learns of the failure from `onFailure`; it must not end the process. */
function reject(settled: PromiseWithResolvers<void>, error: MassGenError): void {
  settled.promise.catch(() => undefined);
  settled.reject(error);
}
