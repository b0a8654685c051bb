/** What a person reads of a line of the MCP logs, as texts for its columns. */
import { logLevels } from '../events/log-level.ts';
import type { styleText } from 'node:util';
import type { McpLogRecord } from '../logging/mcp-log-record.ts';

export interface McpLogRow {
  /** Local time of day. */
  readonly time: string;
  readonly server: string;
  readonly agent: string;
  /** Outcome of a call, else the kind of the line. */
  readonly what: string;
  readonly took: string;
  readonly tool: string;
  readonly detail: string;
  readonly style: Parameters<typeof styleText>[0] | undefined;
}

/** Waiting that is worth a word. */
const longWaitMs = 10;

export function mcpLogRow(record: McpLogRecord): McpLogRow {
  const { ts, server, agent, tool, tool_raw, latency_ms } = record;
  return {
    time: localTime(ts),
    server: server ?? '',
    agent: agent ?? '',
    what: whatOf(record),
    took: latency_ms === undefined ? '' : durationText(latency_ms),
    tool: tool_raw ?? tool ?? '',
    detail: [...details(record)].join(' · '),
    style: styleOf(record),
  };
}

export function durationText(milliseconds: number): string {
  if (milliseconds < 10) return `${Math.round(milliseconds * 10) / 10} ms`;
  if (milliseconds < 10_000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

function localTime(ts: string): string {
  const date = new Date(ts);
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const seconds = `${two(date.getSeconds())}.${`${date.getMilliseconds()}`.padStart(3, '0')}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

function whatOf({ kind, outcome, snapshot }: McpLogRecord): string {
  if (kind === 'call') return outcome ?? 'call';
  if (kind === 'change') return snapshot === undefined ? 'changed' : 'snapshot';
  return kind;
}

function* details(record: McpLogRecord): Generator<string, void, void> {
  if (record.redaction_failed === true) yield 'could not be masked, so nothing of it was written';
  if (record.kind === 'call') yield* callDetails(record);
  else yield* otherDetails(record);
}

function* callDetails(record: McpLogRecord): Generator<string, void, void> {
  const { queue_ms = 0, server_ms, attempts = 1, error_code, error, outcome, paths, args, preview } = record;
  if (queue_ms >= longWaitMs) {
    const atServer = server_ms === undefined ? '' : `, ${durationText(server_ms)} at the server`;
    yield `waited ${durationText(queue_ms)}${atServer}`;
  }
  if (attempts > 1) yield `${attempts} attempts`;
  if (error_code !== undefined || error !== undefined) {
    yield [error_code, error].filter((part) => part !== undefined).join(' ');
  }
  if (paths !== undefined && paths.length > 0) yield paths.join(' ');
  else if (args !== undefined) yield JSON.stringify(args);
  if (outcome === 'ok' && preview !== undefined && preview !== '') yield `→ ${preview}`;
}

function* otherDetails(record: McpLogRecord): Generator<string, void, void> {
  const { level, text, changed, snapshot, calls, error_code, error, data, dir, method, rpc_id, message } =
    record;
  if (logLevels.indexOf(level) >= logLevels.indexOf('warning')) yield level;
  if (text !== undefined) yield text;
  if (error_code !== undefined || error !== undefined) {
    yield [error_code, error].filter((part) => part !== undefined).join(' ');
  }
  if (changed !== undefined) {
    yield [
      ...changed.added.map((path) => `+${path}`),
      ...changed.modified.map((path) => `~${path}`),
      ...changed.deleted.map((path) => `-${path}`),
      ...(changed.cut ? ['…'] : []),
    ].join(' ');
  }
  if (snapshot !== undefined) yield `${snapshot} holds the files of ${calls?.join(' ') ?? 'no call'}`;
  if (dir !== undefined) {
    yield `${dir === 'out' ? '→' : '←'} ${method ?? 'answer'}${rpc_id === undefined ? '' : ` ${rpc_id}`}`;
    yield JSON.stringify(message);
  }
  if (data !== undefined) yield JSON.stringify(data);
}

function styleOf({ kind, level, outcome }: McpLogRecord): McpLogRow['style'] {
  if (kind === 'call' && outcome === 'ok') return 'green';
  switch (level) {
    case 'debug':
    case 'info':
      return 'dim';
    case 'notice':
      return undefined;
    case 'warning':
      return 'yellow';
    case 'error':
    case 'critical':
    case 'alert':
    case 'emergency':
      return 'red';
    default:
      return level satisfies never;
  }
}
