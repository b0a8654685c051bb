/**
 * Empties a directory by moving what is in it to `.massgen-archive/<name>/<time>` beside it. Entries are renamed:
 * nothing is copied, followed or deleted, and the directory itself stays the same one.
 */
import { lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorCode } from '../journal/storage-error.ts';

/** Returns where the content is now, or undefined when there was none. Throws `archiveFailed`. */
export function archiveContent(directory: string, now: number): string | undefined {
  let archive: string | undefined;
  try {
    // As bytes: names that are not UTF-8 are moved like any other.
    const names = readdirSync(directory, { encoding: 'buffer' });
    if (names.length === 0) return undefined;
    archive = makeArchive(directory, now);
    for (const name of names) renameSync(inside(directory, name), inside(archive, name));
    return archive;
  } catch (error) {
    const place = archive === undefined ? '' : `, the archive is ${archive}`;
    throw new MassGenError(workspaceErrors.archiveFailed, {
      detail: `${directory}${place}: ${errorMessage(error)}`,
      data: { directory, ...(archive === undefined ? {} : { archive }) },
      cause: error,
    });
  }
}

/** A new directory named by the time, with a number where that name is taken. */
function makeArchive(directory: string, now: number): string {
  const root = makeReal(join(dirname(directory), '.massgen-archive'));
  const parent = makeReal(join(root, basename(directory)));
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/gu, '');
  for (let number = 1; ; number += 1) {
    const path = join(parent, number === 1 ? time : `${time}_${number}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** A link in the place of the archive would carry the content away. */
function makeReal(path: string): string {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (!lstatSync(path).isDirectory()) throw new Error(`${path} is not a directory`, { cause: error });
  }
  return path;
}

function inside(directory: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), name]);
}
