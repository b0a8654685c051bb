import { expect, test } from 'vitest';
import { matchesMcpLog, type McpLogFilter } from './mcp-log-filter.ts';
import type { McpLogRecord } from './mcp-log-record.ts';

const record: McpLogRecord = {
  v: 1,
  ts: '2026-01-01T12:00:00.000Z',
  seq: 1,
  level: 'warning',
  kind: 'call',
  run: 'log_1',
  server: 'files',
  agent: 'writer',
  tool: 'mcp__files__read_file',
  tool_raw: 'read_file',
  outcome: 'tool_error',
  latency_ms: 200,
  args: { path: '/ws/Notes.md', deep: [{ name: 'x' }] },
};

const fits: readonly McpLogFilter[] = [
  {},
  { servers: ['web', 'files'] },
  { agents: ['writer'] },
  { tools: ['read_file'] },
  { tools: ['mcp__files__read_file'] },
  { kinds: ['call'] },
  { outcomes: ['failed', 'tool_error'] },
  { level: 'warning' },
  { level: 'debug' },
  { since: Date.parse('2026-01-01T12:00:00Z') },
  { slowerThanMs: 199 },
  { grep: 'notes.MD' },
  { grep: 'DEEP' },
  { grep: '200' },
  { servers: ['files'], outcomes: ['tool_error'], grep: 'x' },
];

const others: readonly McpLogFilter[] = [
  { servers: ['file'] },
  { agents: ['critic'] },
  { tools: ['write_file'] },
  { kinds: ['wire'] },
  { outcomes: ['ok'] },
  { level: 'error' },
  { since: Date.parse('2026-01-01T12:00:01Z') },
  { slowerThanMs: 200 },
  // Names of our own fields are not what anybody looks for.
  { grep: 'latency' },
  { servers: ['files'], outcomes: ['ok'] },
];

test.each(fits)('fits %j', (filter) => expect(matchesMcpLog(record, filter)).toBe(true));
test.each(others)('does not fit %j', (filter) => expect(matchesMcpLog(record, filter)).toBe(false));

test('a line that has no such field does not fit', () => {
  const { agent: _agent, outcome: _outcome, latency_ms: _latency, ...bare } = record;
  expect(matchesMcpLog(bare, { agents: ['writer'] })).toBe(false);
  expect(matchesMcpLog(bare, { outcomes: ['tool_error'] })).toBe(false);
  expect(matchesMcpLog(bare, { slowerThanMs: 0 })).toBe(false);
});
