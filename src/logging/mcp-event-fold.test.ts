import { describe, expect, test } from 'vitest';
import { createMcpLogRig } from './mcp-logs.test-support.ts';

const error = { code: 'MG1408', message: 'The tool did not answer in time', hint: 'Wait' };

describe('a call', () => {
  test('is one line, told when it has ended, with all that is known of it', async () => {
    const rig = createMcpLogRig();
    rig.call({
      server: 'files',
      serverTool: 'write_file',
      arguments: { path: '/ws/a.md', content: 'hello' },
      effects: ['Write'],
      paths: ['/ws/a.md'],
      text: 'done',
      latencyMs: 12.5,
      served: {
        server: 'files',
        connection: 'files#1',
        attempts: 2,
        queueMs: 1.5,
        serverMs: 10,
        resultLength: 4_000,
      },
    });
    expect(await rig.records('files.jsonl')).toEqual([
      {
        v: 1,
        ts: '2026-01-01T00:00:00.000Z',
        seq: 1,
        level: 'info',
        kind: 'call',
        run: 'log_20260101_000000_abcd',
        server: 'files',
        agent: 'writer',
        turn: 1,
        call: 'call_1',
        connection: 'files#1',
        tool: 'mcp__files__write_file',
        tool_raw: 'write_file',
        effects: ['Write'],
        paths: ['/ws/a.md'],
        outcome: 'ok',
        latency_ms: 12.5,
        queue_ms: 1.5,
        server_ms: 10,
        attempts: 2,
        result_size: 4_000,
        args: { path: '/ws/a.md', content: 'hello' },
        content_types: ['text'],
        preview: 'done',
      },
    ]);
  });

  test.each([
    ['ok', 'info'],
    ['tool_error', 'warning'],
    ['denied', 'notice'],
    ['cancelled', 'notice'],
    ['failed', 'error'],
    ['unknown', 'error'],
  ] as const)('that ended %s has the level %s', async (outcome, level) => {
    const rig = createMcpLogRig();
    rig.call({ outcome, ...(outcome === 'ok' ? {} : { error }) });
    const [record] = await rig.records('files.jsonl');
    expect(record).toMatchObject({ level, outcome });
    if (outcome !== 'ok') expect(record).toMatchObject({ error_code: 'MG1408', error: error.message });
  });

  test('whose tool failed says why in the words of the tool', async () => {
    const rig = createMcpLogRig();
    rig.call({ outcome: 'tool_error', text: 'ENOENT: no such file' });
    expect(await rig.records('index.jsonl')).toMatchObject([{ error: 'ENOENT: no such file' }]);
  });

  test('of a tool of our own, and events that are about no server, make no line', async () => {
    const rig = createMcpLogRig();
    const common = { agent: 'writer', turn: 1, call: 'c', tool: 'vote' };
    rig.event({ type: 'tool.call.started', ...common, arguments: {}, effects: [] });
    rig.event({ type: 'tool.call.finished', ...common, outcome: 'ok', content: [], latencyMs: 1 });
    rig.event({ type: 'message.user', text: 'x' });
    rig.event({ type: 'workspace.changed', ...common, added: ['a'], modified: [], deleted: [], cut: false });
    expect(await rig.files()).toEqual([]);
  });

  test('of which the start was not seen is told as far as it is known', async () => {
    const rig = createMcpLogRig();
    rig.event({
      type: 'tool.call.finished',
      agent: 'writer',
      turn: 2,
      call: 'c',
      tool: 'mcp__files__x',
      outcome: 'unknown',
      content: [],
      latencyMs: 1,
      served: { server: 'files', attempts: 1, queueMs: 0, serverMs: 1, resultLength: 0 },
    });
    expect(await rig.records('files.jsonl')).toMatchObject([
      { server: 'files', call: 'c', outcome: 'unknown' },
    ]);
  });
});

describe('files that calls changed', () => {
  const changed = { added: ['new.md'], modified: ['a.md'], deleted: [], cut: false };

  test('are a line with the call, and so is the snapshot that holds them', async () => {
    const rig = createMcpLogRig();
    const writing = { effects: ['Write'], serverTool: 'write_file' } as const;
    rig.call({ ...writing, call: 'c1' });
    rig.event({ type: 'workspace.changed', agent: 'writer', turn: 1, call: 'c1', ...changed });
    rig.call({ ...writing, call: 'c2', server: 'other' });
    rig.event({ type: 'workspace.changed', agent: 'writer', turn: 1, call: 'c2', ...changed });
    rig.call({ ...writing, call: 'c3', agent: 'critic' });
    rig.event({ type: 'workspace.changed', agent: 'critic', turn: 1, call: 'c3', ...changed });
    const snapshot = { snapshot: 'sha256:1', files: 1, bytes: 1, excluded: [], skipped: [] };
    rig.event({ type: 'snapshot.published', agent: 'writer', turn: 1, ...snapshot });
    rig.event({ type: 'snapshot.published', agent: 'writer', turn: 1, ...snapshot, snapshot: 'sha256:2' });
    const changes = (await rig.records('index.jsonl')).filter(({ kind }) => kind === 'change');
    expect(changes).toMatchObject([
      { server: 'files', agent: 'writer', call: 'c1', tool_raw: 'write_file', changed },
      { server: 'other', agent: 'writer', call: 'c2', changed },
      { server: 'files', agent: 'critic', call: 'c3', changed },
      { server: 'files', agent: 'writer', snapshot: 'sha256:1', calls: ['c1'] },
      { server: 'other', agent: 'writer', snapshot: 'sha256:1', calls: ['c2'] },
    ]);
    expect(changes).toHaveLength(5);
  });
});

test('what becomes of a server is told with its level', async () => {
  const rig = createMcpLogRig();
  const server = 'files';
  rig.event({ type: 'server.starting', server, launch: 'npx files' });
  rig.event({
    type: 'server.ready',
    server,
    tools: ['a', 'b'],
    startMs: 12,
    connection: 'files#1',
    version: 'files 1.0',
    protocol: '2025-11-25',
    pid: 7,
  });
  rig.event({ type: 'breaker.changed', server, state: 'open', retryInMs: 30_000, error });
  rig.event({ type: 'breaker.changed', server, state: 'half_open' });
  rig.event({ type: 'breaker.changed', server, state: 'closed' });
  rig.event({ type: 'server.failed', server, agent: 'writer', error });
  rig.event({ type: 'server.starting', server, launch: 'npx files', again: true });
  rig.event({ type: 'server.ready', server, tools: ['a'], startMs: 0, deferred: true });
  rig.event({ type: 'server.tools.changed', server, added: ['c'], removed: [], changed: [] });
  rig.event({ type: 'server.tools.changed', server, added: [], removed: [], changed: ['a'] });
  rig.event({ type: 'server.stopped', server, reason: 'idle' });
  const told = (await rig.records('index.jsonl')).map(({ level, kind, text }) => `${level} ${kind} ${text}`);
  expect(told).toEqual([
    'info lifecycle starting: npx files',
    'info lifecycle ready after 12 ms: 2 tools',
    'warning lifecycle calls are held back after failures',
    'notice lifecycle one call is let through to see',
    'notice lifecycle calls go through again',
    'error lifecycle not usable',
    'notice lifecycle starting again: npx files',
    'info lifecycle its tools are known from before, it starts with the first call: 1 tool',
    'notice discovery the server offers other tools than before',
    'warning security tools have another definition under the name they had',
    'info lifecycle ended: nobody had called it for a while',
  ]);
});
