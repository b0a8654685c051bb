/** Which lines of the MCP logs are wanted. What is not named takes all; of several values one has to fit. */
import type { McpLogRecord } from './mcp-log-record.ts';
import type { McpLogKind } from './mcp-log-words.ts';
import { logLevels, type LogLevel } from '../events/log-level.ts';

export interface McpLogFilter {
  readonly servers?: readonly string[] | undefined;
  readonly agents?: readonly string[] | undefined;
  /** In either spelling: `read_file`, `mcp__files__read_file`. */
  readonly tools?: readonly string[] | undefined;
  readonly kinds?: readonly McpLogKind[] | undefined;
  readonly outcomes?: readonly string[] | undefined;
  /** This level and those above. */
  readonly level?: LogLevel | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Calls that took longer, in milliseconds. */
  readonly slowerThanMs?: number | undefined;
  /** Anywhere in the values of a line, whatever the case. */
  readonly grep?: string | undefined;
}

export function matchesMcpLog(record: McpLogRecord, filter: McpLogFilter): boolean {
  const { servers, agents, tools, kinds, outcomes, level, since, slowerThanMs, grep } = filter;
  return (
    among(servers, record.server) &&
    among(agents, record.agent) &&
    (among(tools, record.tool) || among(tools, record.tool_raw)) &&
    among(kinds, record.kind) &&
    among(outcomes, record.outcome) &&
    (level === undefined || logLevels.indexOf(record.level) >= logLevels.indexOf(level)) &&
    (since === undefined || Date.parse(record.ts) >= since) &&
    (slowerThanMs === undefined || (record.latency_ms ?? -1) > slowerThanMs) &&
    (grep === undefined || mentions(Object.values(record), grep.toLowerCase()))
  );
}

function among(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

function mentions(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(text);
  if (typeof value === 'number') return `${value}`.includes(text);
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value)
    ? value.some((item) => mentions(item, text))
    : Object.entries(value).some(([key, item]) => key.toLowerCase().includes(text) || mentions(item, text));
}
