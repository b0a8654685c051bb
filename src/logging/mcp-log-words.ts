/** The words of the MCP logs, apart from the schema of a line: the command line names them before it loads anything. */
import type { CallOutcome } from '../events/call-outcome.ts';
import type { LogLevel } from './mcp-log.ts';

/** Levels of RFC 5424, the least important first. */
export const logLevels = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const satisfies readonly LogLevel[];

export const mcpLogKinds = [
  'call',
  'change',
  'lifecycle',
  'discovery',
  'message',
  'noise',
  'security',
  'wire',
  'dropped',
] as const;

export type McpLogKind = (typeof mcpLogKinds)[number];

/** Why lines are missing. */
export const dropReasons = ['rate', 'queue', 'run_limit', 'disk', 'rotation'] as const;

export type DropReason = (typeof dropReasons)[number];

export const callOutcomes = [
  'ok',
  'tool_error',
  'denied',
  'failed',
  'unknown',
  'cancelled',
] as const satisfies readonly CallOutcome[];
