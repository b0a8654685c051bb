/**
 * Makes planned changes in a user's folder, one entry after the other, each of them whole. What is replaced or deleted
 * is stored first; it can be done again after a crash, and then only makes what is still missing.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { plainReason } from './plain-reason.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import {
  clearTemporary,
  EntryMoved,
  type EntryPlace,
  makeDirectoryEntry,
  removeEntry,
  writeFileEntry,
  writeLinkEntry,
} from './change-entry.ts';
import type { TreeChange } from './compare-trees.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { keptModes, type ManifestEntry } from './manifest.ts';
import { readFlags } from './open-directory.ts';
import type { PlannedChange } from './plan-changes.ts';
import {
  type FileState,
  isSameStamp,
  openTarget,
  type TargetReader,
  type TargetState,
} from './target-state.ts';
import {
  beginUndo,
  type KeptEntry,
  readUndoRecords,
  type StoredUndo,
  type UndoRecord,
  writeUndoRecord,
} from './undo-record.ts';
import { createWorkSlice, type WorkSlice } from './work-slice.ts';

export interface ApplyOptions {
  readonly run: string;
  /** What is put back together; the one that ended in the middle is gone on with. */
  readonly batch: string;
  /** Absolute, links resolved. */
  readonly target: string;
  /** A directory of ours that holds the files of the new tree at their paths. */
  readonly source: string;
  /** `undo/` of the run. */
  readonly undo: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Spellings of the target's own path. */
  readonly roots: readonly string[];
  /** Make missing directories on the way. Default false. */
  readonly parents?: boolean;
  readonly slice?: WorkSlice;
  /** Told before each step that changes anything; for tests, which end the process there. */
  readonly step?: (what: string) => void;
}

export interface NotApplied {
  readonly path: string;
  readonly reason: string;
}

export interface AppliedChanges {
  readonly applied: readonly TreeChange[];
  /** Paths the folder had as they should be. */
  readonly done: readonly string[];
  /** Changed by somebody else, or not to be changed just now. */
  readonly conflicts: readonly NotApplied[];
  /** No change of an agent is let in there. */
  readonly refused: readonly NotApplied[];
  /** Which undo record has what was there before; absent when nothing was changed. */
  readonly undo?: number;
}

interface Prepared {
  readonly change: TreeChange;
  readonly state: TargetState;
  readonly before: KeptEntry;
}

type Act = (prepared: Prepared) => Promise<void>;

