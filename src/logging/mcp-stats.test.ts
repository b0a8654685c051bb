import { expect, test } from 'vitest';
import { createMcpLogRig } from './mcp-logs.test-support.ts';
import { McpStats } from './mcp-stats.ts';
import { readMcpLogs } from './read-mcp-logs.ts';

test('calls, errors by class, times and sizes, per server and tool', async () => {
  // Whatever the level: the index has all calls.
  const rig = createMcpLogRig({ levels: { others: 'error', servers: new Map() } });
  const error = { code: 'MG1405', message: 'lost' };
  rig.event({ type: 'server.starting', server: 'files', launch: 'x' });
  rig.event({ type: 'server.ready', server: 'files', tools: [], startMs: 80 });
  for (let latencyMs = 1; latencyMs <= 100; latencyMs += 1) {
    const served = { server: 'files', attempts: 1, queueMs: latencyMs / 10, serverMs: 1, resultLength: 10 };
    rig.call({ latencyMs, served });
  }
  rig.call({ serverTool: 'write_file', outcome: 'tool_error', latencyMs: 5_000, text: 'four' });
  rig.call({ serverTool: 'write_file', outcome: 'denied', latencyMs: 0, text: '' });
  rig.call({ server: 'web', serverTool: 'fetch', outcome: 'unknown', error });
  rig.event({ type: 'breaker.changed', server: 'web', state: 'open' });
  rig.event({ type: 'breaker.changed', server: 'web', state: 'half_open' });
  rig.event({ type: 'server.failed', server: 'web', error });
  rig.event({ type: 'server.starting', server: 'web', launch: 'x', again: true });
  await rig.files();

  const stats = new McpStats();
  for await (const record of readMcpLogs({ directory: rig.directory, indexOnly: true })) stats.add(record);
  const none = { ok: 0, tool_error: 0, denied: 0, failed: 0, unknown: 0, cancelled: 0 };
  expect(stats.servers()).toEqual([
    {
      server: 'files',
      starts: 1,
      restarts: 0,
      failures: 0,
      breaker_trips: 0,
      start_ms: 80,
      dropped: 0,
      calls: 102,
      outcomes: { ...none, ok: 100, tool_error: 1, denied: 1 },
      latency_ms: { p50: 51, p95: 96, p99: 100, max: 5_000 },
      queue_ms: { p50: 5, p95: 9.5, p99: 9.9, max: 10 },
      result_size: 1_004,
      tools: [
        {
          tool: 'read_file',
          calls: 100,
          outcomes: { ...none, ok: 100 },
          latency_ms: { p50: 50, p95: 95, p99: 99, max: 100 },
          queue_ms: { p50: 5, p95: 9.5, p99: 9.9, max: 10 },
          result_size: 1_000,
        },
        {
          tool: 'write_file',
          calls: 2,
          outcomes: { ...none, tool_error: 1, denied: 1 },
          latency_ms: { p50: 5_000, p95: 5_000, p99: 5_000, max: 5_000 },
          queue_ms: null,
          result_size: 4,
        },
      ],
    },
    expect.objectContaining({
      server: 'web',
      starts: 1,
      restarts: 1,
      failures: 1,
      breaker_trips: 1,
      start_ms: null,
      calls: 1,
      outcomes: { ...none, unknown: 1 },
    }),
  ]);
});

test('that the index has lost old lines is known', async () => {
  for (const [calls, isWhole] of [
    [10, true],
    [100, false],
  ] as const) {
    const rig = createMcpLogRig({ limits: { max_file_mb: 0.01, max_files: 2, max_run_mb: 1 } });
    for (let count = 0; count < calls; count += 1) rig.call({});
    await rig.files();
    const stats = new McpStats();
    for await (const record of readMcpLogs({ directory: rig.directory, indexOnly: true })) stats.add(record);
    expect(stats.isWhole).toBe(isWhole);
    // What had to make room is not missing by mistake.
    expect(stats.servers()).toMatchObject([{ dropped: 0 }]);
  }
});
