/** A line of the MCP logs before anything of it was redacted or cut; `McpLogLines` makes a line of it. */
import type { ToolContent } from '../events/tool-content.ts';
import type { McpLogRecord } from './mcp-log-record.ts';
import type { McpLogKind } from './mcp-log-words.ts';
import type { LogLevel } from '../events/log-level.ts';

/** Fields that the writer adds, or makes from `call`. */
type Added =
  | 'v'
  | 'ts'
  | 'seq'
  | 'level'
  | 'kind'
  | 'run'
  | 'args'
  | 'args_digest'
  | 'result_digest'
  | 'content_types'
  | 'preview'
  | 'redactions'
  | 'truncated'
  | 'redaction_failed'
  | 'size';

export interface McpLogDraft {
  /** Default: now. */
  readonly ts?: string;
  readonly level: LogLevel;
  readonly kind: McpLogKind;
  readonly fields: { readonly [Name in keyof Omit<McpLogRecord, Added>]: McpLogRecord[Name] | undefined };
  /** What was called with what, and what came of it; not in the index. */
  readonly content?: {
    /** Undefined when they are not known. */
    readonly arguments: unknown;
    readonly result: readonly ToolContent[];
  };
}
