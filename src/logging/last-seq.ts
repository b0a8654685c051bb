/** The number of the last line in the log files of a directory, so that a run taken up again counts on. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf } from './log-file-name.ts';
import { logFilesIn } from './log-files.ts';

/** Longer than any line. */
const tail = 1_048_576;

/** 0 when there are none. Never throws: what cannot be read is told when it is written to. */
export function lastSeq(directory: string): number {
  const seqs = logFilesIn(directory)
    .filter(({ kind, generation }) => kind !== 'stderr' && generation === 0)
    .map((file) => lastSeqOf(join(directory, fileOf(file)), file.size));
  return Math.max(0, ...seqs);
}

function lastSeqOf(path: string, size: number): number {
  let text: string;
  try {
    const from = Math.max(0, size - tail);
    const bytes = Buffer.alloc(size - from);
    const fd = openSync(path, 'r');
    try {
      readSync(fd, bytes, 0, bytes.length, from);
    } finally {
      closeSync(fd);
    }
    text = bytes.toString('utf8');
  } catch {
    return 0;
  }
  const found = text.matchAll(/^\{"v":1,"ts":"[^"]*","seq":(\d+)/gmu);
  return Math.max(0, ...Array.from(found, ([, seq]) => Number(seq)));
}
