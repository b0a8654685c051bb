/**
 * The lines of a run's MCP logs in their order, over all files. A line that stands in the index and in the file of its
 * server comes once, from the file of the server, where more of it stands; what that file has lost by rotation comes
 * from the index. Reads while the run still writes, and with `follow` goes on until it has ended.
 */
import { type Clock, sleep } from '../events/clock.ts';
import { indexStem } from './log-file-name.ts';
import { logFilesIn, type LogName } from './log-files.ts';
import { LogTail, type LogLook } from './log-tail.ts';
import { mcpLogRecordSchema, type McpLogRecord } from './mcp-log-record.ts';

export interface ReadMcpLogsOptions {
  /** The run's `mcp/`; one that is not there has no lines. */
  readonly directory: string;
  /** Also the messages of the protocol. Default false. */
  readonly wire?: boolean;
  /** Only the index: all calls, starts and ends, without arguments and results. Default false. */
  readonly indexOnly?: boolean;
  /** Default: ends with what is there. */
  readonly follow?: FollowOptions;
  /** Told of each line that cannot be understood. */
  readonly onBadLine?: (file: string) => void;
}

export interface FollowOptions {
  readonly clock: Clock;
  /** Whether the run writes no more. */
  readonly ended: () => boolean;
  readonly signal: AbortSignal;
}

const followEveryMs = 250;
/** How many lines back a line may come a second time. */
const remembered = 50_000;

interface Look {
  readonly file: string;
  readonly look: LogLook;
}

interface Source {
  readonly lines: AsyncGenerator<McpLogRecord, void, void>;
  next: McpLogRecord | undefined;
}

export async function* readMcpLogs(options: ReadMcpLogsOptions): AsyncGenerator<McpLogRecord, void, void> {
  const { follow } = options;
  const tails = new Map<string, LogTail>();
  const seen = new Set<number>();
  for (;;) {
    // Asked before reading: what was written until the run had ended is read below.
    const ended = follow === undefined || follow.ended();
    for await (const record of readOnce(options, tails)) {
      if (seen.has(record.seq)) continue;
      if (follow !== undefined) remember(seen, record.seq);
      yield record;
    }
    if (ended) return;
    try {
      await sleep(follow.clock, followEveryMs, follow.signal);
    } catch (error) {
      if (follow.signal.aborted) return;
      throw error;
    }
  }
}

/** What has come since the last time, in order. */
async function* readOnce(
  options: ReadMcpLogsOptions,
  tails: Map<string, LogTail>,
): AsyncGenerator<McpLogRecord, void, void> {
  const looks: Look[] = [];
  const look = async (name: LogName): Promise<void> => {
    const key = `${name.stem}.${name.kind}`;
    const tail = tails.get(key) ?? new LogTail(options.directory, name);
    tails.set(key, tail);
    looks.push({ file: key, look: await tail.look() });
  };
  try {
    // The index first: what stands in it now stands in the files of the servers as well.
    await look({ stem: indexStem, kind: 'lines' });
    for (const name of serverLogs(options)) await look(name);
    const sources: Source[] = [];
    // Before the index: of two lines with one number the first counts.
    for (const { file, look } of looks.toReversed()) {
      const lines = records(look, file, options.onBadLine);
      sources.push({ lines, next: await nextOf(lines) });
    }
    yield* merged(sources);
  } finally {
    for (const { look } of looks) await look.close();
  }
}

function serverLogs(options: ReadMcpLogsOptions): readonly LogName[] {
  const { directory, wire = false, indexOnly = false } = options;
  if (indexOnly) return [];
  const names = new Map<string, LogName>();
  for (const { stem, kind } of logFilesIn(directory)) {
    const isWanted = stem !== indexStem && (kind === 'lines' || (wire && kind === 'wire'));
    if (isWanted) names.set(`${stem}.${kind}`, { stem, kind });
  }
  return [...names.values()];
}

async function* merged(sources: readonly Source[]): AsyncGenerator<McpLogRecord, void, void> {
  for (;;) {
    let least: Source | undefined;
    for (const source of sources)
      if (source.next !== undefined && source.next.seq < (least?.next?.seq ?? Number.POSITIVE_INFINITY))
        least = source;
    const record = least?.next;
    if (record === undefined) return;
    for (const source of sources) {
      while (source.next !== undefined && source.next.seq <= record.seq)
        source.next = await nextOf(source.lines);
    }
    yield record;
  }
}

async function nextOf(lines: AsyncGenerator<McpLogRecord, void, void>): Promise<McpLogRecord | undefined> {
  const { value, done } = await lines.next();
  return done === true ? undefined : value;
}

async function* records(
  look: LogLook,
  file: string,
  onBadLine: (file: string) => void = () => undefined,
): AsyncGenerator<McpLogRecord, void, void> {
  for await (const line of look.lines()) {
    // A crash leaves half a line, and the next line feed ends it.
    const record = parse(line);
    if (record === undefined) onBadLine(file);
    else yield record;
  }
}

function parse(line: string): McpLogRecord | undefined {
  try {
    return mcpLogRecordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function remember(seen: Set<number>, seq: number): void {
  seen.add(seq);
  const [oldest] = seen;
  if (seen.size > remembered && oldest !== undefined) seen.delete(oldest);
}
