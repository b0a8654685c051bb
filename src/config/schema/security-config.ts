/**
 * `security` of an MCP server. A wrong word here could open a door, so unknown keys and values are errors in
 * every mode.
 */
import { z } from 'zod';
import { nameList } from './text-fields.ts';

const level = z.enum(['strict', 'moderate', 'permissive']);

export const securityConfigSchema = z.strictObject({
  level: level.optional().meta({ description: 'How much the server is trusted; `strict` if absent.' }),
  allow_localhost: z.boolean().optional().meta({ description: 'Permit addresses of this machine.' }),
  allow_private_ips: z
    .boolean()
    .optional()
    .meta({ description: 'Permit private, link-local and reserved addresses.' }),
  resolve_dns: z
    .boolean()
    .optional()
    .meta({ description: 'Also check the addresses a host name stands for when the run starts.' }),
  allowed_hostnames: nameList
    .optional()
    .meta({ description: 'Hosts exempt from the address checks.', examples: [['mcp.internal']] }),
  allowed_executables: nameList.optional().meta({
    description: 'Programs that may be started, by name or by full path; replaces the list of the level.',
    examples: [['npx', 'node']],
  }),
  env: z
    .strictObject({
      level: level
        .optional()
        .meta({ description: 'Level of the rules for variables; that of the server if absent.' }),
      mode: z
        .enum(['denylist', 'allowlist'])
        .optional()
        .meta({ description: 'Which of the two lists decides.' }),
      allowed_vars: nameList
        .optional()
        .meta({ description: 'Variables the server may get in `allowlist` mode.' }),
      denied_vars: nameList
        .optional()
        .meta({ description: 'Variables the server never gets in `denylist` mode.' }),
    })
    .optional()
    .meta({ description: 'Which environment variables the server may be given.' }),
});
