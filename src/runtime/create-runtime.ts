/** The one place where the program is put together: time, randomness, processes and network enter here. */
import { join, resolve } from 'node:path';
import { listRuns, type RunListing } from '../journal/list-runs.ts';
import { createChildSupervisor } from '../process/child-supervisor.ts';
import { minimalEnvironment } from '../process/minimal-environment.ts';
import { findSandbox, type Sandbox } from '../process/sandbox.ts';
import { adoptWorkspace } from '../workspace/adopt-workspace.ts';
import { listWorkspaces, type WorkspaceListing } from '../workspace/list-workspaces.ts';
import { restoreWorkspace, type RestoredWorkspace } from '../workspace/restore-workspace.ts';
import type { UndoneChanges } from '../workspace/undo-changes.ts';
import { verifyStore, type VerifiedStore } from '../workspace/verify-store.ts';
import type { WorkspaceWarning } from '../workspace/workspace-warning.ts';
import { openServers, type OpenServers, type OpenServersOptions } from './open-servers.ts';
import { createDiscoveryCaches } from './discovery-caches.ts';
import { readProgram, type Program } from './program.ts';
import { pruneRuns, type PrunedRuns, type PruneOptions } from './prune-runs.ts';
import { randomIds } from './random-ids.ts';
import { resumeRun } from './resume-run.ts';
import {
  applyRun,
  changesOfRun,
  undoRun,
  type AppliedAt,
  type ApplyRunOptions,
  type ChangesAt,
  type ChangesOptions,
  type OfRun,
} from './run-changes.ts';
import type { ResumeOptions, RunHandle, RunOptions } from './run-options.ts';
import { workspaceContext } from './run-workspaces.ts';
import type { RuntimeOptions } from './runtime-options.ts';
import type { RuntimeParts } from './runtime-parts.ts';
import { startRun } from './start-run.ts';
import { keepAlive, systemClock } from './system-clock.ts';
import { systemLookUp } from './system-look-up.ts';

export interface Runtime {
  readonly program: Program;
  readonly cwd: string;
  /** @throws MassGenError before anything was touched or spent when the run cannot begin. */
  startRun(options: RunOptions): Promise<RunHandle>;
  /** Takes up a run by its id. @throws MassGenError when there is nothing to take up. */
  resumeRun(run: string, options?: ResumeOptions): Promise<RunHandle>;
  listRuns(): Promise<readonly RunListing[]>;
  /** Removes runs and what only they needed of the store. @throws MassGenError when that cannot be told for sure. */
  pruneRuns(options: PruneOptions): Promise<PrunedRuns>;
  /** Checks every snapshot, and every long value of a journal, against its hash. Changes nothing. */
  verifyStore(): Promise<VerifiedStore>;
  /** What an ended run would change in files of the user. Looks only. */
  changesOf(run: string, options?: ChangesOptions): Promise<OfRun<ChangesAt>>;
  /** Makes those changes; what somebody else changed meanwhile stays, unless it is told otherwise. */
  applyChanges(run: string, options?: ApplyRunOptions): Promise<OfRun<AppliedAt>>;
  /** Puts back what was changed last for the run. */
  undoChanges(run: string): Promise<OfRun<UndoneChanges>>;
  /** The directories that agents work in. */
  listWorkspaces(warn: (warning: WorkspaceWarning) => void): Promise<readonly WorkspaceListing[]>;
  /** Puts the content of an archive back into a workspace; what is in it now is archived. */
  restoreWorkspace(
    directory: string,
    archive: string | undefined,
    warn: (warning: WorkspaceWarning) => void,
  ): Promise<RestoredWorkspace>;
  /**
   * Hands a directory over: new runs that name it as a workspace move its content aside. Resolves with its real
   * path. @throws MassGenError when it cannot be a workspace or a run works in it.
   */
  adoptWorkspace(directory: string, warn: (warning: WorkspaceWarning) => void): Promise<string>;
  /** Starts the MCP servers of a config without a run; the caller closes them. */
  openServers(options: OpenServersOptions): Promise<OpenServers>;
  /** Kills every child at once; for the end of the process only. */
  killChildren(): void;
}

export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const cwd = resolve(options.cwd ?? process.cwd());
  const clock = options.clock ?? systemClock;
  const logsDirectory = resolve(cwd, options.logsDirectory ?? 'massgen_logs');
  // Not the ids handed in: two runtimes of one process must never be taken for each other.
  const children = createChildSupervisor({ family: randomIds.hex(6) });
  const environment = options.environment ?? process.env;
  let sandbox: Promise<Sandbox | undefined> | undefined;
  const parts: RuntimeParts = {
    cwd,
    environment,
    logsDirectory,
    clock,
    discoveryCacheIn: createDiscoveryCaches(clock),
    ids: options.ids ?? randomIds,
    random: options.random ?? Math.random,
    fetch: options.fetch ?? globalThis.fetch,
    lookUp: options.lookUp ?? systemLookUp,
    crash: options.crash ?? (() => process.kill(process.pid, 'SIGKILL')),
    journalFiles: options.journalFiles,
    program: readProgram(),
    children,
    sandbox: () =>
      (sandbox ??= findSandbox({
        spawn: children.spawn,
        clock: systemClock,
        environment: minimalEnvironment(environment),
      })),
  };
  return {
    program: parts.program,
    cwd,
    startRun: (run) => toItsEnd(startRun(parts, run)),
    resumeRun: (run, resume = {}) => toItsEnd(resumeRun(parts, run, resume)),
    listRuns: () => listRuns(parts.logsDirectory),
    pruneRuns: (prune) => toItsEnd(pruneRuns(parts, prune)),
    verifyStore: () => toItsEnd(verifyStore(join(parts.logsDirectory, '.store'))),
    changesOf: (run, changes = {}) => toItsEnd(changesOfRun(parts, run, changes)),
    applyChanges: (run, changes = {}) => toItsEnd(applyRun(parts, run, changes)),
    undoChanges: (run) => toItsEnd(undoRun(parts, run)),
    listWorkspaces: (warn) => toItsEnd(listWorkspaces(workspaceContext(parts, warn))),
    restoreWorkspace: (directory, archive, warn) =>
      toItsEnd(restoreWorkspace(resolve(cwd, directory), archive, workspaceContext(parts, warn))),
    adoptWorkspace: (directory, warn) => toItsEnd(adoptWorkspace(directory, workspaceContext(parts, warn))),
    openServers: (open) => toItsEnd(openServers(parts, open)),
    killChildren: () => parts.children.killAll(),
  };
}

/** Waiting for a lock leaves nothing but timers under way, and they keep no process alive. */
async function toItsEnd<T>(work: Promise<T>): Promise<T> {
  const letEnd = keepAlive();
  try {
    return await work;
  } finally {
    letEnd();
  }
}
