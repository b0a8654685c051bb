/**
 * Puts back what changes of a run have replaced, deleted or made in a folder. What was changed again since then is left
 * as it is and told. It can be done again after a crash.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { plainReason } from './plain-reason.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { errorCode } from '../journal/storage-error.ts';
import { temporaryName, type NotApplied } from './apply-changes.ts';
import {
  clearTemporary,
  EntryMoved,
  type EntryPlace,
  makeDirectoryEntry,
  removeEntry,
  writeFileEntry,
  writeLinkEntry,
} from './change-entry.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { readFlags } from './open-directory.ts';
import { waysTo } from './plan-changes.ts';
import { openTarget, type TargetState } from './target-state.ts';
import { type KeptEntry, storedIn, type StoredUndo, writeUndoRecord } from './undo-record.ts';
import { createWorkSlice, type WorkSlice } from './work-slice.ts';

export interface UndoOptions {
  /** `undo/` of the run. */
  readonly undo: string;
  readonly slice?: WorkSlice;
  /** Told before each step that changes anything; for tests, which end the process there. */
  readonly step?: (what: string) => void;
}

export interface UndoneChanges {
  readonly target: string;
  readonly undone: readonly string[];
  /** Not put back, each with the reason. */
  readonly conflicts: readonly NotApplied[];
}

/** Throws when the folder is gone, and storage errors of our own directory. */
export async function undoChanges(stored: StoredUndo, options: UndoOptions): Promise<UndoneChanges> {
  const { undo, slice = createWorkSlice(), step } = options;
  const { number, record } = stored;
  const { run, target } = record;
  const contents = storedIn(undo, number);
  const undone: string[] = [];
  const conflicts: NotApplied[] = [];
  let again = false;
  for (const { path } of record.entries) clearTemporary(placeOf(path, nothing));
  const wanted = await changedEntries();
  const failed = new Set<string>();
  // What is new goes first, the deepest first; then folders, so that files have a place.
  const deepestFirst = wanted.toReversed().toSorted((one, other) => depth(other) - depth(one));
  await each(deepestFirst.filter(goesFirst), ({ path, state }) => removeEntry(placeOf(path, state)));
  await each(wanted.filter(isFolder), (entry) => makeDirectoryEntry(placeFor(entry)));
  await each(wanted, async (entry) => {
    const { before } = entry;
    if (before.type === 'link') writeLinkEntry(placeFor(entry), before.text);
    if (before.type === 'file') await writeBack(placeFor(entry), before);
  });
  for (const { path } of wanted) if (!failed.has(path)) undone.push(path);
  step?.('close');
  // What the system did not let us put back can still be, when there is room or a permission again.
  if (!again) await writeUndoRecord(undo, number, { ...record, state: 'undone' });
  return { target, undone, conflicts };

  /** Those that are as the changes left them. */
  async function changedEntries(): Promise<readonly Changed[]> {
    using reader = openTarget(target, [], slice);
    const changed: Changed[] = [];
    const links = new Set<string>();
    for (const { path, before, after } of record.entries) {
      const found = await reader.state(path);
      // Behind a link that took the place of a folder is nothing of that folder.
      const isOurs = waysTo(path).some((way) => links.has(way));
      const state = found.type === 'blocked' && isOurs ? nothing : found;
      if (state.type === 'link' && isThere(state, after)) links.add(path);
      if (isThere(state, before)) continue;
      // A folder in the place of a file goes in two steps, and a crash may have fallen between them.
      const between = state.type === 'absent' && isTurn(before, after);
      if (isThere(state, after) || between) changed.push({ path, before, state });
      else {
        again ||= state.type === 'blocked';
        conflicts.push({ path, reason: changedSince(state) });
      }
    }
    return changed;
  }

  async function each(
    entries: readonly Changed[],
    act: (entry: Changed) => void | Promise<void>,
  ): Promise<void> {
    for (const entry of entries) {
      if (failed.has(entry.path)) continue;
      try {
        await act(entry);
      } catch (error) {
        if (!(error instanceof EntryMoved) && errorCode(error) === undefined) throw error;
        failed.add(entry.path);
        const holds = errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST';
        again ||= !holds && !(error instanceof EntryMoved);
        conflicts.push({
          path: entry.path,
          reason: holds ? 'it holds something else by now' : plainReason(error),
        });
      }
    }
  }

  function placeFor(entry: Changed): EntryPlace {
    return placeOf(entry.path, goesFirst(entry) ? nothing : entry.state);
  }

  async function writeBack(place: EntryPlace, before: Extract<KeptEntry, { type: 'file' }>): Promise<void> {
    const { stored: name = '', sha256, mode = 0o644, uid, gid } = before;
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    await writeFileEntry(place, {
      mode: 0o666,
      like: { mode, uid: uid ?? own.uid, gid: gid ?? own.gid },
      write: (file) => copyStored(name, sha256, file),
    });
  }

  async function copyStored(name: string, sha256: string, file: number): Promise<void> {
    const kept = join(contents, name);
    const source = openSync(kept, readFlags);
    try {
      const copied = await copyBytes(
        source,
        Number.MAX_SAFE_INTEGER,
        file,
        Buffer.allocUnsafe(chunkBytes),
        slice,
      );
      if (copied.sha256 === sha256) return;
      throw new MassGenError(workspaceErrors.undoDamaged, { detail: `${kept} holds something else by now` });
    } finally {
      closeSync(source);
    }
  }

  function placeOf(path: string, expected: TargetState): EntryPlace {
    return { target, path, temporary: temporaryName(run, path), expected, step };
  }
}

interface Changed {
  readonly path: string;
  readonly before: KeptEntry;
  readonly state: TargetState;
}

const nothing: TargetState = { type: 'absent', folder: true };

function depth({ path }: Changed): number {
  return path.split('/').length;
}

/** It was not there before, or is a folder where a file was, or the other way round. */
function goesFirst({ before, state }: Changed): boolean {
  if (state.type === 'absent') return false;
  return before.type === 'absent' || (before.type === 'directory') !== (state.type === 'directory');
}

function isFolder({ before }: Changed): boolean {
  return before.type === 'directory';
}

function isTurn(before: KeptEntry, after: KeptEntry): boolean {
  if (before.type === 'absent' || after.type === 'absent') return false;
  return (before.type === 'directory') !== (after.type === 'directory');
}

function isThere(state: TargetState, kept: KeptEntry): boolean {
  switch (kept.type) {
    case 'absent':
      return state.type === 'absent';
    case 'directory':
      return state.type === 'directory';
    case 'file':
      return state.type === 'file' && state.sha256 === kept.sha256 && hasMode(state.mode, kept.mode);
    case 'link':
      return state.type === 'link' && state.text === kept.text;
    default:
      return kept satisfies never;
  }
}

/** What makes a file run as somebody else is never put back. */
function hasMode(mode: number, wanted: number | undefined): boolean {
  return wanted === undefined || (mode & 0o777) === (wanted & 0o777);
}

function changedSince(state: TargetState): string {
  if (state.type === 'blocked') return state.reason;
  return state.type === 'absent' ? 'it was deleted since' : 'it was changed since';
}
