/**
 * The logs of the MCP servers of one run, in its directory `mcp/`: `<server>.jsonl` with all lines of a server,
 * `index.jsonl` with the calls, starts and ends of all in brief, `<server>.stderr.log`, and with debug
 * `<server>.wire.jsonl`. It is both the sink of the run's events, which make the lines of calls, and the `McpLog` that
 * the connections tell the rest. Nothing here waits for a disk or throws at its callers; what went wrong is told by
 * `close`. Whoever ends the process without `close` calls `flushSync`.
 */
import type { McpLogLevel } from '../config/schema/logging-config.ts';
import type { Clock } from '../events/clock.ts';
import type { RunEvent } from '../events/run-event.ts';
import { createTimestamp } from '../journal/timestamp.ts';
import { EventBatch } from './event-batch.ts';
import { LineRate } from './line-rate.ts';
import { fileOf, indexStem, stemOf } from './log-file-name.ts';
import { LogFiles, type LogName, type Refusal } from './log-files.ts';
import { lastSeq } from './last-seq.ts';
import { McpEventFold, mcpEventLength } from './mcp-event-fold.ts';
import type { McpLogDraft } from './mcp-log-draft.ts';
import { levelOf, type McpLogLevels } from './mcp-log-levels.ts';
import { McpLogLines } from './mcp-log-lines.ts';
import { logLevels, type LogLevel } from '../events/log-level.ts';
import type { DropReason, McpLogKind } from './mcp-log-words.ts';
import type { LoggedServer, McpLog, McpLogEntry } from './mcp-log.ts';
import { PrivateKeyLines } from './private-key-lines.ts';
import { StderrLines } from './stderr-lines.ts';

export interface McpLoggerOptions {
  /** Absolute path of the run's `mcp/`; made with the first line. */
  readonly directory: string;
  /** Id of the run. */
  readonly run: string;
  readonly clock: Clock;
  /** Masks known secrets and what looks like one. */
  readonly redact: (text: string) => string;
  readonly levels: McpLogLevels;
  /** As in the config, `logging.mcp`. */
  readonly limits: McpLogLimits;
  /** Characters of the longest known secret, in the longest form it is masked in. Default 16,384. */
  readonly longestSecret?: number;
  /** Any text that nobody can guess: with it, digests of arguments and results tell nothing but that two are equal. */
  readonly digestKey: string;
}

export interface McpLogLimits {
  readonly max_file_mb: number;
  readonly max_files: number;
  readonly max_run_mb: number;
}

export interface McpLogger extends McpLog {
  event(event: RunEvent): void;
  /** Writes what waits before it returns, for the end of the process. */
  flushSync(): void;
  /** Writes the rest; rejects with the first thing that could not be written. */
  close(): Promise<void>;
}

const megabyte = 1024 * 1024;
const maxQueuedBytes = 8 * megabyte;
/** Lines a second and kind of what a server can make us write. Calls are counted by nobody but the limits of files. */
const ordinaryRate = 200;
const debugRate = 10_000;
const longestStderrLine = 8_000;
const reportAfterMs = 1_000;
const mostConnections = 200;
/** Kinds whose lines are in the index too, whatever the level of their server. */
const indexed: readonly McpLogKind[] = ['call', 'change', 'lifecycle', 'discovery', 'security', 'dropped'];
const ranks: ReadonlyMap<McpLogLevel, number> = new Map(
  [...logLevels, 'off' as const].map((level, rank) => [level, rank]),
);

export function createMcpLogger(options: McpLoggerOptions): McpLogger {
  return new FileMcpLogger(options);
}

/** `stderr` lines are no records, but are counted like a kind of them. */
type Counted = McpLogKind | 'stderr';
/** Server, kind and, for debug, a mark: what is counted together. */
type RateKey = `${string}\0${Counted}\0${'' | 'debug'}`;
type MissingKey = `${string}\0${Counted}\0${Refusal | 'rate'}`;

class FileMcpLogger implements McpLogger {
  readonly #levels: McpLogLevels;
  readonly #clock: Clock;
  readonly #files: LogFiles;
  readonly #lines: McpLogLines;
  readonly #fold = new McpEventFold();
  readonly #events: EventBatch;
  readonly #now: () => string;
  readonly #rate: LineRate<RateKey>;
  readonly #servers = new Map<string, ServerLogs>();
  readonly #printed = new Map<string, Printed>();
  readonly #missing = new Map<MissingKey, number>();
  readonly #maxRunMegabytes: number;
  #reporting: (() => void) | undefined;
  #isFull = false;
  #closed = false;
  #seq: number;

