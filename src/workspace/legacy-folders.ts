/**
 * Keeps the folders of v0.0.15 for people and old scripts: `snapshot_storage/<agent>` holds a copy of the agent's
 * newest snapshot, `snapshot_storage/final/<agent>` the final files, `agent_temporary_workspace/<agent>/<alias>` leads to
 * the newest view of each peer. They are empty when a run begins. The program never reads them. Whatever is in the way
 * and not made here stays; the run goes on all the same.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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

/** Never rejects: what could not be done is told. One call is carried out at a time. */
export interface LegacyFolders {
  /** For a new run: the folders are there, and what an earlier run left in them is moved aside. */
  prepare(): Promise<readonly WorkspaceWarning[]>;
  show(files: NewFiles): Promise<readonly WorkspaceWarning[]>;
  /** The files that the final answer of an agent came with. */
  showFinal(files: Pick<NewFiles, 'agent' | 'snapshot'>): Promise<readonly WorkspaceWarning[]>;
}

/** Where v0.0.15 put the final files; an agent of this id has its own there instead. */
const finalName = 'final';

export function createLegacyFolders(options: LegacyFoldersOptions): LegacyFolders {
  const { registry, run, clock, store, snapshotStorage, agentTemporaryWorkspace, agents } = options;
  const logs = resolvePlaces(options.places).logs;
  /** What each copy looked like when it was made here: as long as it does, nobody else has put anything in it. */
  const made = new Map<string, WorkspaceScan>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    prepare: () => inTurn(clearStorage, clearTemporary),
    show: (files) =>
      inTurn(
        async (folder) => copyInto(await claim(folder), files),
        (folder) => linkIn(folder, files),
      ),
    showFinal: (files) =>
      inTurn(async (folder) => {
        const root = await claim(folder);
        await copyInto(root, files);
        if (!agents.includes(finalName)) await copyInto(ownDirectory(root, finalName), files);
      }),
  };

  function inTurn(
    inStorage: (folder: string) => Promise<void>,
    inTemporary?: (folder: string) => Promise<void>,
  ): Promise<readonly WorkspaceWarning[]> {
    const done = last.then(async () => [
      ...(snapshotStorage === undefined ? [] : await attempt(() => inStorage(snapshotStorage))),
      ...(agentTemporaryWorkspace === undefined || inTemporary === undefined
        ? []
        : await attempt(() => inTemporary(agentTemporaryWorkspace))),
    ]);
    last = done;
    return done;
  }

  /** Copies of an earlier run are archived, whoever of that team they were of; this team's folders are there, empty. */
  async function clearStorage(folder: string): Promise<void> {
    const root = await claim(folder);
    const foreign = await registry.update((list): readonly string[] => {
      for (const directory of [join(root, finalName), root]) {
        for (const name of directoriesIn(directory)) {
          const target = join(directory, name);
          if (list.ours(target) === undefined) continue;
          archiveContent(target, clock.now());
          rmdirSync(target);
        }
      }
      // What stands in the way of one folder is told when the others are entered as ours.
      return agents.flatMap((agent) => {
        const target = inFolder(root, agent);
        if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) return [target];
        mkdirSync(target);
        list.put(target, run);
        made.set(target, new Map());
        return [];
      });
    });
    const [first] = foreign;
    if (first !== undefined) throw notOurs(first);
  }

  /** Only links that were made here go, and folders that are empty then. */
  async function clearTemporary(folder: string): Promise<void> {
    const root = await claim(folder);
    for (const reader of directoriesIn(root)) {
      const own = join(root, reader);
      for (const name of readdirSync(own)) {
        const link = join(own, name);
        if (lstatSync(link).isSymbolicLink() && isFreeOrLinkInto(logs, link)) unlinkSync(link);
      }
      if (!agents.includes(reader) && readdirSync(own).length === 0) rmdirSync(own);
    }
    for (const reader of agents) ownDirectory(root, reader);
  }

  /** A directory in a folder of ours, made when it is missing. */
  function ownDirectory(root: string, name: string): string {
    const path = inFolder(root, name);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path);
    if (!lstatSync(path).isDirectory()) throw notOurs(path);
    return path;
  }

  async function copyInto(
    root: string,
    { agent, snapshot }: Pick<NewFiles, 'agent' | 'snapshot'>,
  ): Promise<void> {
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
      const own = ownDirectory(root, reader);
      const link = inFolder(own, alias);
      if (!isFreeOrLinkInto(logs, link)) throw notOurs(link);
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

/** Names of the directories in one that may be missing, without hidden ones such as the archive. */
function directoriesIn(directory: string): readonly string[] {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
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
