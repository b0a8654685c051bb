/**
 * The workspaces of one run: which agent works where, what changed there, snapshots and views of it. Agents that
 * name no directory work in the run itself, under their alias, because an agent is never shown an id.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { DurableEvent } from '../events/run-event.ts';
import { isLocked } from '../journal/file-lock.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { RunRecord } from '../journal/run-record.ts';
import { createContentSnapshotStore } from '../workspace/content-snapshot-store.ts';
import { workspaceExcludes } from '../workspace/default-excludes.ts';
import {
  prepareWorkspaces,
  reopenWorkspaces,
  type PreparedWorkspace,
  type WorkspaceContext,
  type WorkspaceRequest,
} from '../workspace/prepare-workspaces.ts';
import { createLegacyFolders, type LegacyFolders, type NewFiles } from '../workspace/legacy-folders.ts';
import { comparableAnswer, rewritePaths } from '../workspace/rewrite-paths.ts';
import type { Manifest } from '../workspace/manifest.ts';
import type { SnapshotStore } from '../workspace/snapshot-store.ts';
import { createTeamViews, type TeamViews } from '../workspace/team-views.ts';
import type { View } from '../workspace/views.ts';
import { clearWorkspaceScratch } from '../workspace/workspace-scratch.ts';
import { createWorkspaceRegistry } from '../workspace/workspace-registry.ts';
import type { WorkspaceWarning } from '../workspace/workspace-warning.ts';
import { expandHome } from '../policy/expand-home.ts';
import { restoreWorkspaces } from './restore-workspaces.ts';
import { homeOf, type RuntimeParts } from './runtime-parts.ts';
import { createWorkspaceVersions, type WorkspaceVersions } from './workspace-versions.ts';

export interface RunWorkspaces extends WorkspaceVersions {
  /** Absolute path by agent, for the record of the run. */
  readonly paths: Readonly<Record<string, string>>;
  /** What people should know about the preparation. */
  readonly warnings: readonly WorkspaceWarning[];
  /** Where the earlier content of a workspace was moved to, by agent. */
  readonly archived: Readonly<Record<string, string>>;
  /** The agent's workspace, absolute with links resolved; undefined when it has none. */
  of(agent: string): string | undefined;
  publishView(view: View): Promise<void>;
  /** Gives the agent copies of all views; to be called before the first one is published. */
  separateViews(agent: string): void;
  /** Where the agent reads views. */
  viewsOf(agent: string): string;
  /** To be called before something runs that may write to views by itself. */
  distrustViews(): Promise<void>;
  /** Makes views that the agent reads anew where they are not as they were made, and tells of each. */
  checkViews(agent: string): Promise<readonly WorkspaceWarning[]>;
  /** Snapshots of the answers whose files can be read, by label. */
  answers(): ReadonlyMap<string, string>;
  manifest(snapshot: string): Promise<Manifest>;
  /** A writable copy of a snapshot at a path that does not exist yet. */
  materialize(snapshot: string, target: string): Promise<void>;
  /** Paths into the author's workspace and the views it reads, as they are reached at `places`. */
  rewrite(text: string, author: string, places: ReadablePlaces): string;
  comparable(text: string): string;
  /** Keeps the folders of v0.0.15 up to date, where the config names them. Never rejects; says what it could not do. */
  showInLegacyFolders(files: NewFiles): Promise<readonly WorkspaceWarning[]>;
  /** Likewise the files of the final answer. */
  showFinalInLegacyFolders: LegacyFolders['showFinal'];
}

/** Where somebody finds what an answer names. */
export interface ReadablePlaces {
  /** The files of the answer; undefined when it came without. */
  readonly workspace: string | undefined;
  /** Those of all answers. */
  readonly views: string;
}

export interface RunWorkspacesOptions {
  readonly config: MassGenConfig;
  readonly directory: RunDirectory;
  readonly aliases: ReadonlyMap<string, string>;
  readonly isolateWorkspaces?: boolean;
  readonly workspacesForAll?: boolean;
  /** Given when the run is taken up again: content is kept. */
  readonly record?: RunRecord;
  /** Events of the run so far; default none. */
  readonly journaled?: readonly DurableEvent[];
}

