/**
 * What a run that has ended would change in files of the user, making it, and putting it back: for people who decide
 * afterwards. Nothing here starts an agent or a server.
 */
import { mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { EventRecorder } from '../journal/event-recorder.ts';
import { createFileBlobStore } from '../journal/file-blob-store.ts';
import { acquireLock } from '../journal/file-lock.ts';
import { readJournal } from '../journal/read-journal.ts';
import { resumeJournal } from '../journal/resume-journal.ts';
import { openRunDirectory, type RunDirectory } from '../journal/run-directory.ts';
import { errorCode } from '../journal/storage-error.ts';
import { isWithin } from '../policy/protected-paths.ts';
import type { NotApplied } from '../workspace/apply-changes.ts';
import { changeKind, shownPath } from '../workspace/compare-trees.ts';
import { guardPaths } from '../workspace/guarded-paths.ts';
import { makeDirectory } from '../workspace/make-directory.ts';
import { undoChanges, type UndoneChanges } from '../workspace/undo-changes.ts';
import { readUndoRecords, type StoredUndo } from '../workspace/undo-record.ts';
import {
  applyTarget,
  planTarget,
  targetError,
  type ChangeStore,
  type ChangeTarget,
} from './change-target.ts';
import { describeChanges, type ProposedChange } from './describe-changes.ts';
import { homeOf, type RuntimeParts } from './runtime-parts.ts';
import { contextStore, copyExcludes } from './stage-context.ts';
import { stagedContexts } from './staged-context.ts';
import { appliedEvent, cutList } from './user-files.ts';

export interface ChangesOptions {
  /** Take the files of the answer over into this folder. Default: changes of writable context paths. */
  readonly directory?: string;
}

export interface ApplyRunOptions extends ChangesOptions {
  /** Overwrite what somebody else changed. Default false. */
  readonly force?: boolean;
}

/** What a run would change at one place. */
export interface ChangesAt {
  /** The file or folder, absolute. */
  readonly path: string;
  /** Those that the folder has already are left out. */
  readonly changes: readonly ProposedChange[];
}

export interface AppliedAt {
  readonly path: string;
  /** Relative paths, with what was done to each. */
  readonly applied: readonly { readonly path: string; readonly kind: ReturnType<typeof changeKind> }[];
  readonly conflicts: readonly NotApplied[];
  readonly refused: readonly NotApplied[];
}

export interface OfRun<T> {
  readonly run: string;
  readonly places: readonly T[];
}

interface Place {
  readonly path: string;
  readonly target: ChangeTarget;
  readonly store: ChangeStore;
}

/** Looks only. @throws MassGenError when there is nothing that could be changed. */
export async function changesOfRun(
  parts: RuntimeParts,
  run: string,
  { directory: folder }: ChangesOptions,
): Promise<OfRun<ChangesAt>> {
  const directory = await openRunDirectory(resolve(parts.logsDirectory, run));
  const { events } = await readJournal(directory.journal, createFileBlobStore(directory.store));
  const scratch = await mkdtemp(join(directory.path, '.looking-'));
  try {
    const found = await placesOf(parts, directory, events, folder, () => emptyFolder(scratch));
    const places: ChangesAt[] = [];
    for (const [index, { path, target, store }] of found.entries()) {
      const { planned, left } = await planTarget(store, target);
      const place = join(scratch, `${index}`);
      await mkdir(place);
      const changes = await describeChanges(planned, { store, target, scratch: place });
      const refused = left.map((each): ProposedChange => ({ ...each, kind: 'added', state: 'refused' }));
      places.push({ path, changes: [...changes, ...refused] });
    }
    return { run: directory.id, places };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @throws MassGenError when there is nothing to apply, or a process works on the run or the folder. */
export function applyRun(
  parts: RuntimeParts,
  run: string,
  { directory: folder, force = false }: ApplyRunOptions,
): Promise<OfRun<AppliedAt>> {
  return inRun(parts, run, async (directory, events, append) => {
    const made = async (path: string): Promise<string> => {
      makeDirectory(path);
      return path;
    };
    const batch = `command at ${new Date(parts.clock.now()).toISOString()}`;
    const places: AppliedAt[] = [];
    for (const { path, target, store } of await placesOf(parts, directory, events, folder, made)) {
      const outcome = await applyTarget(store, target, { directory, clock: parts.clock, batch, force });
      const { undo } = outcome;
      await append({
        ...appliedEvent(path, target.snapshot, outcome),
        ...(undo === undefined ? {} : { undo }),
        by: 'command',
      });
      const { applied, conflicts, refused } = outcome;
      const named = applied.map((change) => ({ path: shownPath(change), kind: changeKind(change) }));
      places.push({ path, applied: named, conflicts, refused });
    }
    return places;
  });
}

/** Puts back what was changed last. @throws MassGenError when there is nothing to put back. */
export function undoRun(parts: RuntimeParts, run: string): Promise<OfRun<UndoneChanges>> {
  return inRun(parts, run, async (directory, _, append) => {
    const records = readUndoRecords(directory.undo);
    const last = records.findLast(({ record }) => record.state !== 'undone');
    if (last === undefined) throw new MassGenError(workspaceErrors.nothingToUndo, { detail: directory.id });
    const together = records.filter(({ record }) => isOfBatch(record, last)).toReversed();
    const places: UndoneChanges[] = [];
    for (const stored of together) {
      const outcome = await undoOne(directory, stored);
      const { target, undone, conflicts } = outcome;
      await append({
        type: 'changes.undone',
        path: target,
        undone: cutList(undone),
        conflicts: cutList(conflicts),
        cut: cutList(undone) !== undone || cutList(conflicts) !== conflicts,
      });
      places.push(outcome);
    }
    return places;
  });
}

function isOfBatch({ batch, state }: StoredUndo['record'], { record }: StoredUndo): boolean {
  return state !== 'undone' && batch === record.batch;
}

async function undoOne(directory: RunDirectory, stored: StoredUndo): Promise<UndoneChanges> {
  try {
    return await undoChanges(stored, { undo: directory.undo });
  } catch (error) {
    const { target } = stored.record;
    throw targetError(error, target, `putting back what was in ${target}`);
  }
}

/** Holds the run, and adds to its journal. */
async function inRun<T>(
  parts: RuntimeParts,
  run: string,
  action: (
    directory: RunDirectory,
    events: readonly DurableEvent[],
    append: (event: DurableEventBody) => Promise<void>,
  ) => Promise<readonly T[]>,
): Promise<OfRun<T>> {
  const directory = await openRunDirectory(resolve(parts.logsDirectory, run));
  const lock = acquireLock(directory.lock);
  if (lock === undefined) throw new MassGenError(runErrors.runHeld, { detail: directory.id });
  try {
    const { journal, events } = await resumeJournal({
      path: directory.journal,
      run: directory.id,
      clock: parts.clock,
      blobs: createFileBlobStore(directory.store),
      // Whoever appends hears of it.
      onFailure: () => undefined,
      ...(parts.journalFiles === undefined ? {} : { files: parts.journalFiles }),
    });
    try {
      const recorder = new EventRecorder({ journal, clock: parts.clock, onListenerError: () => undefined });
      const append = async (event: DurableEventBody): Promise<void> => {
        await recorder.append([event]).durable;
      };
      return { run: directory.id, places: await action(directory, events, append) };
    } finally {
      await journal.close();
    }
  } finally {
    lock.release();
  }
}

async function placesOf(
  parts: RuntimeParts,
  directory: RunDirectory,
  events: readonly DurableEvent[],
  folder: string | undefined,
  missing: (path: string) => Promise<string>,
): Promise<readonly Place[]> {
  const logs = dirname(directory.path);
  if (folder !== undefined) {
    const snapshot = events.findLast((event) => event.type === 'presentation.finished')?.snapshot;
    if (snapshot === undefined) throw nothing(directory, 'it has no final answer with files in a workspace');
    const { path, place } = await targetFolder(parts, folder, logs, missing);
    const left = isWithin(logs, path) ? [`/${relative(path, logs)}`] : [];
    const guard = guardPaths({ protectedPaths: [], excludes: new Set([...copyExcludes, ...left]) });
    return [
      { path, target: { folder: place, base: [], snapshot, guard }, store: contextStore(directory, left) },
    ];
  }
  const changed = stagedContexts(events).all();
  const places: Place[] = [];
  for (const { staged, changed: change } of changed) {
    if (change === undefined) continue;
    const { path, kind, left, protected: protectedPaths } = staged;
    const store = contextStore(directory, left);
    const { entries } = await store.manifest(staged.snapshot);
    const target: ChangeTarget = {
      folder: kind === 'file' ? dirname(path) : path,
      ...(kind === 'file' ? { only: basename(path) } : {}),
      base: entries,
      snapshot: change.snapshot,
      guard: guardPaths({ protectedPaths, excludes: new Set([...copyExcludes, ...left]) }),
    };
    places.push({ path, target, store });
  }
  if (places.length > 0) return places;
  if (changed.some(({ settled }) => settled !== undefined))
    throw nothing(
      directory,
      `what its final turn did could not be recorded; the copy is in ${directory.staged}`,
    );
  if (changed.length > 0)
    throw nothing(directory, 'it has not ended yet; take it up with "massgen runs resume"');
  throw nothing(directory);
}

function nothing({ id }: RunDirectory, why?: string): MassGenError {
  return new MassGenError(workspaceErrors.nothingToApply, {
    detail: why === undefined ? id : `${id}: ${why}`,
  });
}

/** `place` is where it is looked at: another one, empty, for a folder that is missing and stays so. */
async function targetFolder(
  parts: RuntimeParts,
  folder: string,
  logs: string,
  missing: (path: string) => Promise<string>,
): Promise<{ readonly path: string; readonly place: string }> {
  const path = resolve(parts.cwd, folder);
  const refuse = (problem: string, cause?: unknown): MassGenError =>
    new MassGenError(workspaceErrors.targetUnusable, { detail: `${path}: ${problem}`, cause });
  // Else a variable of a shell that is not set would be the folder one is in.
  if (folder === '') throw refuse('its name is empty');
  let real: string;
  try {
    real = await realpath(path);
    if (!(await stat(real)).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw refuse(errorMessage(error), error);
    if (isWithin(path, logs)) throw refuse('it is in the directory for runs');
    try {
      return { path, place: await realpath(await missing(path)) };
    } catch (problem) {
      throw refuse(
        MassGenError.isInstance(problem) ? errorMessage(problem.cause) : errorMessage(problem),
        problem,
      );
    }
  }
  if (isWithin(real, await realpath(logs))) throw refuse('it is in the directory for runs');
  // There, files with certain names are run without a word: a shell's profile, keys that let others in.
  const home = homeOf(parts);
  if (isWithin(await realpath(home).catch(() => home), real))
    throw refuse('it is your home directory, or one above it');
  return { path: real, place: real };
}

async function emptyFolder(scratch: string): Promise<string> {
  const path = join(scratch, 'missing');
  await mkdir(path);
  return path;
}
