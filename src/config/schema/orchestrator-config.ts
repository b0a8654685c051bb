/** The `orchestrator` section: folders, limits of the coordination, and how a run ends. */
import { z } from 'zod';
import { contextPathSchema } from './context-path-config.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { filledText, pathText } from './text-fields.ts';

const coordinationSchema = z.strictObject({
  on_new_answer: z.enum(['inject', 'restart', 'wait']).default('inject').meta({
    description:
      'What happens to a working agent when another one answers: `inject` tells it at its next safe point, `restart` starts its turn again, `wait` disturbs nobody until all have answered.',
  }),
  enable_planning_mode: z
    .boolean()
    .default(false)
    .meta({ description: 'Agents plan first and act only in the final turn.' }),
  planning_mode_instruction: filledText
    .optional()
    .meta({ description: 'What agents are told in planning mode instead of the usual text.' }),
});

export const orchestratorConfigSchema = z.strictObject({
  snapshot_storage: pathText.optional().meta({
    description: 'Folder that receives the latest workspace snapshot of each agent.',
    examples: ['snapshots'],
  }),
  agent_temporary_workspace: pathText.optional().meta({
    description: 'Folder that receives, for each agent, the files of the others.',
    examples: ['temp_workspaces'],
  }),
  context_paths: z
    .array(contextPathSchema)
    .default([])
    .meta({ description: 'Files and folders of yours that the agents may use.' }),
  workspace_excludes: z
    .array(
      z
        .string()
        .regex(/^!?[^/\0!][^/\0]*$/u, { error: 'must be a name without a slash, or `!` and such a name' }),
    )
    .optional()
    .meta({
      description:
        'Names of files and folders that stay in workspaces but are not published, besides the usual ones such as `.git` and `node_modules`; `!name` publishes one of those. Copies of context paths are made without all of these; `!name` changes nothing there.',
      examples: [['target', '!.venv']],
    }),
  apply: z.enum(['auto', 'ask', 'never']).default('auto').meta({
    description:
      'What becomes of the changes that the final turn made to writable context paths: `auto` makes them in your files at the end, `ask` asks you at the terminal, `never` leaves them to `massgen runs apply`.',
  }),
  enforce_read_before_delete: z
    .boolean()
    .default(false)
    .meta({ description: 'A file or folder that an agent has not read in this run is not deleted by it.' }),
  sandbox: z.enum(['auto', 'off']).default('auto').meta({
    description:
      'Whether programs of agents run in a sandbox: `auto` where bubblewrap is installed, `off` never. An agent with a program that is in none, and may run commands or is not known, gets copies of the views.',
  }),
  max_new_answers_per_agent: z
    .int()
    .min(1)
    .default(5)
    .meta({ description: 'Answers one agent may give; afterwards it can only vote.' }),
  max_new_answers_global: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Answers all agents together may give; no limit if absent.', examples: [12] }),
  final_answer_strategy: z
    .enum(['winner_present', 'winner_reuse', 'synthesize'])
    .default('winner_present')
    .meta({
      description:
        'Where the final answer comes from: `winner_present` lets the winner write it knowing all answers, `winner_reuse` takes its answer as it is, `synthesize` merges all answers.',
    }),
  coordination: coordinationSchema.prefault({}).meta({ description: 'How agents react to each other.' }),
});

export type OrchestratorConfig = DeepReadonly<z.output<typeof orchestratorConfigSchema>>;
