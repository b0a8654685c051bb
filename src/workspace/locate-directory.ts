/** Where a configured path really is: links resolved in the part that exists, so that checks see the real place. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { errorCode } from '../journal/storage-error.ts';

export type Located =
  | { readonly state: 'directory' | 'other'; readonly real: string }
  /** `parent` is the nearest directory above it that exists. */
  | { readonly state: 'missing'; readonly real: string; readonly parent: string }
  | { readonly state: 'unusable'; readonly problem: string };

/** `path` is absolute and normalised. */
export function locateDirectory(path: string): Located {
  let existing = path;
  const missing: string[] = [];
  for (;;) {
    try {
      const real = realpathSync.native(existing);
      const isDirectory = statSync(real).isDirectory();
      if (missing.length === 0) return { state: isDirectory ? 'directory' : 'other', real };
      if (!isDirectory) return { state: 'unusable', problem: `${real} is not a directory` };
      return { state: 'missing', real: join(real, ...missing), parent: real };
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || existing === dirname(existing)) {
        return { state: 'unusable', problem: errorMessage(error) };
      }
    }
    // A link that leads nowhere exists all the same, and what is made behind it would not be where it seems.
    if (lstatSync(existing, { throwIfNoEntry: false }) !== undefined) {
      return { state: 'unusable', problem: `${existing} is a link that leads nowhere` };
    }
    missing.unshift(basename(existing));
    existing = dirname(existing);
  }
}
