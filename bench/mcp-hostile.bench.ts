/**
 * How long hostile MCP servers keep everybody else waiting: the longest time the event loop of our process stood still
 * while one server floods, sends what is far too large or nested far too deeply, or lists thousands of tools. Each row
 * starts the server through a real hub with a real log, does what the row says, and closes it; beside it another server
 * of the same hub is called all the time. The first row is an ordinary server, for comparison. A stop is the median over
 * the rounds: the worst of them also shows what else the machine does. The processor time in a stop is ours alone.
 * Run: node bench/mcp-hostile.bench.ts [--quick] [ROW…]
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createMcpLogger, type McpLogger } from '../src/logging/mcp-logger.ts';
import { createMcpHub, type McpHub } from '../src/mcp/mcp-hub.ts';
import type { ServerCallResult } from '../src/mcp/server-call-result.ts';
import type { ServerSpec } from '../src/mcp/server-spec.ts';
import { createChildSupervisor } from '../src/process/child-supervisor.ts';
import { minimalEnvironment } from '../src/process/minimal-environment.ts';
import { systemClock } from '../src/runtime/system-clock.ts';

const quick = process.argv.includes('--quick') || process.env['MASSGEN_BENCH_SHORT'] === '1';
const chosen = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const rounds = quick ? 1 : 5;
const many = quick ? 20_000 : 100_000;
const asked = quick ? 5_000 : 20_000;
const pauseMs = quick ? 1_000 : 2_000;
const fixtures = fileURLToPath(new URL('../test/fixtures/servers/', import.meta.url));

interface Row {
  readonly name: string;
  readonly file: string;
  readonly mode: string;
  readonly calls: readonly { readonly tool: string; readonly args?: Readonly<Record<string, unknown>> }[];
  /** Of each call, where it is meant to end without an answer; milliseconds. */
  readonly callMs?: number;
}

const from =
  (file: string) =>
  (name: string, mode: string, calls: Row['calls'], more: Partial<Row> = {}): Row => ({
    name,
    file,
    mode,
    calls,
    ...more,
  });
const hostile = from('hostile-server.mjs');
const scheming = from('scheming-server.mjs');
const overHttp = (name: string, tool: string, args = {}): Row => ({
  name,
  file: '',
  mode: 'http',
  calls: [{ tool, args }],
});
const echo = { tool: 'echo' };
const rows: readonly Row[] = [
  { name: 'an ordinary server', file: 'odd-server.mjs', mode: 'banner', calls: [echo, echo, echo] },
  hostile('100,000 lines of junk', 'junk', [echo]),
  hostile('junk without end', 'drowns', [echo], { callMs: pauseMs }),
  hostile('a line of 64 MB', 'long-line', [echo]),
  hostile('64 MB on stderr', 'long-stderr', [echo]),
  hostile('a text of 9 MB', 'big', [{ tool: 'text' }]),
  hostile('a text of 50 MB', 'big', [{ tool: 'text', args: { megabytes: 50 } }]),
  hostile('9 MB of escapes', 'big', [{ tool: 'escapes' }]),
  hostile('300,000 blocks', 'big', [{ tool: 'blocks' }]),
  hostile('4 million numbers', 'big', [{ tool: 'numbers' }]),
  hostile(
    '100,000 levels',
    'deep',
    ['structured', 'block', 'meta', 'resource', 'error'].map((tool) => ({ tool })),
  ),
  scheming('10,000 tools', 'thousands-of-tools', []),
  scheming('5 million things that are no tools', 'no-tools', []),
  scheming('100 tools with 9 MB of schemas', 'fat-tools', []),
  scheming('a tool with an output schema of 2 MB', 'fat-output', []),
  scheming(`${many} changes of its list`, 'notifies', [
    { tool: 'echo', args: { method: 'notifications/tools/list_changed', times: many } },
  ]),
  scheming(`${many} log messages`, 'notifies', [
    {
      tool: 'echo',
      args: { method: 'notifications/message', params: { level: 'info', data: 'hello' }, times: many },
    },
  ]),
  scheming(`${many} notes of progress`, 'notifies', [
    { tool: 'echo', args: { method: 'notifications/progress', params: { progress: 1 }, times: many } },
  ]),
  scheming('a log message of 9 MB', 'notifies', [
    {
      tool: 'echo',
      args: { method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(9_000_000) } },
    },
  ]),
  scheming(`${asked} pings`, 'asks-for', [{ tool: 'echo', args: { method: 'ping', times: asked } }]),
  scheming(`${asked} requests for a model`, 'asks-for', [
    { tool: 'echo', args: { method: 'sampling/createMessage', params: {}, times: asked } },
  ]),
  scheming('a form of 150,000 fields', 'asks-much', [echo]),
  scheming('pings that it never hears', 'deaf', [echo], { callMs: pauseMs }),
  overHttp(`${many} events over HTTP`, 'flood', { times: many }),
  overHttp('a text of 9 MB over HTTP', 'large'),
  overHttp('a text of 9 MB in an event', 'large-event'),
  overHttp('4 million numbers over HTTP', 'heavy'),
  overHttp('4 million numbers in an event', 'heavy-event'),
];

