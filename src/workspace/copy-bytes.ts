/** Reads an open file, hashing it and writing it on as it goes. Long runs of zeros become holes in the copy. */
import { createHash, hash } from 'node:crypto';
import { ftruncateSync, readSync, writeSync } from 'node:fs';
import { type WorkSlice, workUnits } from './work-slice.ts';

/** How much of a file is read at once, in bytes; between two such parts of one file the event loop has its turn. */
export const chunkBytes = 1_048_576;

/** The shortest run of zeros that is left out, where it begins at a multiple of its length. */
const holeBytes = 65_536;
const zeros = Buffer.alloc(holeBytes);

export interface CopiedBytes {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Reads from where the file stands until `buffer` is full or the file ends; returns how much. */
export function readInto(source: number, buffer: Buffer): number {
  let done = 0;
  while (done < buffer.length) {
    const read = readSync(source, buffer, done, buffer.length - done, null);
    if (read === 0) break;
    done += read;
  }
  return done;
}

export function writeAll(target: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(target, bytes, done, bytes.length - done);
}

/**
 * At most `size` bytes, fewer when the file ends before. `target` is empty. `buffer` is scratch space of the caller,
 * `chunkBytes` long, used by nobody else meanwhile.
 */
export async function copyBytes(
  source: number,
  size: number,
  target: number | undefined,
  buffer: Buffer,
  slice: WorkSlice,
): Promise<CopiedBytes> {
  if (size <= buffer.length) {
    const bytes = buffer.subarray(0, readInto(source, buffer.subarray(0, size)));
    if (target !== undefined) writeSparse(target, bytes, 0);
    await slice.spend(workUnits.bytes(bytes.length));
    return { size: bytes.length, sha256: hash('sha256', bytes) };
  }
  const digest = createHash('sha256');
  let done = 0;
  while (done < size) {
    const bytes = buffer.subarray(0, readInto(source, buffer.subarray(0, size - done)));
    if (bytes.length === 0) break;
    digest.update(bytes);
    if (target !== undefined) writeSparse(target, bytes, done);
    done += bytes.length;
    await slice.rest();
  }
  return { size: done, sha256: digest.digest('hex') };
}

/** Writes `bytes` at `position`, where the file ends by now. */
function writeSparse(target: number, bytes: Buffer, position: number): void {
  let from = 0;
  while (from < bytes.length) {
    let to = from;
    while (to < bytes.length && !isHole(bytes, to)) to = Math.min(to + holeBytes, bytes.length);
    for (let done = from; done < to;) done += writeSync(target, bytes, done, to - done, position + done);
    from = to;
    while (isHole(bytes, from)) from += holeBytes;
  }
  if (isHole(bytes, bytes.length - holeBytes)) ftruncateSync(target, position + bytes.length);
}

function isHole(bytes: Buffer, at: number): boolean {
  return (
    at >= 0 &&
    at % holeBytes === 0 &&
    at + holeBytes <= bytes.length &&
    zeros.compare(bytes, at, at + holeBytes) === 0
  );
}
