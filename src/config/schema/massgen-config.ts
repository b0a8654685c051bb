/** The whole config. Whatever way the agents are written, they come out as a list that is not empty. */
import { z } from 'zod';
import { agentConfigSchema, agentIdSchema, type AgentConfig } from './agent-config.ts';
import { filesystemConfigSchema, type FilesystemConfig } from './filesystem-config.ts';
import { loggingConfigSchema, type LoggingConfig } from './logging-config.ts';
import { orchestratorConfigSchema, type OrchestratorConfig } from './orchestrator-config.ts';
import { timeoutConfigSchema, type TimeoutConfig } from './timeout-config.ts';
import { uiConfigSchema, type UiConfig } from './ui-config.ts';

type WrittenAgent = z.output<typeof agentConfigSchema>;

const teamSchema = z.union([
  z.array(agentConfigSchema),
  z
    .record(agentIdSchema, agentConfigSchema)
    .transform((agents) => Object.entries(agents).map(([id, agent]): WrittenAgent => ({ ...agent, id }))),
]);

/** A config as it is used: every default filled in, every list in list form. */
export interface MassGenConfig {
  readonly agents: readonly [AgentConfig, ...AgentConfig[]];
  readonly ui: UiConfig;
  readonly orchestrator: OrchestratorConfig;
  readonly timeout_settings: TimeoutConfig;
  readonly filesystem: FilesystemConfig;
  readonly logging: LoggingConfig;
}

function agentConfig(written: WrittenAgent, index: number): AgentConfig {
  const { id = `agent${index + 1}`, backend, system_message } = written;
  return { id, backend, ...(system_message ? { system_message } : {}) };
}

export const massGenConfigSchema = z
  .strictObject({
    agent: agentConfigSchema.optional().meta({ description: 'One agent alone; stronger than `agents`.' }),
    agents: teamSchema
      .optional()
      .meta({ description: 'The team: a list, or a map from id to agent. Their order breaks ties.' }),
    ui: uiConfigSchema.prefault({}).meta({ description: 'How a run is shown.' }),
    orchestrator: orchestratorConfigSchema
      .prefault({})
      .meta({ description: 'Folders, limits of the coordination, and how a run ends.' }),
    timeout_settings: timeoutConfigSchema.prefault({}).meta({ description: 'Time limits.' }),
    filesystem: filesystemConfigSchema
      .prefault({})
      .meta({ description: 'File tools of all agents that have a workspace.' }),
    logging: loggingConfigSchema.prefault({}).meta({ description: 'What is written to logs.' }),
    display: z
      .unknown()
      .optional()
      .meta({ description: 'Old name of `ui`; accepted and ignored.', ignored: true }),
  })
  .transform((written, context): MassGenConfig => {
    const agents = written.agent === undefined ? (written.agents ?? []) : [written.agent];
    const [first, ...others] = agents.map(agentConfig);
    if (first === undefined) {
      context.addIssue({ code: 'custom', message: 'names no agents', params: { definition: 'noAgents' } });
      return z.NEVER;
    }
    const { ui, orchestrator, timeout_settings, filesystem, logging } = written;
    return { agents: [first, ...others], ui, orchestrator, timeout_settings, filesystem, logging };
  });
