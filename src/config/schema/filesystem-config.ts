/**
 * The `filesystem` section, of the whole team or of one agent: which MCP server gives agents with a workspace their
 * file tools. Without it, it is the official one.
 */
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';
import { filledText, pathText } from './text-fields.ts';

export const filesystemServerSchema = z.strictObject({
  command: z
    .union([filledText.max(1000), z.array(filledText).min(1).max(50)])
    .meta({ description: 'Program to start, as one text or as a list.', examples: ['npx'] }),
  args: z
    .array(z.string().max(500))
    .default([])
    .meta({
      description:
        'Arguments of the program. `{{workspace}}`, `{{views}}` and `{{context}}` stand for the folders it may use; of a server that is known, they are put where it expects them and need not be named.',
      examples: [['-y', '@agent-infra/mcp-server-filesystem@1.2.29']],
    }),
  env: z
    .record(filledText.max(100), z.string().max(65_536))
    .default({})
    .meta({ description: 'Additional environment variables; `${NAME}` takes a value from yours.' }),
  cwd: pathText.optional().meta({ description: 'Folder it is started in; the workspace if absent.' }),
});

export const filesystemConfigSchema = z.strictObject({
  server: filesystemServerSchema
    .optional()
    .meta({ description: 'The server that gives agents their file tools, instead of the official one.' }),
});

export type FilesystemConfig = DeepReadonly<z.output<typeof filesystemConfigSchema>>;
export type FilesystemServerConfig = DeepReadonly<z.output<typeof filesystemServerSchema>>;
