/**
 * Keeps the folders of v0.0.15 for people and old scripts: `snapshot_storage/<agent>` holds a copy of the agent's
 * newest snapshot, `agent_temporary_workspace/<agent>/<alias>` leads to the newest view of each peer. The program
 * never reads them. Whatever is in the way and not made here stays; the run goes on all the same.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorCode } from '../journal/storage-error.ts';
import { isWithin } from '../policy/protected-paths.ts';
import { archiveContent } from './archive-content.ts';
import { diffScans, scanWorkspace, type WorkspaceScan } from './change-detector.ts';
import { checkWorkspace } from './check-workspace.ts';
import { resolvePlaces } from './known-places.ts';
import { makeDirectory } from './make-directory.ts';
import { isPlainName } from './manifest.ts';
import type { WorkspaceContext } from './prepare-workspaces.ts';
import { removeTree } from './remove-tree.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';

export interface LegacyFoldersOptions extends WorkspaceContext {
  readonly store: Pick<SnapshotStore, 'materialize'>;
  /** Absolute; absent when not configured. */
  readonly snapshotStorage?: string;
  /** Absolute; absent when not configured. */
  readonly agentTemporaryWorkspace?: string;
  /** Ids of all agents of the run. */
  readonly agents: readonly string[];
  /** Real paths of the agents' workspaces: no folder may lie in or around them. */
  readonly workspaces: readonly string[];
}

export interface NewFiles {
  /** Id and alias of the author. */
  readonly agent: string;
  readonly alias: string;
  readonly snapshot: string;
  /** Absolute path of the view of this answer. */
  readonly view: string;
}

export interface LegacyFolders {
  /** Never rejects: what could not be done is told. One call is carried out at a time. */
  show(files: NewFiles): Promise<readonly WorkspaceWarning[]>;
}

export function createLegacyFolders(options: LegacyFoldersOptions): LegacyFolders {
  const { registry, run, clock, store, snapshotStorage, agentTemporaryWorkspace, agents } = options;
  const logs = resolvePlaces(options.places).logs;
  /** What each copy looked like when it was made here: as long as it does, nobody else has put anything in it. */
  const made = new Map<string, WorkspaceScan>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    show(files) {
      const shown = last.then(async () => [
        ...(snapshotStorage === undefined ? [] : await attempt(() => copyTo(snapshotStorage, files))),
        ...(agentTemporaryWorkspace === undefined
          ? []
          : await attempt(() => linkIn(agentTemporaryWorkspace, files))),
      ]);
      last = shown;
      return shown;
    },
  };

  async function copyTo(folder: string, { agent, snapshot }: NewFiles): Promise<void> {
    const root = await claim(folder);
    const target = inFolder(root, agent);
    await registry.update(async (list) => {
      const stat = lstatSync(target, { throwIfNoEntry: false });
      if (stat === undefined) return;
      if (!stat.isDirectory() || list.ours(target) === undefined) throw notOurs(target);
      if (await removeUnchanged(target, made.get(target))) return;
      archiveContent(target, clock.now());
      rmdirSync(target);
    });
    await store.materialize(snapshot, target);
    made.set(target, await scanWorkspace(target, new Set()));
    await registry.update((list) => list.put(target, run));
  }

  async function linkIn(folder: string, { alias, view }: NewFiles): Promise<void> {
    const root = await claim(folder);
    for (const reader of agents) {
      const own = inFolder(root, reader);
      if (lstatSync(own, { throwIfNoEntry: false }) === undefined) mkdirSync(own);
      const link = inFolder(own, alias);
      if (!lstatSync(own).isDirectory() || !isFreeOrLinkInto(logs, link)) throw notOurs(link);
      const scratch = mkdtempSync(join(own, '.massgen-tmp-'));
      try {
        symlinkSync(view, join(scratch, 'link'));
        renameSync(join(scratch, 'link'), link);
      } finally {
        await removeTree(scratch);
      }
    }
  }

  /** The real path of a folder that is ours now: made before or just now, or empty until now. */
  function claim(folder: string): Promise<string> {
    return registry.update(async (list) => {
      const isRunLive: WorkspaceContext['isRunLive'] = (id) => id !== run && options.isRunLive(id);
      const rules = { list, places: resolvePlaces(options.places), mode: 'fresh', run, isRunLive } as const;
      const checked = await checkWorkspace(folder, undefined, rules);
      if (MassGenError.isInstance(checked)) throw notOurs(checked.message);
      const { path, exists } = checked;
      const overlaps = options.workspaces.find((each) => isWithin(each, path) || isWithin(path, each));
      if (overlaps !== undefined) throw notOurs(`${path} overlaps the workspace ${overlaps}`);
      if (!exists) makeDirectory(path);
      if (list.ours(path)?.run !== run) list.put(path, run);
      return path;
    });
  }
}

async function attempt(action: () => Promise<void>): Promise<readonly WorkspaceWarning[]> {
  try {
    await action();
    return [];
  } catch (error) {
    if (MassGenError.isInstance(error) && error.code === workspaceErrors.folderNotOurs.code) {
      return [{ code: error.code, message: error.message, hint: error.hint }];
    }
    const { code, title, hint } = workspaceErrors.folderFailed;
    return [{ code, message: `${title}: ${errorMessage(error)}`, hint }];
  }
}

/**
 * Removes exactly what `made` lists, each thing only while it is as it was. False when anything differs; what is
 * left then stays where it is.
 */
async function removeUnchanged(directory: string, made: WorkspaceScan | undefined): Promise<boolean> {
  if (made === undefined) return false;
  const { added, modified, deleted } = diffScans(made, await scanWorkspace(directory, new Set()));
  if (added.length + modified.length + deleted.length > 0) return false;
  try {
    for (const [path, { kind }] of [...made].toReversed()) {
      if (kind === 'directory') rmdirSync(join(directory, path));
      else unlinkSync(join(directory, path));
    }
    rmdirSync(directory);
    return true;
  } catch (error) {
    // Something no scan shows, such as a pipe, or put there this very moment.
    if (errorCode(error) === 'ENOTEMPTY') return false;
    throw error;
  }
}

function isFreeOrLinkInto(root: string, path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  return stat.isSymbolicLink() && isWithin(resolve(dirname(path), readlinkSync(path)), root);
}

function inFolder(folder: string, name: string): string {
  if (!isPlainName(name))
    throw new MassGenError(workspaceErrors.nameUnsafe, { detail: JSON.stringify(name) });
  return join(folder, name);
}

function notOurs(detail: string): MassGenError {
  return new MassGenError(workspaceErrors.folderNotOurs, { detail });
}
