/** Reads an open file, hashing it and writing it on as it goes. */
import { createHash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { type WorkSlice, workUnits } from './work-slice.ts';

/** How much of a file is read at once, in bytes; between two such parts of one file the event loop has its turn. */
export const chunkBytes = 1_048_576;

export interface CopiedBytes {
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * At most `size` bytes, fewer when the file ends before. `buffer` is scratch space of the caller, `chunkBytes`
 * long, used by nobody else meanwhile.
 */
export async function copyBytes(
  source: number,
  size: number,
  target: number | undefined,
  buffer: Buffer,
  slice: WorkSlice,
): Promise<CopiedBytes> {
  const digest = createHash('sha256');
  let done = 0;
  while (done < size) {
    const read = readSync(source, buffer, 0, Math.min(buffer.length, size - done), null);
    if (read === 0) break;
    digest.update(buffer.subarray(0, read));
    if (target !== undefined) {
      for (let written = 0; written < read;) written += writeSync(target, buffer, written, read - written);
    }
    done += read;
    await (done < size ? slice.rest() : slice.spend(workUnits.bytes(read)));
  }
  return { size: done, sha256: digest.digest('hex') };
}
