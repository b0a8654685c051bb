/**
 * A call as an agent makes it, for benchmarks: name table, argument check, effects, policy, journal on disk, hub,
 * limits, log files. Nothing is left out that a run has.
 */
import { join } from 'node:path';
import type { Transport } from '@modelcontextprotocol/client';
import { loggingConfigSchema } from '../src/config/schema/logging-config.ts';
import { EventRecorder } from '../src/journal/event-recorder.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import { createFileBlobStore } from '../src/journal/file-blob-store.ts';
import { createMcpLogger } from '../src/logging/mcp-logger.ts';
import { silentMcpLog } from '../src/logging/mcp-log.ts';
import { redactText } from '../src/logging/redact-text.ts';
import type { DiscoveryCache } from '../src/mcp/discovery-cache.ts';
import { createMcpHub, type McpHub } from '../src/mcp/mcp-hub.ts';
import type { ServerSpec, StdioServerSpec } from '../src/mcp/server-spec.ts';
import { createChildSupervisor } from '../src/process/child-supervisor.ts';
import { minimalEnvironment } from '../src/process/minimal-environment.ts';
import { randomIds } from '../src/runtime/random-ids.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { createToolPipeline } from '../src/tools/create-tool-pipeline.ts';
import type { PipelineResult } from '../src/tools/pipeline-result.ts';
import { createServerTools } from '../src/tools/server-tools.ts';
import { toolTable } from '../src/tools/tool-table.ts';

const noCache: DiscoveryCache = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
};

export interface BenchPipeline {
  readonly hub: McpHub;
  readonly pids: readonly number[];
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<PipelineResult>;
  close(): Promise<void>;
}

export interface BenchPipelineOptions {
  /** A directory of its own; the journal and the logs go there. */
  readonly directory: string;
  readonly specs: readonly ServerSpec[];
  /** Default true. */
  readonly logs?: boolean;
  readonly transportOf?: (spec: ServerSpec) => Transport | undefined;
}

const agent = 'writer';

export function stdioSpec(
  name: string,
  args: readonly string[],
  more: Partial<StdioServerSpec> = {},
): StdioServerSpec {
  return {
    type: 'stdio',
    name,
    agent,
    scope: 'shared',
    mayIdle: false,
    connectTimeoutMs: 30_000,
    callIdleMs: 60_000,
    callTotalMs: 600_000,
    allowLists: [],
    excludedTools: [],
    launch: {
      command: process.execPath,
      args,
      env: minimalEnvironment(process.env),
      cwd: process.cwd(),
    },
    ...more,
  };
}

export async function openPipeline(options: BenchPipelineOptions): Promise<BenchPipeline> {
  const { directory, specs, logs = true } = options;
  const run = 'log_20260101_000000_abcd';
  const children = createChildSupervisor({ family: randomIds.hex(6) });
  const journal = await createJournal({
    path: join(directory, 'journal.jsonl'),
    run,
    clock: systemClock,
    blobs: createFileBlobStore(join(directory, '.store')),
  });
  const recorder = new EventRecorder({
    journal,
    clock: systemClock,
    onListenerError: (error) => {
      throw error;
    },
  });
  const logger = logs
    ? createMcpLogger({
        directory: join(directory, 'mcp'),
        run,
        clock: systemClock,
        redact: redactText,
        levels: { others: 'info', servers: new Map() },
        limits: loggingConfigSchema.parse({}).mcp,
        digestKey: 'bench',
      })
    : undefined;
  if (logger !== undefined) recorder.subscribe((event) => logger.event(event));
  const pids: number[] = [];
  const log = logger ?? silentMcpLog;
  const hub = createMcpHub({
    spawn: async (launch) => {
      const child = await children.spawn(launch);
      pids.push(child.pid);
      return child;
    },
    clock: systemClock,
    ids: randomIds,
    random: Math.random,
    fetch,
    program: { name: 'bench', version: '0' },
    emit: (event) => recorder.append([event]).durable,
    replaceSecrets: (text) => text,
    log,
    cache: noCache,
    ...(options.transportOf === undefined ? {} : { transportOf: options.transportOf }),
  });
  const { signal } = new AbortController();
  await hub.start(specs, signal);
  const tools = createServerTools({ servers: () => hub.of(agent), log });
  const table = toolTable(tools());
  const pipeline = createToolPipeline({
    recorder,
    clock: systemClock,
    tableOf: () => table,
    takeChanges: () => Promise.resolve(undefined),
    expectUnconfined: () => Promise.resolve(),
    spill: () => Promise.resolve(''),
    replaceSecrets: (text) => text,
    rulesOf: () => ({ roots: [], writable: [] }),
    isPlanning: () => false,
    readBeforeDelete: false,
    workspaceOf: () => undefined,
    baseOf: () => process.cwd(),
    home: process.cwd(),
  });
  let calls = 0;
  return {
    hub,
    pids,
    call(name, args) {
      calls += 1;
      return pipeline({ agent, turn: 1, request: { id: `call_${calls}`, name, arguments: args }, signal });
    },
    async close() {
      await hub.close();
      await logger?.close();
      await journal.close();
    },
  };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
