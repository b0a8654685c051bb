/**
 * Makes places of a workspace what they are to be: takes away what was there, as long as it is what it was when it was
 * kept, and puts contents of the store in their place. Each file goes or comes in one step, so that whoever ends the
 * program leaves the old one or the new one. Directories are reached component by component, never through a link.
 */
import {
  fchmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import { errorCode } from '../journal/storage-error.ts';
import { isUntouched, type ScannedEntry } from './change-detector.ts';
import { quoted } from './describe-sizes.ts';
import { createDirectoryCursor, type DirectoryCursor } from './directory-cursor.ts';
import { type KeptEntry, kindOf, seenAs } from './kept-entries.ts';
import type { ManifestEntry } from './manifest.ts';
import { createObjectReader } from './object-reader.ts';
import type { StoreFiles } from './store-files.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';
import { clearWorkspaceScratch, openWorkspaceScratch } from './workspace-scratch.ts';

export interface PlacesChange {
  readonly root: string;
  /** What is there now and may go, each directory before what it holds. */
  readonly before: readonly KeptEntry[];
  /** What is to be there, each directory before what it holds; nothing else may be there but what is in `before`. */
  readonly after: readonly ManifestEntry[];
  readonly files: StoreFiles;
  readonly slice: WorkSlice;
}

/** Returns what is not as it was to be, because somebody else changed it at the same time. */
export async function changePlaces(change: PlacesChange): Promise<readonly SkippedFile[]> {
  const { root, before, after, files, slice } = change;
  const left: SkippedFile[] = [];
  const seen = new Map(before.map((each) => [each.entry.path, each.seen]));
  const stays = new Map(after.map((entry) => [entry.path, entry]));
  clearWorkspaceScratch(root);
  await takeAway();
  await putThere();
  return left;

  async function takeAway(): Promise<void> {
    const goes = before.filter(({ entry }) => {
      const then = stays.get(entry.path);
      // A file or link is replaced in one step.
      return then === undefined || (then.kind === 'directory') !== (entry.kind === 'directory');
    });
    using cursor = createDirectoryCursor(root);
    for (const { entry } of goes) if (entry.kind === 'directory') loosen(cursor, entry.path);
    for (const { entry } of goes.toReversed()) {
      const place = placeOf(cursor, entry.path);
      try {
        if (entry.kind === 'directory') rmdirSync(place);
        else if (isAsSeen(entry.path, place)) unlinkSync(place);
      } catch (error) {
        const errno = errorCode(error);
        if (errno === 'ENOTEMPTY' || errno === 'ENOTDIR')
          note(entry.path, 'somebody put something else there');
        else if (errno !== 'ENOENT') throw error;
      }
      const pause = slice.spend(workUnits.write);
      if (pause !== undefined) await pause;
    }
  }

  async function putThere(): Promise<void> {
    if (after.length === 0) return;
    using scratch = openWorkspaceScratch(root);
    using reader = createObjectReader(files.objects, slice);
    using cursor = createDirectoryCursor(root);
    for (const entry of after) {
      if (entry.kind === 'directory') {
        makeDirectory(placeOf(cursor, entry.path));
        continue;
      }
      const part = scratch.fresh();
      if (entry.kind === 'link') symlinkSync(entry.link, part);
      else {
        const problem = await reader.copyTo(entry, part, entry.mode);
        if (problem !== undefined) throw damaged(entry, problem);
      }
      const place = placeOf(cursor, entry.path);
      if (isAsSeen(entry.path, place)) renameSync(part, place);
      const pause = slice.spend(workUnits.write);
      if (pause !== undefined) await pause;
    }
    // Last, and from the inside: a directory that nobody may write to was to be filled first.
    for (const entry of after.toReversed()) {
      if (entry.kind === 'directory') fchmodSync(cursor.directory(entry.path).fd, entry.mode);
    }
  }

  /** What is there is what was kept, or nothing where nothing was; else it stays, and is told of. */
  function isAsSeen(path: string, place: string): boolean {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    const was = seen.get(path);
    if (stat === undefined) return true;
    if (was !== undefined && isSame(was, stat)) return true;
    note(path, 'somebody changed it at the same time');
    return false;
  }

  function note(path: string, reason: string): void {
    left.push({ path, reason });
  }
}

function isSame(was: ScannedEntry, stat: Stats): boolean {
  const kind = kindOf(stat);
  return kind !== undefined && isUntouched(was, seenAs(kind, stat));
}

function placeOf(cursor: DirectoryCursor, path: string): string {
  const cut = path.lastIndexOf('/');
  return cursor.directory(path.slice(0, Math.max(0, cut))).at(path.slice(cut + 1));
}

/** A directory that goes may be one that nobody may write to. */
function loosen(cursor: DirectoryCursor, path: string): void {
  const directory = cursor.directory(path);
  if ((directory.stat.mode & 0o700) !== 0o700) fchmodSync(directory.fd, 0o700);
}

function makeDirectory(place: string): void {
  try {
    mkdirSync(place, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !lstatSync(place).isDirectory()) throw error;
  }
}

function damaged({ path }: ManifestEntry, problem: string): MassGenError {
  return new MassGenError(workspaceErrors.snapshotDamaged, {
    detail: `${quoted(path)}, ${problem}`,
    data: { path },
  });
}
