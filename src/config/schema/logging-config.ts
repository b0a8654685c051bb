/** The `logging` section: how much of the MCP servers is written down, and how much room that may take. */
import { z } from 'zod';
import { logLevels } from '../../events/log-level.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { serverNameSchema } from './mcp-server-fields.ts';

/** `off` writes nothing of a server. */
export const mcpLogLevels = [...logLevels, 'off'] as const;

export type McpLogLevel = (typeof mcpLogLevels)[number];

const level = z.enum(mcpLogLevels);

const mcpLoggingSchema = z.strictObject({
  level: level.default('info').meta({
    description: 'The least important lines that are written; `debug` also writes each message of the wire.',
  }),
  servers: z
    .record(serverNameSchema, level)
    .default({})
    .meta({ description: 'Levels of single servers.', examples: [{ filesystem: 'debug' }] }),
  max_file_mb: z
    .number()
    .positive()
    .max(1024)
    .default(10)
    .meta({ description: 'Size in MiB at which a log file is rotated.' }),
  max_files: z.int().min(1).max(100).default(5).meta({ description: 'Files kept of each log.' }),
  max_run_mb: z
    .number()
    .positive()
    .max(10_240)
    .default(200)
    .meta({ description: 'Size in MiB of all MCP logs of one run; what comes after is only counted.' }),
});

export const loggingConfigSchema = z.strictObject({
  mcp: mcpLoggingSchema.prefault({}).meta({ description: 'Logs of the MCP servers.' }),
});

export type LoggingConfig = DeepReadonly<z.output<typeof loggingConfigSchema>>;
