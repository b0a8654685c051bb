/**
 * One line of the logs of MCP servers. The schema is what readers check and what the page of the format is made from;
 * the writer is compared with it by tests. Fields are only ever added; what one means never changes.
 */
import { z } from 'zod';
import type { DeepReadonly } from '../config/schema/deep-readonly.ts';
import { logLevels } from '../events/log-level.ts';
import { callOutcomes, dropReasons, mcpLogKinds } from './mcp-log-words.ts';

const about = (text: string): { readonly description: string } => ({ description: text });
const names = z.array(z.string());
const milliseconds = z.number().nonnegative();
const count = z.int().nonnegative();

export const mcpLogRecordSchema = z.strictObject({
  v: z.literal(1).meta(about('Version of the format.')),
  ts: z.string().meta(about('When: ISO 8601, UTC, milliseconds. For a call, when it had ended.')),
  seq: count.meta(
    about(
      'Order of all MCP lines of the run, over all its files. The same number in two files is the same line.',
    ),
  ),
  level: z.enum(logLevels).meta(about('RFC 5424.')),
  kind: z
    .enum(mcpLogKinds)
    .meta(
      about(
        '`call`: a tool call that has ended. `change`: files that a call changed, or the snapshot that holds them. `lifecycle`: starts, ends, breakers. `discovery`: tools found, renamed, dropped. `message`: said by the server. `noise`: printed by it and no message. `security`: not to be missed. `wire`: a message of the protocol. `dropped`: lines that were left out.',
      ),
    ),
  run: z.string().meta(about('Id of the run.')),
  server: z.string().optional().meta(about('Name of the server in the config; absent when it is about all.')),
  agent: z.string().optional().meta(about('Id of the agent: whose call it is, or whose own server.')),
  turn: count.optional().meta(about('Which turn of the agent.')),
  call: z.string().optional().meta(about('Id of the call, as in the journal.')),
  calls: names.optional().meta(about('In `change` with `snapshot`: the calls whose files it holds.')),
  connection: z
    .string()
    .optional()
    .meta(about('Which connection to the server; more about it is in its line `server.ready`.')),
  event: z.string().optional().meta(about('Type of the event of the run that the line tells of.')),
  text: z.string().optional().meta(about('One sentence for people.')),
  tool: z.string().optional().meta(about('Name the agent called.')),
  tool_raw: z.string().optional().meta(about('The server’s own name of the tool.')),
  effects: names
    .optional()
    .meta(about('What the call may do: `Read`, `Write`, `Delete`, `Exec`, `Net`, `Unknown`.')),
  paths: names.optional().meta(about('Paths the call names, at most 20.')),
  outcome: z
    .enum(callOutcomes)
    .optional()
    .meta(
      about(
        '`tool_error`: the tool’s own; `denied`: never sent; `failed`: surely not done; `unknown`: sent, may have happened; `cancelled`: given up on our side.',
      ),
    ),
  latency_ms: milliseconds
    .optional()
    .meta(about('From the start of the call to its result, all waiting included.')),
  queue_ms: milliseconds
    .optional()
    .meta(about('Part of it before the call was sent: for a start of the server, and for its turn.')),
  server_ms: milliseconds.optional().meta(about('Part of it at the server, in the last attempt.')),
  attempts: count.optional().meta(about('How often it was sent.')),
  error_code: z.string().optional().meta(about('A code of [errors.md](errors.md).')),
  error: z.string().optional().meta(about('Message of the error, at most 2,000 characters.')),
  args: z.unknown().optional().meta(about('Arguments, at most 4,000 characters.')),
  args_digest: z
    .string()
    .optional()
    .meta(
      about(
        'Where `args` does not show all: equal for equal arguments, within one start of the run. Says nothing about them.',
      ),
    ),
  result_size: count
    .optional()
    .meta(about('Characters of what the server gave back, before anything was cut.')),
  result_digest: z.string().optional().meta(about('As `args_digest`, for the result.')),
  content_types: names
    .optional()
    .meta(about('Types of the parts of the result: `text`, `resource`, `image/png` …')),
  preview: z.string().optional().meta(about('Beginning of the result, at most 2,000 characters.')),
  changed: z
    .strictObject({ added: names, modified: names, deleted: names, cut: z.boolean() })
    .optional()
    .meta(about('In `change`: files of the workspace that differ; `cut` when a list was longer than 100.')),
  snapshot: z
    .string()
    .optional()
    .meta(about('In `change`: the version of the workspace that holds the files.')),
  tools: names.optional().meta(about('In `server.ready`: names of its tools, at most 100.')),
  tools_found: count.optional().meta(about('In `server.ready`: how many it has.')),
  start_ms: milliseconds
    .optional()
    .meta(about('In `server.ready`: start, handshake and listing. 0 when it was known from before.')),
  server_version: z.string().optional().meta(about('Name and version the server gives itself.')),
  protocol: z.string().optional().meta(about('Version of the protocol that was agreed on.')),
  pid: count.optional().meta(about('Process of the server.')),
  again: z
    .literal(true)
    .optional()
    .meta(about('In `server.starting`: it takes the place of one that was lost or idle.')),
  breaker: z
    .enum(['closed', 'open', 'half_open'])
    .optional()
    .meta(about('State of the breaker; `open`: calls are held back.')),
  retry_ms: milliseconds.optional().meta(about('With `open`: when the next call is let through.')),
  data: z.unknown().optional().meta(about('Further facts, at most 4,000 characters.')),
  dir: z.enum(['in', 'out']).optional().meta(about('In `wire`: sent by us (`out`) or by the server (`in`).')),
  method: z.string().optional().meta(about('In `wire`: method of a request or notification.')),
  rpc_id: z
    .union([z.string(), z.number()])
    .optional()
    .meta(about('In `wire`: id of a request or an answer.')),
  message: z.unknown().optional().meta(about('In `wire`: the whole message, at most 64,000 characters.')),
  dropped: count.optional().meta(about('In `dropped`: how many lines are missing, if that is known.')),
  of: z.string().optional().meta(about('In `dropped`: of what kind they were, or from which file.')),
  why: z
    .enum(dropReasons)
    .optional()
    .meta(
      about(
        'In `dropped`. `rate`: too many in a second; `queue`: the disk is too slow; `run_limit`: all logs have reached `logging.mcp.max_run_mb`; `disk`: a file could not be written; `rotation`: the oldest file had to make room.',
      ),
    ),
  redactions: count.optional().meta(about('Texts of the line in which something secret was masked.')),
  truncated: z.literal(true).optional().meta(about('Something of the line was cut.')),
  redaction_failed: z
    .literal(true)
    .optional()
    .meta(about('The line could not be masked, so nothing of it is written.')),
  size: count.optional().meta(about('With `redaction_failed`: how long the line would have been, about.')),
});

export type McpLogRecord = DeepReadonly<z.output<typeof mcpLogRecordSchema>>;
