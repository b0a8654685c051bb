/** What the calls of a run came to, per server and tool: a fold over the lines of the index. */
import type { CallOutcome } from '../events/call-outcome.ts';
import type { McpLogRecord } from './mcp-log-record.ts';

export interface CallStats {
  readonly calls: number;
  readonly outcomes: Readonly<Record<CallOutcome, number>>;
  /** Milliseconds; null without a call that was made. */
  readonly latency_ms: Percentiles | null;
  /** The part of it before calls were sent. */
  readonly queue_ms: Percentiles | null;
  /** Characters of all results. */
  readonly result_size: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface ToolStats extends CallStats {
  /** The server's own name of it. */
  readonly tool: string;
}

export interface ServerStats extends CallStats {
  readonly server: string;
  readonly starts: number;
  /** Starts in place of one that was lost or idle. */
  readonly restarts: number;
  readonly failures: number;
  readonly breaker_trips: number;
  /** Of the last start; null when there was none. */
  readonly start_ms: number | null;
  /** Log lines that are missing, by kind and reason: the numbers here do not know of them. */
  readonly dropped: number;
  readonly tools: readonly ToolStats[];
}

export class McpStats {
  readonly #servers = new Map<string, ServerCount>();
  #isWhole = true;

  /** False when the index has lost its oldest lines. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  add(record: McpLogRecord): void {
    const { server: name } = record;
    if (record.why === 'rotation' && name === undefined) this.#isWhole = false;
    if (name === undefined) return;
    const server = this.#servers.get(name) ?? newServer();
    this.#servers.set(name, server);
    if (record.kind === 'call') {
      count(server.calls, record);
      const tool = record.tool_raw ?? record.tool ?? '';
      const calls = server.tools.get(tool) ?? newCalls();
      server.tools.set(tool, calls);
      count(calls, record);
    }
    // What a file has lost by rotation the index may still have.
    if (record.kind === 'dropped' && record.why !== 'rotation') server.dropped += record.dropped ?? 0;
    if (record.event === 'server.starting') server.starts += 1;
    if (record.event === 'server.starting' && record.again === true) server.restarts += 1;
    if (record.event === 'server.ready') server.startMs = record.start_ms ?? null;
    if (record.event === 'server.failed') server.failures += 1;
    if (record.event === 'breaker.changed' && record.breaker === 'open') server.breakerTrips += 1;
  }

  /** Sorted by name; tools by how often they were called. */
  servers(): readonly ServerStats[] {
    return [...this.#servers]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([server, counted]) => ({
        server,
        starts: counted.starts,
        restarts: counted.restarts,
        failures: counted.failures,
        breaker_trips: counted.breakerTrips,
        start_ms: counted.startMs,
        dropped: counted.dropped,
        ...statsOf(counted.calls),
        tools: [...counted.tools]
          .map(([tool, calls]) => ({ tool, ...statsOf(calls) }))
          .toSorted((one, other) => other.calls - one.calls || (one.tool < other.tool ? -1 : 1)),
      }));
  }
}

interface CallCount {
  readonly outcomes: Record<CallOutcome, number>;
  readonly latencies: number[];
  readonly queues: number[];
  size: number;
}

interface ServerCount {
  readonly calls: CallCount;
  readonly tools: Map<string, CallCount>;
  starts: number;
  restarts: number;
  failures: number;
  breakerTrips: number;
  startMs: number | null;
  dropped: number;
}

function newCalls(): CallCount {
  return {
    outcomes: { ok: 0, tool_error: 0, denied: 0, failed: 0, unknown: 0, cancelled: 0 },
    latencies: [],
    queues: [],
    size: 0,
  };
}

function newServer(): ServerCount {
  const none = { starts: 0, restarts: 0, failures: 0, breakerTrips: 0, startMs: null, dropped: 0 };
  return { calls: newCalls(), tools: new Map(), ...none };
}

function count(
  calls: CallCount,
  { outcome = 'unknown', latency_ms, queue_ms, result_size }: McpLogRecord,
): void {
  calls.outcomes[outcome] += 1;
  // What was refused took no time worth comparing.
  if (outcome !== 'denied' && latency_ms !== undefined) calls.latencies.push(latency_ms);
  if (queue_ms !== undefined) calls.queues.push(queue_ms);
  calls.size += result_size ?? 0;
}

function statsOf({ outcomes, latencies, queues, size }: CallCount): CallStats {
  const calls = Object.values(outcomes).reduce((sum, each) => sum + each, 0);
  return {
    calls,
    outcomes,
    latency_ms: percentiles(latencies),
    queue_ms: percentiles(queues),
    result_size: size,
  };
}

/** By nearest rank: each is a value that occurred. */
function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).toSorted();
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
