/** Gives new files exactly the mode they are to have, whatever the umask takes away. */
import { fchmodSync, fstatSync } from 'node:fs';

/** `file` was just made with `mode`. */
export type CorrectMode = (file: number, mode: number) => void;

export function createCorrectMode(): CorrectMode {
  /** Whether a mode comes out otherwise; the umask of the process stays the same while it works. */
  const differs = new Map<number, boolean>();
  return (file, mode) => {
    let wrong = differs.get(mode);
    if (wrong === undefined) {
      wrong = (fstatSync(file).mode & 0o7777) !== mode;
      differs.set(mode, wrong);
    }
    if (wrong) fchmodSync(file, mode);
  };
}