  constructor(options: McpLoggerOptions) {
    const { directory, clock, levels, limits } = options;
    this.#levels = levels;
    this.#clock = clock;
    this.#lines = new McpLogLines(options);
    this.#now = createTimestamp(clock);
    this.#maxRunMegabytes = limits.max_run_mb;
    this.#files = new LogFiles({
      directory,
      clock,
      maxFileBytes: limits.max_file_mb * megabyte,
      maxFiles: limits.max_files,
      maxTotalBytes: limits.max_run_mb * megabyte,
      maxQueuedBytes,
      onRemoved: (name, count) =>
        this.#tellMissing(this.#serverOf(name), fileOf({ ...name, generation: 0 }), 'rotation', count),
    });
    this.#events = new EventBatch(
      clock,
      (events) => {
        for (const event of events) for (const draft of this.#fold.lines(event)) this.#write(draft);
      },
      () => void this.#files.flush(),
      (work) => void setImmediate(work),
    );
    this.#seq = lastSeq(directory);
    this.#rate = new LineRate(clock, (key, dropped) => {
      const [server = '', of = 'noise'] = key.split('\0') as [string?, Counted?];
      this.#tellMissing(server, of, 'rate', dropped);
    });
  }

  wants(server: string, level: LogLevel): boolean {
    return !this.#closed && rankOf(level) >= this.#of(server).rank;
  }

  event(event: RunEvent): void {
    const characters = mcpEventLength(event);
    if (!this.#closed && characters !== undefined) this.#events.add(event, characters);
  }

  log(of: LoggedServer, entry: McpLogEntry): void {
    const { level, kind, text, tool, data } = entry;
    const { server, agent, connection } = of;
    if (kind === 'noise' && this.#printedBy(of).noise.hides(text)) return;
    this.#events.drain();
    this.#write({ level, kind, fields: { server, agent, connection, text, tool_raw: tool, data } });
  }

  stderr(of: LoggedServer, text: string): void {
    if (this.#closed || this.#of(of.server).rank === off) return;
    this.#writeStderr(of, this.#printedBy(of).stderr.add(text));
  }

  wire({ server, agent, connection }: LoggedServer, dir: 'in' | 'out', message: unknown): void {
    if (!this.wants(server, 'debug')) return;
    const fields = { server, agent, connection, dir, ...envelopeOf(message), message };
    this.#events.drain();
    this.#write({ level: 'debug', kind: 'wire', fields });
  }

  flushSync(): void {
    this.#tellAll();
    this.#files.flushSync();
  }

  async close(): Promise<void> {
    this.#tellAll();
    this.#closed = true;
    await this.#files.close();
  }

  #tellAll(): void {
    this.#events.drain();
    for (const { of, stderr } of this.#printed.values()) this.#writeStderr(of, stderr.end());
    this.#rate.close();
    this.#report();
  }

  #write(draft: McpLogDraft): void {
    const { level, kind } = draft;
    const { server = '' } = draft.fields;
    if (this.#closed) return;
    const logs = this.#of(server);
    const inOwn = rankOf(level) >= logs.rank;
    const inIndex = logs.rank !== off && level !== 'debug' && indexed.includes(kind);
    if (!inOwn && !inIndex) return;
    const refusal = this.#files.refusal();
    if (refusal !== undefined) return this.#miss(server, kind, refusal);
    if (!this.#allows(server, kind, level)) return;
    this.#seq += 1;
    const { full, brief } = this.#lines.make(draft, draft.ts ?? this.#now(), this.#seq);
    const refused =
      (inOwn ? this.#files.append(kind === 'wire' ? logs.wire : logs.lines, full) : undefined) ??
      (inIndex ? this.#files.append(index, brief) : undefined);
    if (refused !== undefined) this.#miss(server, kind, refused);
  }

  #printedBy(of: LoggedServer): Printed {
    const key = `${of.server}\0${of.agent ?? ''}\0${of.connection ?? ''}`;
    let printed = this.#printed.get(key);
    if (printed === undefined) {
      printed = { of, stderr: new StderrLines(), noise: new PrivateKeyLines() };
      this.#printed.set(key, printed);
      this.#forgetOldest();
    }
    return printed;
  }

  /** A server that is started again and again has many connections. */
  #forgetOldest(): void {
    const [oldest] = this.#printed;
    if (this.#printed.size <= mostConnections || oldest === undefined) return;
    const [key, { of, stderr }] = oldest;
    this.#printed.delete(key);
    this.#writeStderr(of, stderr.end());
  }

  #writeStderr(of: LoggedServer, lines: readonly string[]): void {
    const who = [of.connection, of.agent].filter((part) => part !== undefined).join(' ');
    const prefix = `${this.#now()} ${who === '' ? '' : `${this.#lines.shownName(who)} `}| `;
    for (const text of lines) {
      const refusal = this.#files.refusal();
      if (refusal !== undefined) this.#miss(of.server, 'stderr', refusal);
      else if (this.#allows(of.server, 'stderr', 'info')) {
        const line = `${prefix}${this.#lines.shownText(text, longestStderrLine)}\n`;
        const refused = this.#files.append(this.#of(of.server).stderr, line);
        if (refused !== undefined) this.#miss(of.server, 'stderr', refused);
      }
    }
  }

  #allows(server: string, kind: Counted, level: LogLevel): boolean {
    // Calls are made by agents, not by servers.
    if (kind === 'call' || kind === 'change') return true;
    const debug = level === 'debug';
    return this.#rate.allows(`${server}\0${kind}\0${debug ? 'debug' : ''}`, debug ? debugRate : ordinaryRate);
  }

  /** A line that could not be taken: told a second later, together with those that follow. */
  #miss(server: string, of: Counted, why: Refusal): void {
    if (why === 'run_limit' && !this.#isFull) {
      this.#isFull = true;
      const text = `the MCP logs of this run have reached ${this.#maxRunMegabytes} MiB (logging.mcp.max_run_mb); what comes now is only counted`;
      this.#tell({ level: 'warning', kind: 'dropped', fields: { text, why } });
    }
    const key: MissingKey = `${server}\0${of}\0${why}`;
    this.#missing.set(key, (this.#missing.get(key) ?? 0) + 1);
    // What the limit of the run keeps out is told once, at the end.
    if (why === 'queue') this.#reporting ??= this.#clock.after(reportAfterMs, () => this.#report());
  }

  #report(): void {
    this.#reporting?.();
    this.#reporting = undefined;
    for (const [key, count] of this.#missing) {
      const [server, of, why] = key.split('\0') as [string, Counted, Refusal];
      this.#tellMissing(server, of, why, count);
    }
    this.#missing.clear();
  }

  #tellMissing(server: string, of: string, why: DropReason, dropped: number | undefined): void {
    const count = dropped === undefined ? 'lines' : `${dropped} ${dropped === 1 ? 'line' : 'lines'}`;
    const text = `dropped ${count} (${of}): ${reasons[why]}`;
    this.#tell({
      // That old lines make room for new ones is what was asked for.
      level: why === 'rotation' ? 'notice' : 'warning',
      kind: 'dropped',
      fields: { server: server === '' ? undefined : server, text, dropped, of, why },
    });
  }

  /** Lines about missing lines are few, and no limit holds for them. */
  #tell(draft: McpLogDraft): void {
    this.#seq += 1;
    const { server } = draft.fields;
    const { full } = this.#lines.make(draft, this.#now(), this.#seq);
    if (server !== undefined) this.#files.append(this.#of(server).lines, full, true);
    this.#files.append(index, full, true);
  }

  /** Empty for the index. */
  #serverOf({ stem }: LogName): string {
    for (const [server, { lines }] of this.#servers) if (lines.stem === stem) return server;
    return '';
  }

  #of(server: string): ServerLogs {
    let logs = this.#servers.get(server);
    if (logs === undefined) {
      const stem = stemOf(server, this.#lines.shownName(server));
      logs = {
        rank: rankOf(levelOf(this.#levels, server)),
        lines: { stem, kind: 'lines' },
        wire: { stem, kind: 'wire' },
        stderr: { stem, kind: 'stderr' },
      };
      this.#servers.set(server, logs);
    }
    return logs;
  }
}

/** What a connection is in the middle of printing. */
interface Printed {
  readonly of: LoggedServer;
  readonly stderr: StderrLines;
  readonly noise: PrivateKeyLines;
}

/** What is the same for all lines of a server. */
interface ServerLogs {
  /** Of the level from which on its lines are written. */
  readonly rank: number;
  readonly lines: LogName;
  readonly wire: LogName;
  readonly stderr: LogName;
}

const index: LogName = { stem: indexStem, kind: 'lines' };
const off = logLevels.length;

const reasons = {
  rate: 'too many in one second',
  queue: 'the disk is too slow',
  run_limit: 'the logs of the run are full',
  disk: 'the file could not be written',
  rotation: 'the oldest file had to make room',
} as const satisfies Record<DropReason, string>;

function rankOf(level: McpLogLevel): number {
  return ranks.get(level) ?? off;
}

/** What a message of JSON-RPC says of itself; it is the server's and may be anything. */
function envelopeOf(message: unknown): { readonly method?: string; readonly rpc_id?: string | number } {
  if (typeof message !== 'object' || message === null) return {};
  const { method, id } = message as { readonly method?: unknown; readonly id?: unknown };
  return {
    ...(typeof method === 'string' ? { method } : {}),
    ...(typeof id === 'string' || typeof id === 'number' ? { rpc_id: id } : {}),
  };
}
