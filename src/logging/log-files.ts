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
/** Bytes that lines are put into as they come; one that is longer gets its own. */
const chunkBytes = 131_072;
/** Of a character of a text, in UTF-8. */
const widest = 3;
const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW;
const lineFeed = 10;

const write = promisify(fs.write);

/**
 * Lines on their way to the disk. They are bytes from the start: kept as texts they would be looked through and moved by
 * the garbage collector, and be converted all the same.
 */
interface Chunk {
  readonly bytes: Buffer;
  /** What stands before it is taken. */
  from: number;
  used: number;
  /** Where each line ends that is not taken. */
  ends: number[];
}

interface OpenLog {
  readonly name: LogName;
  fd: number | undefined;
  /** Where the next byte goes. */
  end: number;
  /** The last one has room; none is empty. */
  chunks: Chunk[];
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
    const full = anyway ? undefined : this.refusal();
    if (full !== undefined) return full;
    const log = this.#log(name);
    if (log.failed) return 'disk';
    const chunk = roomFor(log, text);
    const bytes = chunk.bytes.write(text, chunk.used);
    if (!anyway && this.#total + bytes > this.#options.maxTotalBytes) {
      // What was put there is not counted in.
      this.#full = true;
      return 'run_limit';
    }
    chunk.used += bytes;
    chunk.ends.push(chunk.used);
    if (chunk !== log.chunks.at(-1)) log.chunks.push(chunk);
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
        while (log.chunks.length > 0) {
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
      log = { name, fd: undefined, end: 0, chunks: [], counts: [], flying: undefined, failed: false };
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
    while (this.#inOrder().some(({ chunks }) => chunks.length > 0)) {
      for (const log of this.#inOrder()) {
        if (log.chunks.length > 0) await this.#writeSome(log);
      }
    }
  }

  /** Never rejects. */
  async #writeSome(log: OpenLog): Promise<void> {
    try {
      this.#descriptor(log);
      const { maxFileBytes } = this.#options;
      if (log.end > 0 && log.end + nextLength(log) > maxFileBytes) this.#rotate(log);
      const fd = this.#descriptor(log);
      log.flying = this.#take(log, maxFileBytes - log.end);
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
    const at = log.end;
    const [chunk] = log.chunks;
    if (chunk === undefined) return { bytes: Buffer.alloc(0), at };
    const { from, ends } = chunk;
    const beyond = ends.findIndex((end, line) => line > 0 && end - from > room);
    const count = beyond === -1 ? ends.length : beyond;
    const end = ends[count - 1] ?? from;
    chunk.from = end;
    chunk.ends = ends.slice(count);
    if (chunk.ends.length === 0) log.chunks.shift();
    this.#queued -= end - from;
    log.end += end - from;
    log.counts[0] = (log.counts[0] ?? 0) + count;
    return { bytes: chunk.bytes.subarray(from, end), at };
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
    for (const { from, used } of log.chunks) this.#queued -= used - from;
    log.chunks = [];
  }
}

/** A chunk that takes the text whole: the last of the log, or a new one that is not yet in it. */
function roomFor({ chunks }: OpenLog, text: string): Chunk {
  const last = chunks.at(-1);
  const longest = text.length * widest;
  if (last !== undefined && last.used + longest <= last.bytes.length) return last;
  return { bytes: Buffer.allocUnsafeSlow(Math.max(chunkBytes, longest)), from: 0, used: 0, ends: [] };
}

/** Bytes of the line that is written next. */
function nextLength({ chunks: [chunk] }: OpenLog): number {
  return chunk === undefined ? 0 : (chunk.ends[0] ?? chunk.from) - chunk.from;
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
