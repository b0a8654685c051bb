/** A logger on a real directory with a clock that stands still, and the events that make its lines. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { createSimulatedClock, type SimulatedClock } from '../testing/simulated-clock.ts';
import { mcpLogRecordSchema, type McpLogRecord } from './mcp-log-record.ts';
import { createMcpLogger, type McpLogger, type McpLoggerOptions } from './mcp-logger.ts';
import { redactText } from './redact-text.ts';

const run = 'log_20260101_000000_abcd';

export interface McpLogRig {
  readonly directory: string;
  readonly clock: SimulatedClock;
  readonly logger: McpLogger;
  event(body: DurableEventBody): void;
  /** A call from its start to its end. */
  call(call: GivenCall): void;
  /** Closes the logger; the names of its files. */
  files(): Promise<readonly string[]>;
  /** Closes the logger; a file as text. */
  text(file: string): Promise<string>;
  /** Closes the logger; the lines of a file, each of which must fit the schema. */
  records(file: string): Promise<readonly McpLogRecord[]>;
}

type Started = Extract<DurableEventBody, { type: 'tool.call.started' }>;
type Finished = Extract<DurableEventBody, { type: 'tool.call.finished' }>;
type GivenCall = Partial<Omit<Started, 'type'> & Omit<Finished, 'type'>> & { readonly text?: string };

export function newDirectory(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'massgen-mcp-logs-')), 'mcp');
}

export function createMcpLogRig(options: Partial<McpLoggerOptions> = {}): McpLogRig {
  const clock = createSimulatedClock();
  const directory = options.directory ?? newDirectory();
  const logger = createMcpLogger({
    directory,
    run,
    clock,
    redact: redactText,
    levels: { others: 'info', servers: new Map() },
    limits: { max_file_mb: 10, max_files: 5, max_run_mb: 200 },
    digestKey: 'for tests',
    ...options,
  });
  let seq = 0;
  let calls = 0;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= logger.close());

  function event(body: DurableEventBody): void {
    seq += 1;
    const at = new Date(clock.now()).toISOString();
    logger.event({ v: 1, seq, at, run, ...body } satisfies DurableEvent);
  }

  return {
    directory,
    clock,
    logger,
    event,
    call(given) {
      calls += 1;
      const { server = 'files', serverTool = 'read_file' } = given;
      const common = {
        agent: given.agent ?? 'writer',
        turn: given.turn ?? 1,
        call: given.call ?? `call_${calls}`,
        tool: given.tool ?? `mcp__${server}__${serverTool}`,
      };
      event({
        type: 'tool.call.started',
        ...common,
        server,
        serverTool,
        arguments: 'arguments' in given ? given.arguments : { path: '/ws/a.md' },
        effects: given.effects ?? ['Read'],
        ...(given.paths === undefined ? {} : { paths: given.paths }),
      });
      event({
        type: 'tool.call.finished',
        ...common,
        outcome: given.outcome ?? 'ok',
        content: given.content ?? [{ type: 'text', text: given.text ?? 'a text' }],
        latencyMs: given.latencyMs ?? 3,
        ...(given.error === undefined ? {} : { error: given.error }),
        ...(given.served === undefined ? {} : { served: given.served }),
      });
    },
    async files() {
      await close();
      return existsSync(directory) ? readdirSync(directory).toSorted() : [];
    },
    async text(file) {
      await close();
      return readFileSync(path.join(directory, file), 'utf8');
    },
    async records(file) {
      await close();
      return recordsOf(readFileSync(path.join(directory, file), 'utf8'));
    },
  };
}

/** The lines of a log, each of which must fit the schema. */
function recordsOf(text: string): readonly McpLogRecord[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  return lines.map((line) => mcpLogRecordSchema.parse(JSON.parse(line)));
}

/** Everything the logger has written, as one text. */
export function allText(directory: string): string {
  return readdirSync(directory)
    .map((file) => `${file}\n${readFileSync(path.join(directory, file), 'utf8')}`)
    .join('\n');
}
