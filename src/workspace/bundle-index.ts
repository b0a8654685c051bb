/**
 * The end of a bundle, which says where in it each content lies: for each, in the order of their hashes, the hash,
 * the offset and the size; then how many there are, a mark, and a checksum of all that.
 */
import { hash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';

export interface BundledContent {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly offset: number;
  readonly size: number;
}

const hashBytes = 32;
const entryBytes = hashBytes + 16;
const mark = Buffer.from('MGB1');
const tailBytes = 4 + mark.length + hashBytes;

export function encodeIndex(contents: readonly BundledContent[]): Buffer {
  const ordered = contents.toSorted((one, other) => (one.sha256 < other.sha256 ? -1 : 1));
  const index = Buffer.alloc(ordered.length * entryBytes + tailBytes);
  let at = 0;
  for (const { sha256, offset, size } of ordered) {
    index.write(sha256, at, 'hex');
    index.writeBigUInt64BE(BigInt(offset), at + hashBytes);
    index.writeBigUInt64BE(BigInt(size), at + hashBytes + 8);
    at += entryBytes;
  }
  index.writeUInt32BE(ordered.length, at);
  mark.copy(index, at + 4);
  index.write(hash('sha256', index.subarray(0, index.length - hashBytes)), index.length - hashBytes, 'hex');
  return index;
}

export interface BundleIndex {
  find(sha256: string): BundledContent | undefined;
  all(): Iterable<BundledContent>;
}

/** Undefined when the file does not end as a bundle does. Throws errors of the system. */
export function readIndex(file: number): BundleIndex | undefined {
  const { size } = fstatSync(file);
  if (size < tailBytes) return undefined;
  const tail = readAt(file, size - tailBytes, tailBytes);
  const count = tail.readUInt32BE(0);
  const length = count * entryBytes;
  if (!tail.subarray(4, 4 + mark.length).equals(mark) || size < length + tailBytes) return undefined;
  const index = readAt(file, size - tailBytes - length, length + tailBytes);
  const sum = hash('sha256', index.subarray(0, index.length - hashBytes), 'buffer');
  if (!sum.equals(index.subarray(index.length - hashBytes))) return undefined;

  const entry = (place: number): BundledContent => {
    const at = place * entryBytes;
    return {
      sha256: index.toString('hex', at, at + hashBytes),
      offset: Number(index.readBigUInt64BE(at + hashBytes)),
      size: Number(index.readBigUInt64BE(at + hashBytes + 8)),
    };
  };
  return {
    find(sha256) {
      const wanted = Buffer.from(sha256, 'hex');
      let from = 0;
      let to = count;
      while (from < to) {
        const middle = (from + to) >> 1;
        const at = middle * entryBytes;
        const order = wanted.compare(index, at, at + hashBytes);
        if (order === 0) return entry(middle);
        if (order < 0) to = middle;
        else from = middle + 1;
      }
      return undefined;
    },
    *all() {
      for (let place = 0; place < count; place += 1) yield entry(place);
    },
  };
}

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const read = readSync(file, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes;
}
