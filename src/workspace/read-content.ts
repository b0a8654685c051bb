/** A content of the store, whole and at hand. What does not fit its name is never served. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { hash } from 'node:crypto';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { CopiedBytes } from './copy-bytes.ts';
import type { ObjectFiles } from './object-files.ts';
import { readFlags } from './open-directory.ts';
import { skipReason } from './walk-tree.ts';

/** For contents that fit into memory. Throws `snapshotDamaged`. */
export function readContent(objects: ObjectFiles, { sha256, size }: CopiedBytes): Buffer {
  let bytes = attempt(() => read(objects, sha256));
  if (bytes === undefined) {
    // Another process may have put it into a bundle since.
    objects.bundles.refresh();
    bytes = attempt(() => read(objects, sha256));
  }
  if (bytes?.length !== size || hash('sha256', bytes) !== sha256) {
    const problem = bytes === undefined ? 'is missing' : 'is not what it was';
    throw new MassGenError(workspaceErrors.snapshotDamaged, { detail: `the content ${sha256} ${problem}` });
  }
  return bytes;
}

function read({ bundles, pathOf }: ObjectFiles, sha256: string): Buffer {
  const bundled = bundles.find(sha256);
  if (bundled === undefined) return readFileSync(pathOf(sha256));
  const file = openSync(bundled.path, readFlags);
  try {
    const bytes = Buffer.alloc(bundled.size);
    for (let done = 0; done < bytes.length;) {
      const more = readSync(file, bytes, done, bytes.length - done, bundled.offset + done);
      if (more === 0) break;
      done += more;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Undefined when it is not there or cannot be read. */
function attempt(action: () => Buffer): Buffer | undefined {
  try {
    return action();
  } catch (error) {
    if (skipReason(error) === undefined) throw error;
    return undefined;
  }
}
