/**
 * The lines of one log over all its rotated files, oldest first, and later those that have come since. Files are known
 * by what they are on the disk, not by their names: rotation renames them at any time. What stands behind the last
 * line feed is left for the next look; it may be half a line.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { fileOf, type LogFile } from './log-file-name.ts';
import type { LogName } from './log-files.ts';

interface OpenLogFile {
  readonly handle: FileHandle;
  readonly identity: string;
  readonly size: number;
}

const blockLength = 262_144;
const lineFeed = 10;
/** No log keeps more files than the config allows. */
const mostGenerations = 100;

export class LogTail {
  readonly #directory: string;
  readonly #name: LogName;
  /** How far each file was read. */
  #offsets = new Map<string, number>();

  constructor(directory: string, name: LogName) {
    this.#directory = directory;
    this.#name = name;
  }

  /** Opens what there is now; `lines` reads to the ends that the files had then. */
  async look(): Promise<LogLook> {
    const files = await this.#open();
    // What is no longer there will not come back.
    this.#offsets = new Map(files.map(({ identity }) => [identity, this.#offsets.get(identity) ?? 0]));
    return { lines: () => this.#lines(files), close: () => closeAll(files) };
  }

  async *#lines(files: readonly OpenLogFile[]): AsyncGenerator<string, void, void> {
    for (const file of files) {
      const read = this.#offsets.get(file.identity) ?? 0;
      // A shorter file is another one that happens to be called the same by the disk.
      let offset = read > file.size ? 0 : read;
      for await (const { text, end } of linesOf(file, offset)) {
        offset = end;
        this.#offsets.set(file.identity, offset);
        yield text;
      }
    }
  }

  /** Oldest first. Opened newest first: a rotation meanwhile shows one file twice, and hides none. */
  async #open(): Promise<readonly OpenLogFile[]> {
    const files = new Map<string, OpenLogFile>();
    for (let generation = 0; generation < mostGenerations; generation += 1) {
      const file = await openFile(
        join(this.#directory, fileOf({ ...this.#name, generation } satisfies LogFile)),
      );
      if (file === undefined && generation > 0) break;
      if (file === undefined) continue;
      if (files.has(file.identity)) await file.handle.close();
      else files.set(file.identity, file);
    }
    return [...files.values()].toReversed();
  }
}

export interface LogLook {
  lines(): AsyncGenerator<string, void, void>;
  close(): Promise<void>;
}

async function openFile(path: string): Promise<OpenLogFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const { dev, ino, birthtimeMs, size } = await handle.stat();
  return { handle, identity: `${dev}:${ino}:${birthtimeMs}`, size };
}

async function* linesOf(
  { handle, size }: OpenLogFile,
  from: number,
): AsyncGenerator<{ readonly text: string; readonly end: number }, void, void> {
  let begun: Buffer[] = [];
  let position = from;
  while (position < size) {
    const block = Buffer.allocUnsafe(Math.min(blockLength, size - position));
    const { bytesRead } = await handle.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    const bytes = block.subarray(0, bytesRead);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      const line = Buffer.concat([...begun, bytes.subarray(start, end)]);
      begun = [];
      start = end + 1;
      yield { text: line.toString('utf8'), end: position + start };
    }
    if (start < bytesRead) begun.push(bytes.subarray(start));
    position += bytesRead;
  }
}

async function closeAll(files: readonly OpenLogFile[]): Promise<void> {
  for (const { handle } of files) await handle.close();
}
