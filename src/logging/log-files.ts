/**
 * The files of one directory of logs. Lines are queued and written in the background, so no caller ever waits for a
 * disk: what does not fit into the queue, or behind the limit of all files together, is refused and counted by the
 * caller. Files are rotated by size. Lines are written at known positions, so that what is under way when the process
 * has to end can be written once more at once (`flushSync`) without being there twice.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../events/clock.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { fileOf, indexStem, parseLogFile, type LogFile } from './log-file-name.ts';

export interface LogFilesOptions {
  /** Made with the first line. */
  readonly directory: string;
  readonly clock: Clock;
  /** Bytes at which a file is rotated. */
  readonly maxFileBytes: number;
  /** Files kept of each log, the one that is written included. */
  readonly maxFiles: number;
  /** Bytes of all files together. */
  readonly maxTotalBytes: number;
  /** Bytes that wait at most. */
  readonly maxQueuedBytes: number;
  /** A file had to make room; `lines` is undefined when it was written by an earlier process. Must not throw. */
  readonly onRemoved?: (name: LogName, lines: number | undefined) => void;
}

export type Refusal = 'queue' | 'run_limit' | 'disk';
export type LogName = Omit<LogFile, 'generation'>;

const flushAfterMs = 200;
const flushAtBytes = 262_144;
const largestWrite = 1_048_576;
const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW;
const lineFeed = 10;

const write = promisify(fs.write);

interface Line {
  readonly text: string;
  readonly bytes: number;
}

interface OpenLog {
  readonly name: LogName;
  fd: number | undefined;
  /** Where the next byte goes. */
  end: number;
  lines: Line[];
  /** Lines in each of its files, the newest first; not a number where nobody has counted. */
  counts: number[];
  /** What is being written. */
  flying: { readonly bytes: Buffer; readonly at: number } | undefined;
  failed: boolean;
}

export class LogFiles {
  readonly #options: LogFilesOptions;
  readonly #logs = new Map<string, OpenLog>();
  /** The same, found without making the name of the file each time. */
  readonly #known = new WeakMap<LogName, OpenLog>();
  /** Bytes on the disk and on their way to it. */
  #total: number;
  #queued = 0;
  #full = false;
  #timer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #error: Error | undefined;

  constructor(options: LogFilesOptions) {
    this.#options = options;
    this.#total = logFilesIn(options.directory).reduce((sum, { size }) => sum + size, 0);
  }