function specOf({ file, mode, callMs }: Row, directory: string): ServerSpec {
  const common = {
    name: mode,
    agent: 'writer',
    scope: 'shared',
    mayIdle: false,
    connectTimeoutMs: 60_000,
    callIdleMs: callMs ?? 60_000,
    callTotalMs: callMs ?? 60_000,
    allowLists: [],
    excludedTools: [],
  } as const;
  if (file === '')
    return { type: 'streamable-http', ...common, url: httpServer.url, headers: {}, readTimeoutMs: 60_000 };
  return {
    type: 'stdio',
    ...common,
    launch: {
      command: process.execPath,
      args: [join(fixtures, file), mode],
      env: minimalEnvironment(process.env),
      cwd: directory,
    },
  };
}

/** In a process of its own: what it does must not be counted as ours. */
async function startHttpServer(): Promise<{ readonly url: string; readonly end: () => void }> {
  const file = fileURLToPath(new URL('hostile-http.bench-support.mjs', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${String(port).trim()}/mcp`, end: () => child.stdin.end() };
}

interface Measured {
  readonly row: string;
  /** Longest stop of the event loop, of each round. */
  readonly stops: number[];
  /** Most processor time of our thread between two turns of a timer, of each round. */
  readonly busy: number[];
  readonly others: number[];
  readonly took: number[];
  outcome: string;
}

function createHub(logger: McpLogger): McpHub {
  const children = createChildSupervisor({ family: randomBytes(6).toString('hex') });
  let count = 0;
  return createMcpHub({
    spawn: children.spawn,
    clock: systemClock,
    ids: { next: (prefix) => `${prefix}_${(count += 1)}` },
    random: Math.random,
    fetch,
    program: { name: 'massgen', version: '0.0.0' },
    emit: () => Promise.resolve(),
    replaceSecrets: (text) => text,
    log: logger,
    cache: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
  });
}

async function callOf(
  hub: McpHub,
  name: string,
  tool: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<ServerCallResult | undefined> {
  const server = hub.of('writer').find(({ spec }) => spec.name === name)?.server;
  return server?.call({ tool, args, repeatable: false, signal: new AbortController().signal });
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

async function measure(row: Row, into: Measured, directory: string): Promise<void> {
  const logger = createMcpLogger({
    directory: join(directory, `${row.mode}-${into.took.length}-${rows.indexOf(row)}`),
    run: 'log_20260101_000000_abcd',
    clock: systemClock,
    redact: (text) => text,
    levels: { others: 'notice', servers: new Map() },
    limits: { max_file_mb: 20, max_files: 3, max_run_mb: 200 },
    digestKey: 'bench',
  });
  const hub = createHub(logger);
  const { signal } = new AbortController();
  const quiet: Row = { name: '', file: 'odd-server.mjs', mode: 'content', calls: [] };
  await hub.start([specOf(quiet, directory)], signal);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let [used, busiest] = [threadMs(), 0];
  const looks = setInterval(() => {
    const now = threadMs();
    busiest = Math.max(busiest, now - used);
    used = now;
  }, 5);
  const began = performance.now();
  const over = new AbortController();
  let slowest = 0;
  const others = (async () => {
    while (!over.signal.aborted) {
      const began = performance.now();
      await callOf(hub, 'content', 'structured');
      slowest = Math.max(slowest, performance.now() - began);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  })();
  await hub.start([specOf(row, directory)], signal);
  const outcomes: string[] = [];
  for (const { tool, args } of row.calls)
    outcomes.push((await callOf(hub, row.mode, tool, args))?.outcome ?? 'not ready');
  into.took.push(performance.now() - began);
  over.abort();
  await others;
  // The last stop is only seen when it is over.
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  delay.disable();
  clearInterval(looks);
  into.busy.push(busiest);
  into.stops.push(delay.max / 1e6);
  into.others.push(slowest);
  into.outcome = outcomes.join(' ');
  await hub.close();
  await logger.close();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const httpServer = await startHttpServer();
const directory = await mkdtemp(join(tmpdir(), 'massgen-bench-'));
try {
  const wanted = rows.filter(({ name }) => chosen.length === 0 || chosen.some((part) => name.includes(part)));
  const results = wanted.map((row): Measured => ({
    row: row.name,
    stops: [],
    busy: [],
    others: [],
    took: [],
    outcome: '',
  }));
  // What is loaded on first use is loaded before anything is measured.
  await measure(
    rows[0] as Row,
    { row: '', stops: [], busy: [], others: [], took: [], outcome: '' },
    directory,
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, row] of wanted.entries()) await measure(row, results[index] as Measured, directory);
  }
  console.table(
    results.map(({ row, stops, busy, others, took, outcome }) => ({
      'while one server sends': row,
      'longest stop, ms': Math.round(median(stops)),
      'at most': 200,
      'busy in it, ms': Math.round(median(busy)),
      'worst round, ms': Math.round(Math.max(...stops)),
      'slowest call elsewhere, ms': Math.round(median(others)),
      'took, ms': Math.round(median(took)),
      outcomes: outcome,
    })),
  );
} finally {
  httpServer.end();
  await rm(directory, { recursive: true, force: true });
}
