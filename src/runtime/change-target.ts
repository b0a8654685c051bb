/**
 * A folder of the user in which changes of a run are to be made: what they are, how they stand to what is there now,
 * and making them. One process at a time changes a folder.
 */
import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import type { Clock } from '../events/clock.ts';
import { withLock } from '../journal/file-lock.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { applyChanges, type AppliedChanges, type NotApplied } from '../workspace/apply-changes.ts';
import { compareTrees, type TreeChange } from '../workspace/compare-trees.ts';
import { copiedEntries } from '../workspace/copied-entries.ts';
import type { PathGuard } from '../workspace/guarded-paths.ts';
import type { Manifest, ManifestEntry } from '../workspace/manifest.ts';
import { planChanges, waysTo, type PlannedChange } from '../workspace/plan-changes.ts';
import type { SnapshotStore } from '../workspace/snapshot-store.ts';
import { createWorkSlice } from '../workspace/work-slice.ts';

export type ChangeStore = Pick<SnapshotStore, 'manifest' | 'materialize'>;

export interface ChangeTarget {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** The name of the one file in it that this is about; absent for all of it. */
  readonly only?: string;
  /** What the changes are measured against. */
  readonly base: readonly ManifestEntry[];
  /** What they lead to. */
  readonly snapshot: string;
  readonly guard: PathGuard;
}

export interface TargetPlan {
  readonly planned: readonly PlannedChange[];
  /** Made by the agent where copies have nothing, such as a new `.git`, a pipe, or a link that leads out. */
  readonly left: readonly NotApplied[];
}

export interface ApplyTargetOptions {
  readonly directory: RunDirectory;
  readonly clock: Clock;
  /** What is put back together. */
  readonly batch: string;
  /** Overwrite what somebody else changed. Default false. */
  readonly force?: boolean;
}

/** How long another process may take with the same folder, in milliseconds. */
const patienceMs = 60_000;

/** The changes themselves, whatever the folder holds now. Throws what the store throws. */
export async function changesOf(
  store: ChangeStore,
  { base, snapshot, only }: Pick<ChangeTarget, 'base' | 'snapshot' | 'only'>,
): Promise<readonly TreeChange[]> {
  const manifest = await store.manifest(snapshot);
  const unseen = new Set(uncopied(manifest).map(({ path }) => path));
  // Something is there that could not be copied: that is no deletion.
  const isUnseen = (path: string): boolean => [path, ...waysTo(path)].some((way) => unseen.has(way));
  const changes = compareTrees(copiedEntries(base), copiedEntries(manifest.entries)).filter(
    ({ path, after }) => after !== undefined || !isUnseen(path),
  );
  return only === undefined ? changes : changes.filter(({ path }) => path === only);
}

/** What is there, but not in copies, though nobody asked to leave it out. */
function uncopied({ entries, skipped }: Pick<Manifest, 'entries' | 'skipped'>): readonly NotApplied[] {
  const copied = copiedEntries(entries);
  const whole = new Set(copied.filter(({ kind }) => kind !== 'directory').map(({ path }) => path));
  const links = entries.filter(({ kind, path }) => kind === 'link' && !whole.has(path));
  const reasons = new Map(links.map(({ path }) => [path, 'it is a link that leads out']));
  for (const { path, reason } of skipped) if (!whole.has(path)) reasons.set(path, reason);
  return [...reasons].map(([path, reason]) => ({ path, reason: `cannot be taken over: ${reason}` }));
}

/** Looks only. Throws what the store throws, and a storage error when the folder cannot be opened. */
export async function planTarget(
  store: ChangeStore,
  target: ChangeTarget,
  force = false,
): Promise<TargetPlan> {
  const { folder, only, snapshot, guard } = target;
  const changes = await changesOf(store, target);
  const manifest = await store.manifest(snapshot);
  try {
    const planned = await planChanges(folder, changes, {
      guard,
      force,
      roots: [folder],
      slice: createWorkSlice(),
    });
    const left = manifest.excluded.map((path) => ({ path, reason: 'is left out of copies' }));
    const all = [...left, ...uncopied(manifest)];
    return { planned, left: only === undefined ? all : all.filter(({ path }) => path === only) };
  } catch (error) {
    throw targetError(error, folder, `looking at ${folder}`);
  }
}

/** The caller holds the lock of the run. Throws as `planTarget` and `applyChanges` do, and `lockHeld`. */
export async function applyTarget(
  store: ChangeStore,
  target: ChangeTarget,
  { directory, clock, batch, force = false }: ApplyTargetOptions,
): Promise<AppliedChanges> {
  const { folder, snapshot } = target;
  return withLock(await lockOf(directory, folder), apply, { clock, waitMs: patienceMs });

  async function apply(): Promise<AppliedChanges> {
    const { planned, left } = await planTarget(store, target, force);
    const source = join(directory.path, 'applying');
    // What a crash left: a copy of ours, made again at once.
    await rm(source, { recursive: true, force: true });
    try {
      await store.materialize(snapshot, source, { only: filesToWrite(planned) });
      const applied = await applyChanges(planned, {
        run: directory.id,
        batch,
        target: folder,
        source,
        undo: directory.undo,
        now: clock.now(),
        roots: [folder],
        parents: force,
      });
      return { ...applied, refused: [...applied.refused, ...left] };
    } finally {
      await rm(source, { recursive: true, force: true });
    }
  }
}

/** What went wrong with a folder of the user, as an error of ours. */
export function targetError(error: unknown, folder: string, doing: string): MassGenError {
  const code = errorCode(error);
  if (code === undefined || !unusable.has(code)) return storageError(error, doing);
  return new MassGenError(workspaceErrors.targetUnusable, {
    detail: `${folder}: ${errorMessage(error)}`,
    cause: error,
  });
}

/** It is gone, is no folder any more, or nobody lets us in. */
const unusable: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM']);

function filesToWrite(planned: readonly PlannedChange[]): ReadonlySet<string> {
  return new Set(
    planned.flatMap(({ change: { path, after }, verdict }) =>
      verdict.type === 'apply' && after?.kind === 'file' ? [path] : [],
    ),
  );
}

async function lockOf(directory: RunDirectory, folder: string): Promise<string> {
  const locks = join(dirname(directory.path), '.locks');
  try {
    await makePrivateDirectory(locks);
  } catch (error) {
    throw storageError(error, `making ${locks}`);
  }
  return join(locks, `${hash('sha256', folder).slice(0, 32)}.lock`);
}
