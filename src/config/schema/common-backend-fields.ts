/** Keys every backend has. */
import { z } from 'zod';
import type { BackendType } from './backend-types.ts';
import { filesystemConfigSchema } from './filesystem-config.ts';
import { mcpServersSchema } from './mcp-servers.ts';
import { nameList, pathText } from './text-fields.ts';

const reserved = {
  description: 'Accepted for old files and ignored; it is set by the program.',
  ignored: true,
};

/** The key that tells one shape of backend from another. */
export function backendTypeLiteral<Type extends BackendType>(type: Type) {
  const description = 'What the agent runs on, in any case; may be left out where the model tells it.';
  return z.literal(type).meta({ description });
}

export const commonBackendFields = {
  cwd: pathText.optional().meta({
    description: 'Workspace folder of the agent, relative to the folder the program is started in.',
    examples: ['workspace1'],
  }),
  mcp_servers: mcpServersSchema,
  filesystem: filesystemConfigSchema
    .optional()
    .meta({ description: 'File tools of this agent; stronger than `filesystem` of the team.' }),
  allowed_tools: nameList.optional().meta({
    description:
      'Tools the agent may use, by their own names or `mcp__server__tool`; `mcp__server` means all of a server.',
    examples: [['Read', 'mcp__playwright']],
  }),
  exclude_tools: nameList.default([]).meta({
    description: 'Tools the agent may not use; stronger than `allowed_tools`.',
    examples: [['post_search']],
  }),
  agent_id: z.unknown().optional().meta(reserved),
  session_id: z.unknown().optional().meta(reserved),
  agent_temporary_workspace: z.unknown().optional().meta(reserved),
};
