/**
 * The keys of one MCP server as they are written, in the map form (the name is the key) and the list form alike.
 * Limits are those of v0.0.15, except for `env` values: certificates and connection strings are longer.
 */
import { z } from 'zod';
import { effectNames } from './effect-names.ts';
import { securityConfigSchema } from './security-config.ts';
import { filledText, httpAddress, nameList, pathText } from './text-fields.ts';

const argument = z
  .string()
  .max(500)
  .regex(/^[^\0]*$/, { error: 'must not contain a NUL character' });
const httpSeconds = z.number().positive().max(300);
const noControl = /^[^\0\r\n]*$/;

/** What the name of a server may look like. */
export const serverNameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9_-]+$/, { error: 'may contain only letters, digits, `_` and `-`' })
  .meta({ description: 'Name of the server, part of the names of its tools.', examples: ['weather'] });

export const mcpServerFields = z.strictObject({
  name: serverNameSchema.optional(),
  type: z.enum(['stdio', 'streamable-http']).optional().meta({
    description:
      '`stdio` starts a program, `streamable-http` calls a `url`. If absent, `command` or `url` tells.',
  }),
  command: z
    .union([filledText.max(1000), z.array(argument).min(1).max(50)])
    .optional()
    .meta({ description: 'Program to start, as one text or as a list.', examples: ['npx'] }),
  args: z
    .array(argument)
    .default([])
    .meta({
      description: 'Arguments of the program.',
      examples: [['-y', '@modelcontextprotocol/server-brave-search']],
    }),
  env: z
    .record(filledText.max(100).regex(/^[^=]*$/, { error: 'must not contain `=`' }), z.string().max(65_536))
    .default({})
    .meta({
      description: 'Additional environment variables of the program; `${NAME}` takes a value from yours.',
      examples: [{ BRAVE_API_KEY: '${BRAVE_API_KEY}' }],
    }),
  url: httpAddress.optional().meta({
    description: 'Address of a streamable-http server.',
    examples: ['http://localhost:8000/mcp'],
  }),
  headers: z
    .record(z.string().min(1).max(100).regex(noControl), z.string().max(8192).regex(noControl))
    .default({})
    .meta({
      description: 'HTTP headers of each request; `${NAME}` takes a value from your environment.',
      examples: [{ Authorization: 'Bearer ${WEATHER_TOKEN}' }],
    }),
  timeout: httpSeconds
    .optional()
    .meta({ description: 'Time limit of a request in seconds.', examples: [30] }),
  http_read_timeout: httpSeconds
    .optional()
    .meta({ description: 'Time limit in seconds for the next part of a stream.', examples: [300] }),
  cwd: pathText.max(500).optional().meta({ description: 'Folder the program is started in.' }),
  connect_timeout: z
    .number()
    .positive()
    .max(600)
    .optional()
    .meta({
      description:
        'Seconds a server may take to start and to list its tools. If absent: 30 for a program, 120 for a launcher such as npx, `timeout` for an address.',
      examples: [30],
    }),
  call_timeout: z
    .number()
    .positive()
    .max(3600)
    .optional()
    .meta({
      description:
        'Seconds a call may take without a sign of life; progress extends it, up to 600 seconds in all or this value, whichever is more. If absent: 120 for a program, `timeout` for an address.',
      examples: [300],
    }),
  scope: z.enum(['shared', 'agent']).optional().meta({
    description:
      '`shared`: one process for all agents that start it the same way; `agent`: one for each agent, for servers that keep state of whoever talks to them. If absent, what is known of the server decides, else `shared`.',
  }),
  sandbox: z.enum(['auto', 'required', 'off']).default('auto').meta({
    description:
      'Whether the program runs in a sandbox that keeps it from changing what agents have published, other workspaces and context paths: `auto` for servers known to run commands, where bubblewrap is installed.',
  }),
  effects: z
    .record(filledText.max(200), z.array(z.enum(effectNames)))
    .optional()
    .meta({
      description:
        'What tools of this server do, by name; `*` stands for any part of a name. Stronger than what the program knows or guesses.',
      examples: [{ 'get_*': ['Read'], save_page: ['Write'] }],
    }),
  security: securityConfigSchema.optional().meta({ description: 'What the server may do.' }),
  allowed_tools: nameList
    .optional()
    .meta({ description: 'Tools of this server that agents may use, by their own names; all if absent.' }),
  exclude_tools: nameList.default([]).meta({ description: 'Tools of this server that agents may not use.' }),
});

/** A server as it is written, with the defaults filled in. */
export type McpServerFields = z.output<typeof mcpServerFields>;
