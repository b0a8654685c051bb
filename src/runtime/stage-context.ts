/**
 * Copies of the user's files: one of a single file, for agents to read, and those that the final turn may change. A copy
 * is complete before it has its name. What an interrupted turn left in one is moved aside, never deleted.
 */
import { closeSync, constants, fsyncSync, openSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { isWithin } from '../policy/protected-paths.ts';
import { scanTree } from '../workspace/change-detector.ts';
import { createContentSnapshotStore } from '../workspace/content-snapshot-store.ts';
import { chunkBytes, copyBytes } from '../workspace/copy-bytes.ts';
import { defaultExcludes } from '../workspace/default-excludes.ts';
import { readFlags } from '../workspace/open-directory.ts';
import { defaultLimits } from '../workspace/snapshot-limits.ts';
import type { PublishedSnapshot, SnapshotStore } from '../workspace/snapshot-store.ts';
import { createWorkSlice } from '../workspace/work-slice.ts';
import type { Aside, ContextPath } from './context-paths.ts';

type StagedEvent = Extract<DurableEventBody, { readonly type: 'context.staged' }>;

/** Names that copies of a user's folder are made without. */
export const copyExcludes: ReadonlySet<string> = new Set([...defaultExcludes, '.massgen-archive']);

const longestList = 100;

/**
 * What the copy of a folder is made without, beside the usual names: names of the config, and, with a `/` before, paths
 * in it of what is not the user's, such as runs and workspaces.
 */
export function leftOut({ path, kind }: ContextPath, { places, names }: Aside): readonly string[] {
  if (kind === 'file') return [];
  const inside = places.filter((place) => place !== path && isWithin(place, path));
  return [...new Set([...names, ...inside.map((place) => `/${relative(path, place)}`)])];
}

/** The store for copies that are made without these names and paths. */
export function contextStore(directory: RunDirectory, left: readonly string[]): SnapshotStore {
  return createContentSnapshotStore({
    directory: directory.store,
    excludes: new Set([...copyExcludes, ...left]),
  });
}

/** @throws MassGenError before anything is spent on a run whose final turn could get no copy. */
export async function refuseTooLarge(context: ContextPath, left: readonly string[]): Promise<void> {
  const { path, kind } = context;
  const { maxBytes } = defaultLimits;
  let bytes = 0;
  if (kind === 'file') bytes = (await stat(path)).size;
  else {
    const options = { slice: createWorkSlice(), excludes: new Set([...copyExcludes, ...left]) };
    try {
      await scanTree(path, {
        ...options,
        limits: defaultLimits,
        entry: (entry) => {
          if (entry.kind === 'file') bytes += entry.size;
          return entry;
        },
      });
    } catch (error) {
      throw tooLarge(
        MassGenError.isInstance(error) ? error.message : storageError(error, `looking at ${path}`).message,
      );
    }
  }
  if (bytes > maxBytes) throw tooLarge(`${path} has more than ${maxBytes} bytes`);
}

function tooLarge(detail: string): MassGenError {
  return new MassGenError(runErrors.contextPathUnusable, {
    detail,
    hint: 'A writable context path is copied for the final turn. Name a smaller folder in it, or let agents only read it.',
  });
}

/** Makes the copy that agents read of a single file, if it is not there yet. Returns its path. */
export async function showFile(directory: RunDirectory, { number, path }: ContextPath): Promise<string> {
  const folder = join(directory.context, String(number));
  const copy = join(folder, basename(path));
  const fresh = `${folder}.tmp`;
  try {
    await makePrivateDirectory(folder);
    if ((await readdir(folder)).length > 0) return copy;
    await rm(fresh, { force: true });
    await copyFileTo(path, fresh);
    await rename(fresh, copy);
    return copy;
  } catch (error) {
    throw storageError(error, `copying ${path}`);
  }
}

export interface StageOptions {
  readonly directory: RunDirectory;
  readonly store: SnapshotStore;
  readonly context: ContextPath;
  readonly left: readonly string[];
  /** Where the agent may find copies; exists. */
  readonly root: string;
  readonly agent: string;
  readonly turn: number;
  readonly signal?: AbortSignal;
}

/** Throws storage errors, those of the store, and the signal's reason. */
export async function stageContext(options: StageOptions): Promise<StagedEvent> {
  const { directory, store, context, left, root, agent, turn, signal } = options;
  const { number, path, kind, protectedPaths } = context;
  const folder = join(root, String(number));
  await setAside(folder, directory);
  const { id, manifest } = await (kind === 'folder' ? publish(path) : publishFile());
  await store.materialize(id, folder, { signal });
  return {
    type: 'context.staged',
    agent,
    turn,
    path,
    kind,
    place: kind === 'folder' ? folder : join(folder, basename(path)),
    snapshot: id,
    files: manifest.totals.files,
    bytes: manifest.totals.bytes,
    protected: protectedPaths,
    left,
    skipped: manifest.skipped.slice(0, longestList),
  };

  async function publish(source: string): Promise<PublishedSnapshot> {
    const published = await store.publish(source, { signal });
    await store.secure();
    return published;
  }

  /** A snapshot is of a folder, so the file is alone in one. */
  async function publishFile(): Promise<PublishedSnapshot> {
    const scratch = join(directory.path, 'staging', String(number));
    await rm(scratch, { recursive: true, force: true });
    try {
      await makePrivateDirectory(scratch);
      await copyFileTo(path, join(scratch, basename(path)));
      return await publish(scratch);
    } catch (error) {
      throw storageError(error, `copying ${path}`);
    } finally {
      await rm(dirname(scratch), { recursive: true, force: true });
    }
  }
}

/** Work of a turn that did not come to its end is nobody's base, but nobody's to delete either. */
async function setAside(folder: string, { path }: RunDirectory): Promise<void> {
  const aside = join(path, 'staged_before');
  try {
    await stat(folder);
    await mkdir(aside, { recursive: true, mode: 0o700 });
    const taken = (await readdir(aside)).length;
    await rename(folder, join(aside, `${taken + 1}-${basename(dirname(folder))}-${basename(folder)}`));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw storageError(error, `moving ${folder} aside`);
  }
}

/** Follows no link. Throws the error of the system, `EEXIST` when something is there. */
async function copyFileTo(path: string, copy: string): Promise<void> {
  const source = openSync(path, readFlags);
  try {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const target = openSync(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await copyBytes(
        source,
        defaultLimits.maxBytes,
        target,
        Buffer.allocUnsafe(chunkBytes),
        createWorkSlice(),
      );
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
