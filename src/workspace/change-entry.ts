/**
 * Changes one entry of a user's folder: the old or the new one is there, whole, whatever happens in between. Every
 * directory on the way is entered by itself, so no link is ever followed, and what is replaced must still be what
 * was looked at.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  readlinkSync,
} from 'node:fs';
import { errorCode } from '../journal/storage-error.ts';
import { type OpenDirectory, openExactly } from './open-directory.ts';
import { isSameStamp, lookAtName, stampOf, type FileState, type TargetState } from './target-state.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** Thrown where an entry is not what it was when it was looked at. */
export class EntryMoved extends Error {}

export interface EntryPlace {
  /** The folder, absolute with links resolved. */
  readonly target: string;
  /** Relative, with `/`. */
  readonly path: string;
  /** A name in the same directory that nobody else uses; what a crash left there goes. */
  readonly temporary: string;
  /** What was there when it was looked at. */
  readonly expected: TargetState;
  /** Make the directories on the way that are missing. Default false. */
  readonly parents?: boolean;
  /** Told before each system call that changes something; for tests, which end the process there. */
  readonly step?: ((what: string) => void) | undefined;
}

export interface NewFile {
  /** Fills the open, empty file. */
  readonly write: (file: number) => Promise<void>;
  /** For a file that is new; the mask of the user takes its part. */
  readonly mode: 0o666 | 0o777;
  /** For one that takes the place of another: whose it is, and its permission bits. */
  readonly like?: Pick<FileState, 'uid' | 'gid' | 'mode'> | undefined;
}

/** Throws `EntryMoved` and errors of the system; nothing is changed then. */
export async function writeFileEntry(place: EntryPlace, file: NewFile): Promise<void> {
  using parent = enter(place);
  const { temporary, expected, step } = place;
  sweepTemporary(parent, temporary);
  step?.('open');
  const fd = openSync(parent.at(temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, file.mode);
  try {
    try {
      step?.('write');
      await file.write(fd);
      if (file.like !== undefined) beLike(fd, file.like);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    check(parent, place);
    step?.('name');
    if (expected.type === 'absent') putIfFree(parent, place);
    else renameSync(parent.at(temporary), parent.at(nameOf(place)));
    step?.('sync');
  } catch (error) {
    sweepTemporary(parent, temporary);
    throw error;
  }
  syncEntry(parent);
}

/** Throws as `writeFileEntry` does. */
export function writeLinkEntry(place: EntryPlace, text: string): void {
  using parent = enter(place);
  const { temporary, expected, step } = place;
  sweepTemporary(parent, temporary);
  check(parent, place);
  step?.('link');
  if (expected.type === 'absent') symlinkSync(text, parent.at(nameOf(place)));
  else {
    symlinkSync(text, parent.at(temporary));
    step?.('name');
    renameSync(parent.at(temporary), parent.at(nameOf(place)));
  }
  syncEntry(parent);
}

export function makeDirectoryEntry(place: EntryPlace): void {
  using parent = enter(place);
  check(parent, place);
  place.step?.('mkdir');
  mkdirSync(parent.at(nameOf(place)));
  syncEntry(parent);
}

/** A file or a link; a directory only when it is empty. */
export function removeEntry(place: EntryPlace): void {
  using parent = enter(place);
  check(parent, place);
  place.step?.('remove');
  if (place.expected.type === 'directory') rmdirSync(parent.at(nameOf(place)));
  else unlinkSync(parent.at(nameOf(place)));
  syncEntry(parent);
}

/** Takes away what a crash may have left beside an entry. */
export function clearTemporary(place: EntryPlace): void {
  try {
    using parent = enter({ ...place, parents: false });
    sweepTemporary(parent, place.temporary);
  } catch (error) {
    // Where its directory is not to be had there is nothing of ours.
    if (errorCode(error) === undefined) throw error;
  }
}

function enter({ target, path, parents = false }: EntryPlace): OpenDirectory {
  const ways = path.split('/').slice(0, -1);
  let here = openExactly(target);
  for (const way of ways) {
    using left = here;
    try {
      here = left.descend(way);
    } catch (error) {
      if (!parents || errorCode(error) !== 'ENOENT') throw error;
      mkdirSync(left.at(way));
      here = left.descend(way);
    }
  }
  return here;
}

function nameOf({ path }: EntryPlace): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function check(parent: OpenDirectory, place: EntryPlace): void {
  if (!isStill(parent, nameOf(place), place.expected)) throw new EntryMoved('it was changed at this moment');
}

function isStill(parent: OpenDirectory, name: string, expected: TargetState): boolean {
  try {
    const stat = lookAtName(parent, name);
    switch (expected.type) {
      case 'file':
        return stat.isFile() && isSameStamp(stampOf(stat), expected.stamp);
      case 'link':
        return stat.isSymbolicLink() && readlinkSync(parent.at(name)) === expected.text;
      case 'directory':
        return stat.isDirectory();
      case 'absent':
      case 'blocked':
        return false;
      default:
        return expected satisfies never;
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return expected.type === 'absent';
  }
}

/** In one step, and only where nothing has the name. */
function putIfFree(parent: OpenDirectory, place: EntryPlace): void {
  const from = parent.at(place.temporary);
  const to = parent.at(nameOf(place));
  try {
    linkSync(from, to);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') throw new EntryMoved('something else is there by now', { cause: error });
    if (!withoutLinks.has(code)) throw error;
    renameSync(from, to);
    return;
  }
  place.step?.('unlink');
  unlinkSync(from);
}

/** File systems that know no second name of a file. */
const withoutLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

function sweepTemporary(parent: OpenDirectory, name: string): void {
  try {
    unlinkSync(parent.at(name));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function beLike(fd: number, { uid, gid, mode }: Pick<FileState, 'uid' | 'gid' | 'mode'>): void {
  if (uid !== process.getuid?.() || gid !== process.getgid?.()) {
    try {
      fchownSync(fd, uid, gid);
    } catch (error) {
      // Only the superuser gives files away; then it becomes a file of whoever runs this.
      if (errorCode(error) !== 'EPERM') throw error;
    }
  }
  // After the owner: a change of owner takes bits away. No file becomes one that runs as somebody else.
  fchmodSync(fd, mode & 0o777);
}

function syncEntry(parent: OpenDirectory): void {
  try {
    fsyncSync(parent.fd);
  } catch (error) {
    // Some network file systems cannot sync a directory at all; they promise no more than this.
    if (errorCode(error) !== 'EINVAL') throw error;
  }
}
