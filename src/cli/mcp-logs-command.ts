/** `massgen mcp logs`: what a run's MCP servers did, from its log files. Needs no config and no key. */
import { isLocked } from '../journal/file-lock.ts';
import { matchesMcpLog, type McpLogFilter } from '../logging/mcp-log-filter.ts';
import { parseMoment } from '../logging/parse-duration.ts';
import { readMcpLogs } from '../logging/read-mcp-logs.ts';
import { escapeUnseen } from '../logging/redacted-json.ts';
import { keepAlive, systemClock } from '../runtime/system-clock.ts';
import { createMcpLogRows } from './mcp-log-rows.ts';
import { mcpRunDirectory } from './mcp-run-directory.ts';
import { outputProblem } from './output-problem.ts';
import { terminalOutput } from './terminal-output.ts';

export interface McpLogsFlags {
  readonly output: 'text' | 'json';
  readonly follow?: boolean;
  readonly server?: McpLogFilter['servers'];
  readonly agent?: McpLogFilter['agents'];
  readonly tool?: McpLogFilter['tools'];
  readonly kind?: McpLogFilter['kinds'];
  readonly outcome?: McpLogFilter['outcomes'];
  readonly level?: McpLogFilter['level'];
  /** As typed. */
  readonly since?: string;
  /** Milliseconds. */
  readonly slowerThan?: number;
  readonly grep?: string;
}

export async function mcpLogsCommand(run: string, flags: McpLogsFlags): Promise<number> {
  const directory = await mcpRunDirectory(run, process.cwd());
  const { output, follow = false } = flags;
  const filter: McpLogFilter = {
    servers: flags.server,
    agents: flags.agent,
    tools: flags.tool,
    kinds: flags.kind,
    outcomes: flags.outcome,
    level: flags.level,
    since: flags.since === undefined ? undefined : parseMoment(flags.since, systemClock.now()),
    slowerThanMs: flags.slowerThan,
    grep: flags.grep,
  };
  const { stdout } = process;
  const stopped = new AbortController();
  let problem: NodeJS.ErrnoException | undefined;
  const interrupt = (): void => stopped.abort();
  const fail = (error: NodeJS.ErrnoException): void => {
    problem = error;
    stopped.abort();
  };
  const letEnd = keepAlive();
  process.once('SIGINT', interrupt);
  stdout.once('error', fail);
  const rows = createMcpLogRows(terminalOutput(stdout), follow);
  let bad = 0;
  let shown = 0;
  try {
    const records = readMcpLogs({
      directory: directory.mcp,
      wire: filter.kinds?.includes('wire') ?? false,
      onBadLine: () => {
        bad += 1;
      },
      ...(follow
        ? {
            follow: {
              clock: systemClock,
              ended: () => !isLocked(directory.lock),
              signal: stopped.signal,
            },
          }
        : {}),
    });
    for await (const record of records) {
      if (stopped.signal.aborted) break;
      if (!matchesMcpLog(record, filter)) continue;
      shown += 1;
      if (output === 'json') stdout.write(`${escapeUnseen(JSON.stringify(record))}\n`);
      else rows.add(record);
      // A slow reader must not make us hold the whole log.
      if (stdout.writableNeedDrain) await drained(stdout, stopped.signal);
    }
    rows.end();
  } finally {
    process.removeListener('SIGINT', interrupt);
    stdout.removeListener('error', fail);
    letEnd();
  }
  // Whoever closes the pipe has seen enough, such as `head`.
  if (problem !== undefined && problem.code !== 'EPIPE')
    throw outputProblem(problem, 'Check the place it goes to.');
  if (stopped.signal.aborted) return problem === undefined && !follow ? 130 : 0;
  if (shown === 0 && output === 'text')
    process.stderr.write(`No lines of MCP servers in ${directory.id} fit.\n`);
  if (bad > 0) process.stderr.write(`${bad} ${bad === 1 ? 'line' : 'lines'} could not be read.\n`);
  return 0;
}

function drained(stream: NodeJS.WriteStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
