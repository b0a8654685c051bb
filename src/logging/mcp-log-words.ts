/** The words of the MCP logs, apart from the schema of a line: the command line names them before it loads anything. */
import type { CallOutcome } from '../events/call-outcome.ts';

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
