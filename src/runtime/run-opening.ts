/** The first events of a run: what it was asked, who takes part, where they work, and what will not be done. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { AgentDescription, DurableEventBody } from '../events/run-event.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { Program } from './program.ts';
import type { RunWorkspaces } from './run-workspaces.ts';
import { unhonoured } from './unsupported.ts';

export interface RunOpeningOptions {
  readonly question: string;
  readonly seed: number;
  readonly config: MassGenConfig;
  readonly directory: RunDirectory;
  readonly workspaces: RunWorkspaces;
  readonly program: Program;
}

export function runOpening(
  options: RunOpeningOptions,
  agents: readonly AgentDescription[],
): readonly DurableEventBody[] {
  const { question, seed, config, directory, workspaces, program } = options;
  return [
    { type: 'run.started', question, agents, seed, program: program.version, directory: directory.path },
    { type: 'message.user', text: question },
    ...agents.map(({ id, ...agent }) => ({ type: 'agent.joined' as const, agent: id, ...agent })),
    ...Object.entries(workspaces.paths).map(([agent, path]) => ({
      type: 'workspace.prepared' as const,
      agent,
      path,
      ...(workspaces.archived[agent] === undefined ? {} : { archived: workspaces.archived[agent] }),
    })),
    ...unhonoured(config),
    ...unseen(config, workspaces),
    ...workspaces.warnings.map((warning) => ({ type: 'warning.raised' as const, ...warning })),
  ];
}

/** Context paths are read with the tools that come with a workspace. */
function unseen({ orchestrator }: MassGenConfig, workspaces: RunWorkspaces): readonly DurableEventBody[] {
  if (orchestrator.context_paths.length === 0 || Object.keys(workspaces.paths).length > 0) return [];
  const { code, title, hint } = runErrors.contextUnseen;
  return [{ type: 'warning.raised', code, message: title, hint }];
}
