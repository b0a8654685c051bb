/**
 * The time as the file system tells it, which is what files there are stamped with. It goes in steps: a file whose
 * stamp is not before a moment may have been written after that moment as well.
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;

export interface FileMoment {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  /** The file system that said so; others may have a clock of their own. */
  readonly dev: number;
}

/** `path` is a file of the caller's that nobody else reads; it is made when it is missing. */
export function fileMoment(path: string): FileMoment {
  const file = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    writeSync(file, '.', 0);
    const { mtimeMs, dev } = fstatSync(file);
    return { ms: mtimeMs, dev };
  } finally {
    closeSync(file);
  }
}
