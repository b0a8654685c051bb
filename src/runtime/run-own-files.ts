/** The tools of ours for files, for each agent that has a workspace: which of them it is offered, and what they work on. */
import type { AgentConfig } from '../config/schema/agent-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { Clock } from '../events/clock.ts';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';
import { workspaceTools } from '../tools/workspace-tools.ts';
import { workspaceExcludes } from '../workspace/default-excludes.ts';
import { createWorkspaceDiff } from '../workspace/workspace-diff.ts';
import { createWorkspaceMoves } from '../workspace/workspace-moves.ts';
import type { RunWorkspaces } from './run-workspaces.ts';

export interface RunOwnFilesOptions {
  readonly config: MassGenConfig;
  readonly directory: RunDirectory;
  readonly workspaces: RunWorkspaces;
  readonly journaled: readonly DurableEvent[];
  readonly clock: Clock;
  readonly emit: (...events: readonly DurableEventBody[]) => Promise<void>;
}

/** Gives the tools of an agent; none when it has no workspace. */
export function createRunOwnFiles(
  options: RunOwnFilesOptions,
): (agent: AgentConfig) => readonly ResolvedTool[] {
  const { config, directory, workspaces, journaled, clock, emit } = options;
  const shared = {
    store: directory.store,
    views: (agent: string) => workspaces.viewsOf(agent),
    excludes: workspaceExcludes(config.orchestrator.workspace_excludes ?? []),
    answers: workspaces.answers,
    manifest: workspaces.manifest,
  };
  const moves = createWorkspaceMoves({ ...shared, journaled, clock, record: (event) => emit(event) });
  const diff = createWorkspaceDiff(shared);
  return (agent) => {
    const root = workspaces.of(agent.id);
    if (root === undefined) return [];
    const of = <T>(call: T): T & { readonly agent: string; readonly root: string } => ({
      ...call,
      agent: agent.id,
      root,
    });
    const tools = workspaceTools({
      copy: (request, call) => moves.copy(request, of(call)),
      remove: (paths, call) => moves.remove(paths, of(call)),
      undo: (overwrite, call) => moves.undo(overwrite, of(call)),
      diff: (request, { signal }) => diff(request, { agent: agent.id, root, signal }),
    });
    return tools.filter(({ definition }) => isOffered(definition.name, agent));
  };
}

/** The lists of the agent hold for them as for tools of servers. */
function isOffered(name: string, { backend }: AgentConfig): boolean {
  const allowed = 'allowed_tools' in backend ? backend.allowed_tools : undefined;
  const excluded = 'exclude_tools' in backend ? backend.exclude_tools : undefined;
  return excluded?.includes(name) !== true && allowed?.includes(name) !== false;
}