  /** Why a line would be refused now, for those to whom making one costs something. */
  refusal(): Refusal | undefined {
    if (this.#full) return 'run_limit';
    return this.#queued >= this.#options.maxQueuedBytes ? 'queue' : undefined;
  }

  /** Takes a line with its line feed. With `anyway` no limit holds: for the lines that tell about limits. */
  append(name: LogName, text: string, anyway = false): Refusal | undefined {
    const bytes = Buffer.byteLength(text);
    if (!anyway) {
      this.#full ||= this.#total + bytes > this.#options.maxTotalBytes;
      const refusal = this.refusal();
      if (refusal !== undefined) return refusal;
    }
    const log = this.#log(name);
    if (log.failed) return 'disk';
    log.lines.push({ text, bytes });
    this.#queued += bytes;
    this.#total += bytes;
    if (this.#queued >= flushAtBytes) this.#start();
    else if (this.#writing === undefined)
      this.#timer ??= this.#options.clock.after(flushAfterMs, () => this.#start());
    return undefined;
  }

  /** Writes all that waits before it returns, for the end of the process. Files may get longer than they should. */
  flushSync(): void {
    for (const log of this.#inOrder()) {
      try {
        if (log.flying !== undefined) writeWhole(this.#descriptor(log), log.flying.bytes, log.flying.at);
        while (log.lines.length > 0) {
          const fd = this.#descriptor(log);
          const { bytes, at } = this.#take(log, Number.POSITIVE_INFINITY);
          writeWhole(fd, bytes, at);
        }
      } catch (error) {
        this.#fail(log, error);
      }
    }
  }

  /** Resolves when all that was appended before is written. */
  async flush(): Promise<void> {
    this.#start();
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Rejects with the first error there was. */
  async close(): Promise<void> {
    await this.flush();
    for (const log of this.#logs.values()) {
      if (log.fd !== undefined) fs.closeSync(log.fd);
      log.fd = undefined;
      log.failed = true;
    }
    if (this.#error !== undefined) throw this.#error;
  }

  #log(name: LogName): OpenLog {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const file = fileOf({ ...name, generation: 0 });
    let log = this.#logs.get(file);
    if (log === undefined) {
      log = { name, fd: undefined, end: 0, lines: [], counts: [], flying: undefined, failed: false };
      this.#logs.set(file, log);
    }
    this.#known.set(name, log);
    return log;
  }

  /** The index last: what stands in it stands in the file of its server by then. */
  #inOrder(): readonly OpenLog[] {
    const logs = [...this.#logs.values()];
    const isIndex = ({ name }: OpenLog): boolean => name.stem === indexStem;
    return [...logs.filter((log) => !isIndex(log)), ...logs.filter(isIndex)];
  }

  #start(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
  }

  async #drain(): Promise<void> {
    // What comes meanwhile is written in the same go.
    while (this.#inOrder().some(({ lines }) => lines.length > 0)) {
      for (const log of this.#inOrder()) {
        if (log.lines.length > 0) await this.#writeSome(log);
      }
    }
  }

  /** Never rejects. */
  async #writeSome(log: OpenLog): Promise<void> {
    try {
      this.#descriptor(log);
      const { maxFileBytes } = this.#options;
      if (log.end > 0 && log.end + (log.lines[0]?.bytes ?? 0) > maxFileBytes) this.#rotate(log);
      const fd = this.#descriptor(log);
      log.flying = this.#take(log, Math.min(largestWrite, maxFileBytes - log.end));
      const { bytes, at } = log.flying;
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await write(fd, bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    } catch (error) {
      this.#fail(log, error);
    } finally {
      log.flying = undefined;
    }
  }

  /** Takes lines off the queue, at least one and no more than `room` bytes, and gives them their place. */
  #take(log: OpenLog, room: number): { readonly bytes: Buffer; readonly at: number } {
    let count = 0;
    let size = 0;
    for (const line of log.lines) {
      if (count > 0 && size + line.bytes > room) break;
      count += 1;
      size += line.bytes;
    }
    const taken = log.lines.splice(0, count);
    this.#queued -= size;
    const at = log.end;
    log.end += size;
    log.counts[0] = (log.counts[0] ?? 0) + count;
    const text = taken.map((line) => line.text).join('');
    // What is all ASCII is copied, not converted.
    return { bytes: Buffer.from(text, text.length === size ? 'latin1' : 'utf8'), at };
  }

  #descriptor(log: OpenLog): number {
    if (log.fd !== undefined) return log.fd;
    const { directory } = this.#options;
    makeDirectory(directory);
    const fd = fs.openSync(join(directory, fileOf({ ...log.name, generation: 0 })), flags, 0o600);
    log.fd = fd;
    log.end = fs.fstatSync(fd).size;
    log.counts[0] ??= log.end === 0 ? 0 : Number.NaN;
    if (log.end > 0 && lastByte(fd, log.end) !== lineFeed) {
      // A crash has cut a line; the next one must not hang on it.
      writeWhole(fd, Buffer.from('\n'), log.end);
      log.end += 1;
    }
    return fd;
  }

  #rotate(log: OpenLog): void {
    const { directory, maxFiles } = this.#options;
    const path = (generation: number): string => join(directory, fileOf({ ...log.name, generation }));
    if (log.fd !== undefined) fs.closeSync(log.fd);
    log.fd = undefined;
    const size = removed(path(maxFiles - 1));
    this.#total -= size;
    for (let generation = maxFiles - 2; generation >= 0; generation -= 1) {
      if (fs.existsSync(path(generation))) fs.renameSync(path(generation), path(generation + 1));
    }
    const lost = log.counts[maxFiles - 1] ?? Number.NaN;
    log.counts = [0, ...log.counts.slice(0, maxFiles - 1)];
    if (size > 0) this.#options.onRemoved?.(log.name, Number.isNaN(lost) ? undefined : lost);
  }

  #fail(log: OpenLog, error: unknown): void {
    this.#error ??= storageError(error, `writing the logs in ${this.#options.directory}`);
    log.failed = true;
    for (const { bytes } of log.lines) this.#queued -= bytes;
    log.lines = [];
  }
}

/** The log files that are there, with their sizes. */
export function logFilesIn(directory: string): readonly (LogFile & { readonly size: number })[] {
  let files: readonly string[];
  try {
    files = fs.readdirSync(directory);
  } catch {
    // What is wrong with it is told when it is written to.
    return [];
  }
  return files.flatMap((file) => {
    const log = parseLogFile(file);
    const entry = log && fs.lstatSync(join(directory, file), { throwIfNoEntry: false });
    return log !== undefined && entry?.isFile() === true ? [{ ...log, size: entry.size }] : [];
  });
}

function makeDirectory(path: string): void {
  try {
    fs.mkdirSync(path, { mode: 0o700 });
    fs.chmodSync(path, 0o700);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !fs.lstatSync(path).isDirectory()) throw error;
  }
}

function writeWhole(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;)
    done += fs.writeSync(fd, bytes, done, bytes.length - done, at + done);
}

function lastByte(fd: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  fs.readSync(fd, byte, 0, 1, size - 1);
  return byte[0];
}

/** How large the file was that is gone now. */
function removed(path: string): number {
  const size = fs.lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0) fs.unlinkSync(path);
  return size;
}