/** Throws storage errors of our own directory, before anything is changed where it can; else the reason is in the result. */
export async function applyChanges(
  planned: readonly PlannedChange[],
  options: ApplyOptions,
): Promise<AppliedChanges> {
  const { run, target, undo, slice = createWorkSlice(), step } = options;
  const open = openRecord();
  const conflicts: NotApplied[] = [];
  const refused: NotApplied[] = [];
  const done: string[] = [];
  const wanted: PlannedChange[] = [];
  for (const each of planned) {
    const { change, verdict } = each;
    const { path } = change;
    if (verdict.type === 'apply') wanted.push(each);
    else if (verdict.type === 'done') done.push(path);
    else if (verdict.type === 'conflict') conflicts.push({ path, reason: verdict.reason });
    else refused.push({ path, reason: verdict.reason });
  }
  for (const path of done) clearTemporary(placeOf(path, nothing));
  if (wanted.length === 0) {
    if (open !== undefined && conflicts.length === 0) await closeRecord(open);
    return { applied: [], done, conflicts, refused };
  }

  const { number, before: stored } = await beginUndo(undo);
  const prepared = await prepare();
  const record: UndoRecord = {
    v: 1,
    run,
    batch: open?.record.batch ?? options.batch,
    target,
    at: new Date(options.now).toISOString(),
    state: 'open',
    entries: prepared.map(({ change, before }) => ({
      path: change.path,
      before,
      after: keptAfter(change.after),
    })),
  };
  step?.('record');
  await writeUndoRecord(undo, number, record);
  const failed = new Set<TreeChange>();
  for (const [act, changes] of inOrder(prepared)) {
    for (const each of changes) if (!failed.has(each.change)) await attempt(act, each);
  }
  step?.('close');
  await closeRecord({ number, record });
  const applied = prepared.map(({ change }) => change).filter((change) => !failed.has(change));
  return { applied, done, conflicts, refused, undo: number };

  /** Stores what will be replaced or deleted. */
  async function prepare(): Promise<readonly Prepared[]> {
    const ready: Prepared[] = [];
    // Not those that are ready: the copy of one that was changed meanwhile stays, too.
    let copies = 0;
    using reader = openTarget(target, options.roots, slice);
    for (const { change, state } of wanted) {
      if (state.type !== 'file') {
        ready.push({ change, state, before: keptBefore(state) });
        continue;
      }
      copies += 1;
      const name = String(copies);
      const copied = await copyAside(change.path, join(stored, name), reader);
      if (copied.type === 'file' && copied.sha256 === state.sha256 && isSameStamp(copied.stamp, state.stamp))
        ready.push({ change, state: copied, before: keptBefore(copied, name) });
      else conflicts.push({ path: change.path, reason: 'it was changed at this moment' });
    }
    return ready;
  }

  async function copyAside(path: string, place: string, reader: TargetReader): Promise<TargetState> {
    const copy = openSync(place, 'wx', 0o600);
    try {
      const state = await reader.copy(path, copy);
      fsyncSync(copy);
      return state;
    } catch (error) {
      throw storageError(error, `storing what is replaced in ${place}`);
    } finally {
      closeSync(copy);
    }
  }

  /** What cannot be changed stays as it was, and is told. */
  async function attempt(act: Act, each: Prepared): Promise<void> {
    try {
      await act(each);
    } catch (error) {
      if (!(error instanceof EntryMoved) && errorCode(error) === undefined) throw error;
      failed.add(each.change);
      conflicts.push({ path: each.change.path, reason: whyNot(error) });
    }
  }

  function placeOf(path: string, expected: TargetState): EntryPlace {
    const { parents = false } = options;
    return { target, path, temporary: temporaryName(run, path), expected, parents, step };
  }

  /** The steps in an order in which a crash loses nothing: what is new first, what goes last. */
  function inOrder(all: readonly Prepared[]): readonly (readonly [Act, readonly Prepared[]])[] {
    const turned = all.filter(({ change, state }) => isTurned(state, change.after));
    const inTheWay = (each: Prepared): boolean =>
      turned.some(
        ({ change }) => each.change.path === change.path || each.change.path.startsWith(`${change.path}/`),
      );
    const goes = all.filter(({ change: { after }, state }) => after === undefined && state.type !== 'absent');
    const makes = all.filter(({ change }) => change.after?.kind === 'directory');
    const writes = all.filter(
      ({ change }) => change.after !== undefined && change.after.kind !== 'directory',
    );
    const deepestFirst = [...goes, ...turned]
      .toReversed()
      .toSorted((one, other) => depth(other) - depth(one));
    return [
      [remove, deepestFirst.filter(inTheWay)],
      [make, makes],
      [write, writes],
      [remove, deepestFirst.filter((each) => !inTheWay(each))],
    ];
  }

  async function remove({ change, state }: Prepared): Promise<void> {
    await slice.spend(1);
    removeEntry(placeOf(change.path, state));
  }

  async function make({ change, state }: Prepared): Promise<void> {
    await slice.spend(1);
    makeDirectoryEntry(placeOf(change.path, isTurned(state, change.after) ? nothing : state));
  }

  async function write({ change, state }: Prepared): Promise<void> {
    const { path, before, after } = change;
    const expected = isTurned(state, after) ? nothing : state;
    const place = placeOf(path, expected);
    if (after?.kind === 'link') writeLinkEntry(place, after.link);
    if (after?.kind !== 'file') return;
    const executable = after.mode === keptModes.executable;
    const turns = before?.kind !== 'file' || before.mode !== after.mode;
    await writeFileEntry(place, {
      mode: executable ? 0o777 : 0o666,
      like:
        expected.type === 'file'
          ? { ...expected, mode: turns ? bits(expected, executable) : expected.mode }
          : undefined,
      write: (file) => copyIn(path, after.sha256, file),
    });
  }

  async function copyIn(path: string, sha256: string, file: number): Promise<void> {
    const source = openSync(join(options.source, path), readFlags);
    try {
      const buffer = Buffer.allocUnsafe(chunkBytes);
      const copied = await copyBytes(source, Number.MAX_SAFE_INTEGER, file, buffer, slice);
      if (copied.sha256 === sha256) return;
      throw new MassGenError(workspaceErrors.snapshotDamaged, { detail: `the copy of ${path} is another` });
    } finally {
      closeSync(source);
    }
  }

  /** Of the last time in this folder, when it ended in the middle. */
  function openRecord(): StoredUndo | undefined {
    const last = readUndoRecords(undo).findLast(({ record: each }) => each.target === target);
    return last?.record.state === 'open' ? last : undefined;
  }

  async function closeRecord({ number: which, record: whole }: StoredUndo): Promise<void> {
    try {
      await writeUndoRecord(undo, which, { ...whole, state: 'done' });
    } catch (error) {
      // All it speaks of is made and can be put back: that it looks unfinished means one more look at it.
      if (!MassGenError.isInstance(error)) throw error;
    }
  }
}

/** The same each time, so that what a crash left is found again. */
export function temporaryName(run: string, path: string): string {
  return `.massgen-${hash('sha256', `${run}\0${path}`).slice(0, 16)}.tmp`;
}

const nothing: TargetState = { type: 'absent', folder: true };

/** A folder where a file is, or the other way round: what is there has to go first. */
function isTurned(state: TargetState, after: ManifestEntry | undefined): boolean {
  if (state.type === 'absent' || after === undefined) return false;
  return (state.type === 'directory') !== (after.kind === 'directory');
}

function depth({ change }: Prepared): number {
  return change.path.split('/').length;
}

function bits({ mode }: FileState, executable: boolean): number {
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}

function keptBefore(state: TargetState, stored?: string): KeptEntry {
  switch (state.type) {
    case 'file': {
      const { sha256, mode, uid, gid } = state;
      return { type: 'file', sha256, mode, uid, gid, ...(stored === undefined ? {} : { stored }) };
    }
    case 'link':
      return { type: 'link', text: state.text };
    case 'directory':
      return { type: 'directory' };
    case 'absent':
    case 'blocked':
      return { type: 'absent' };
    default:
      return state satisfies never;
  }
}

function keptAfter(entry: ManifestEntry | undefined): KeptEntry {
  switch (entry?.kind) {
    case undefined:
      return { type: 'absent' };
    case 'directory':
      return { type: 'directory' };
    case 'file':
      return { type: 'file', sha256: entry.sha256 };
    case 'link':
      return { type: 'link', text: entry.link };
    default:
      return entry satisfies never;
  }
}

function whyNot(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOTEMPTY':
    case 'EEXIST':
      return 'it is not empty';
    case 'ENOENT':
      return 'its folder is gone';
    case 'ENOTDIR':
    case 'ELOOP':
      return 'a link or a file is on the way to it';
    default:
      return plainReason(error);
  }
}
