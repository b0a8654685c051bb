/** Where a configured path really is: links resolved in the part that exists, so that checks see the real place. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { isPlainName } from './manifest.ts';

export type Located =
  | { readonly state: 'directory' | 'other'; readonly real: string }
  /** `parent` is the nearest directory above it that exists. */
  | { readonly state: 'missing'; readonly real: string; readonly parent: string }
  | { readonly state: 'unusable'; readonly problem: string };

/** `path` is absolute and normalised. */
export function locateDirectory(path: string): Located {
  const missing: string[] = [];
  let existing = path;
  try {
    // Asked of the whole path first, so that one that is too long is found out.
    while (lstatSync(existing, { throwIfNoEntry: false }) === undefined) {
      missing.unshift(basename(existing));
      existing = dirname(existing);
    }
    // Fails where a link leads nowhere: what is made behind it would not be where it seems.
    const real = realpathSync.native(existing);
    const isDirectory = statSync(real).isDirectory();
    if (missing.length === 0) return { state: isDirectory ? 'directory' : 'other', real };
    if (!isDirectory) return { state: 'unusable', problem: `${real} is not a directory` };
    const name = missing.find((each) => !isPlainName(each));
    if (name !== undefined) return { state: 'unusable', problem: `a name in it is too long: ${name}` };
    return { state: 'missing', real: join(real, ...missing), parent: real };
  } catch (error) {
    return { state: 'unusable', problem: errorMessage(error) };
  }
}
