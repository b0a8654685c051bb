/**
 * Reads a file line by line as bytes, in linear time and without holding more than a line and a block. Text
 * readers will not do: checksums are taken over bytes, and a damaged file need not be text.
 */
import { open } from 'node:fs/promises';

export interface FileLine {
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** Where the line begins in the file. */
  readonly offset: number;
  /** False for what stands behind the last line feed. */
  readonly ended: boolean;
}

const blockLength = 256 * 1024;
const lineFeed = 10;

/** Yields the lines from byte `from` on, a block's worth at a time. Throws the errors of the file system. */
export async function* readFileLines(
  path: string,
  from = 0,
): AsyncGenerator<readonly FileLine[], void, void> {
  const file = await open(path, 'r');
  try {
    let position = from;
    let lineOffset = from;
    let begun: Buffer[] = [];
    for (;;) {
      const block = Buffer.allocUnsafe(blockLength);
      const { bytesRead } = await file.read(block, 0, blockLength, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      const bytes = block.subarray(0, bytesRead);
      const lines: FileLine[] = [];
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
        const line = bytes.subarray(start, end);
        const whole = begun.length === 0 ? line : Buffer.concat([...begun, line]);
        begun = [];
        lines.push({ bytes: whole, offset: lineOffset, ended: true });
        lineOffset += whole.length + 1;
        start = end + 1;
      }
      if (start < bytesRead) begun.push(bytes.subarray(start));
      if (lines.length > 0) yield lines;
    }
    if (begun.length > 0) yield [{ bytes: Buffer.concat(begun), offset: lineOffset, ended: false }];
  } finally {
    await file.close();
  }
}
