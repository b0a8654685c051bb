/** One agent. Its id is part of labels, file names and directories, so it must be plain on every file system. */
import { z } from 'zod';
import { backendConfigSchema, type BackendConfig } from './backend-config.ts';

const reservedName = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

export const agentIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/, {
    error:
      'must be 1 to 64 letters, digits, `.`, `_` or `-`, start with a letter or digit, and not end in a dot',
  })
  .refine((id) => !reservedName.test(id), { error: 'is a reserved name of Windows' });

export const agentConfigSchema = z.strictObject({
  id: agentIdSchema.optional().meta({
    description: 'Unique name of the agent; `agent` and its position if absent.',
    examples: ['researcher'],
  }),
  backend: backendConfigSchema.meta({ description: 'What the agent runs on.' }),
  system_message: z
    .string()
    .optional()
    .meta({
      description: 'Role of the agent, put in front of the instructions of the coordination.',
      examples: ['You check facts.'],
    }),
});

/** An agent with its id and the defaults of its backend. */
export interface AgentConfig {
  readonly id: string;
  readonly backend: BackendConfig;
  /** Absent where the config has none or an empty one. */
  readonly system_message?: string;
}