/** @throws MassGenError with every refusal, before anything was touched. */
export async function prepareRunWorkspaces(
  parts: RuntimeParts,
  options: RunWorkspacesOptions,
): Promise<RunWorkspaces> {
  const { directory, record } = options;
  const warnings: WorkspaceWarning[] = [];
  const context: WorkspaceContext = {
    ...workspaceContext(parts, (warning) => warnings.push(warning)),
    run: directory.id,
  };
  const places = { ...context.places, runWorkspaces: directory.workspaces };
  await mkdir(directory.workspaces, { recursive: true, mode: 0o700 });
  const requests = record === undefined ? newRequests(options, places.home) : recordedRequests(record);
  const prepare = record === undefined ? prepareWorkspaces : reopenWorkspaces;
  const prepared = new Map(
    (await prepare(requests, { ...context, places })).map((each) => [each.agent, each]),
  );
  const { orchestrator } = options.config;
  const store = createContentSnapshotStore({
    directory: directory.store,
    excludes: workspaceExcludes(orchestrator.workspace_excludes ?? []),
    clock: parts.clock,
  });
  const { journaled = [] } = options;
  // What a killed process left of a copy it was making is not what an agent left there.
  for (const { path } of prepared.values()) clearWorkspaceScratch(path);
  await restoreWorkspaces({
    store,
    workspaces: [...prepared.values()],
    journaled,
    scratch: directory.workspaces,
  });
  // Changes are told from here on.
  for (const { path } of prepared.values()) await store.look(path);
  const { snapshot_storage: storage, agent_temporary_workspace: shared } = orchestrator;
  const legacy = createLegacyFolders({
    ...context,
    store,
    ...(storage === undefined ? {} : { snapshotStorage: resolve(parts.cwd, storage) }),
    ...(shared === undefined ? {} : { agentTemporaryWorkspace: resolve(parts.cwd, shared) }),
    agents: options.config.agents.map(({ id }) => id),
    workspaces: [...prepared.values()].map(({ path }) => path),
  });
  // A run that is taken up finds in them what it left.
  if (record === undefined) warnings.push(...(await legacy.prepare()));
  const views = createTeamViews({
    store,
    directory: directory.views,
    ownDirectory: (agent) => join(directory.ownViews, options.aliases.get(agent) ?? agent),
    aside: join(directory.workspaces, '.changed-views'),
  });
  return assemble(prepared, store, views, legacy, warnings);
}

/** What checks of workspaces need to know, whichever run asks. */
export function workspaceContext(
  parts: RuntimeParts,
  warn: (warning: WorkspaceWarning) => void,
): Omit<WorkspaceContext, 'run'> {
  const { cwd, logsDirectory, clock } = parts;
  return {
    registry: createWorkspaceRegistry({ logsDirectory, clock, warn }),
    places: { project: cwd, home: homeOf(parts), logs: logsDirectory },
    clock,
    isRunLive: (run) => isLocked(join(logsDirectory, run, 'run.lock')),
  };
}

function newRequests(options: RunWorkspacesOptions, home: string): readonly WorkspaceRequest[] {
  const { config, directory, aliases, isolateWorkspaces = false, workspacesForAll = false } = options;
  return config.agents.flatMap(({ id, backend }): WorkspaceRequest[] => {
    const named = 'cwd' in backend && backend.cwd !== undefined ? expandHome(backend.cwd, home) : undefined;
    if (named !== undefined && !isolateWorkspaces) return [{ agent: id, path: named }];
    if (named === undefined && !workspacesForAll) return [];
    return [{ agent: id, path: join(directory.workspaces, aliases.get(id) ?? id) }];
  });
}

function recordedRequests(record: RunRecord): readonly WorkspaceRequest[] {
  return Object.entries(record.workspaces).map(([agent, path]) => ({ agent, path }));
}

function assemble(
  prepared: ReadonlyMap<string, PreparedWorkspace>,
  store: SnapshotStore,
  views: TeamViews,
  legacy: LegacyFolders,
  warnings: readonly WorkspaceWarning[],
): RunWorkspaces {
  const rootsOf = ({ given, path }: PreparedWorkspace): readonly string[] => [path, given];
  /** Where files of answers can be named: workspaces and views. */
  const roots = new Set([...prepared.values()].flatMap(rootsOf));
  const answers = new Map<string, string>();

  const pathOf = (agent: string): string | undefined => prepared.get(agent)?.path;

  return {
    paths: Object.fromEntries([...prepared.values()].map(({ agent, path }) => [agent, path])),
    warnings,
    archived: Object.fromEntries(
      [...prepared.values()].flatMap(({ agent, archived }) =>
        archived === undefined ? [] : [[agent, archived]],
      ),
    ),
    of: pathOf,
    ...createWorkspaceVersions({ store, pathOf }),
    async publishView(view) {
      for (const path of await views.publish(view)) roots.add(path);
      answers.set(view.label, view.snapshot);
    },
    answers: () => answers,
    manifest: (snapshot) => store.manifest(snapshot),
    separateViews: (agent) => views.separate(agent),
    viewsOf: (agent) => views.of(agent),
    distrustViews: () => views.distrust(),
    checkViews: (agent) => views.check(agent),
    materialize: (snapshot, target) => store.materialize(snapshot, target),
    rewrite(text, author, places) {
      const workspace = prepared.get(author);
      const own = workspace === undefined || places.workspace === undefined ? [] : rootsOf(workspace);
      return rewritePaths(text, [
        ...own.map((from) => ({ from, to: places.workspace ?? from })),
        { from: views.of(author), to: places.views },
      ]);
    },
    comparable: (text) => comparableAnswer(text, [...roots]),
    showInLegacyFolders: (files) => legacy.show(files),
    showFinalInLegacyFolders: (files) => legacy.showFinal(files),
  };
}
