/** The directories that MassGen made or was handed over, as people are told of them. Looks only. */
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorCode } from '../journal/storage-error.ts';
import { identityOf, isSameDirectory } from './directory-identity.ts';
import type { WorkspaceContext } from './prepare-workspaces.ts';
import { walkTree } from './walk-tree.ts';
import { createWorkSlice } from './work-slice.ts';
import type { RegisteredWorkspace } from './workspace-registry.ts';

export interface TreeSize {
  readonly files: number;
  readonly bytes: number;
}

export interface WorkspaceArchive {
  /** The time its content was moved there. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Absent when it is too large to be counted or cannot be read. */
  readonly size?: TreeSize;
}

export interface WorkspaceListing {
  /** Absolute, links resolved. */
  readonly path: string;
  /** `held`: a run works in it at this moment; `replaced`: something else is at its path now. */
  readonly state: 'idle' | 'held' | 'missing' | 'replaced';
  /** The run that used it last; absent when none has. */
  readonly run?: string;
  /** Absent when it is not there, is too large to be counted or cannot be read. */
  readonly size?: TreeSize;
  /** Oldest first. */
  readonly archives: readonly WorkspaceArchive[];
}

const mostEntries = 500_000;

/** By path. Throws `lockHeld` and storage errors. */
export async function listWorkspaces({
  registry,
  isRunLive,
}: Pick<WorkspaceContext, 'registry' | 'isRunLive'>): Promise<readonly WorkspaceListing[]> {
  const registered = await registry.update((list) => list.all());
  const listings: WorkspaceListing[] = [];
  for (const entry of registered.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
    const { path, run } = entry;
    const state = await stateOf(entry, isRunLive);
    const size = state === 'idle' || state === 'held' ? await sizeOf(path) : undefined;
    listings.push({
      path,
      state,
      ...(run === undefined ? {} : { run }),
      ...(size === undefined ? {} : { size }),
      archives: await archivesWithSizes(path),
    });
  }
  return listings;
}

async function stateOf(
  entry: RegisteredWorkspace,
  isRunLive: WorkspaceContext['isRunLive'],
): Promise<WorkspaceListing['state']> {
  try {
    if (!isSameDirectory(entry, identityOf(entry.path))) return 'replaced';
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 'missing';
  }
  return entry.run !== undefined && (await isRunLive(entry.run)) ? 'held' : 'idle';
}

/** Where the contents of workspaces in the same folder are moved to. */
export function archivesBeside(workspace: string): string {
  return join(dirname(workspace), '.massgen-archive');
}

/** Where the content of a workspace is moved to. */
export function archiveRoot(workspace: string): string {
  return join(archivesBeside(workspace), basename(workspace));
}

/** Names of the archives of a workspace, oldest first. */
export function archiveNames(workspace: string): readonly string[] {
  const root = archiveRoot(workspace);
  try {
    return readdirSync(root)
      .filter((name) => lstatSync(join(root, name)).isDirectory())
      .toSorted(byTime);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

/** `20260101T120000Z`, and with `_2` behind where a second one was made in the same second. */
function byTime(one: string, other: string): number {
  const [time = '', number = '1'] = one.split('_');
  const [otherTime = '', otherNumber = '1'] = other.split('_');
  if (time !== otherTime) return time < otherTime ? -1 : 1;
  return Number(number) - Number(otherNumber);
}

async function archivesWithSizes(workspace: string): Promise<readonly WorkspaceArchive[]> {
  const archives: WorkspaceArchive[] = [];
  for (const name of archiveNames(workspace)) {
    const path = join(archiveRoot(workspace), name);
    const size = await sizeOf(path);
    archives.push({ name, path, ...(size === undefined ? {} : { size }) });
  }
  return archives;
}

async function sizeOf(path: string): Promise<TreeSize | undefined> {
  let files = 0;
  let bytes = 0;
  try {
    await walkTree(
      path,
      ({ kind, stat }) => {
        if (kind !== 'file') return;
        files += 1;
        bytes += Number(stat.size);
      },
      { slice: createWorkSlice(), excludes: new Set(), maxEntries: mostEntries, maxDepth: 256 },
    );
    return { files, bytes };
  } catch (error) {
    if (!MassGenError.isInstance(error) && errorCode(error) === undefined) throw error;
    return undefined;
  }
}
