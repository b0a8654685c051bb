/** `massgen mcp stats`: calls, errors and times of a run's MCP servers, per server and tool. */
import type { TextOutput } from '../display/text-output.ts';
import { callOutcomes } from '../logging/mcp-log-words.ts';
import { McpStats, type ServerStats, type ToolStats } from '../logging/mcp-stats.ts';
import { readMcpLogs } from '../logging/read-mcp-logs.ts';
import { escapeUnseen } from '../logging/redacted-json.ts';
import { durationText } from './mcp-log-row.ts';
import { mcpRunDirectory } from './mcp-run-directory.ts';
import { terminalOutput } from './terminal-output.ts';
import { writeTable, type TableColumn } from './text-table.ts';

export async function mcpStatsCommand(
  run: string,
  flags: { readonly output: 'text' | 'json' },
): Promise<number> {
  const directory = await mcpRunDirectory(run, process.cwd());
  const stats = new McpStats();
  let since: string | undefined;
  for await (const record of readMcpLogs({ directory: directory.mcp, indexOnly: true })) {
    since ??= record.ts;
    stats.add(record);
  }
  const servers = stats.servers();
  const { isWhole } = stats;
  if (flags.output === 'json') {
    const document = JSON.stringify(
      { run: directory.id, since: since ?? null, whole: isWhole, servers },
      undefined,
      2,
    );
    process.stdout.write(`${escapeUnseen(document)}\n`);
    return 0;
  }
  const output = terminalOutput(process.stdout);
  if (servers.length === 0) output.write(`No MCP server was used in ${directory.id}.\n`);
  for (const server of servers) printServer(output, server);
  if (!isWhole)
    output.write(`Only what the logs still hold: since ${since}, older lines had to make room.\n`);
  return 0;
}

function printServer(output: TextOutput, server: ServerStats): void {
  const { starts, restarts, failures, breaker_trips: trips, start_ms: startMs, dropped } = server;
  const facts = [
    counted(server.calls, 'call'),
    ...(startMs === null ? [] : [`started in ${durationText(startMs)}`]),
    ...(starts > 1 ? [counted(starts, 'start')] : []),
    ...(restarts > 0 ? [counted(restarts, 'restart')] : []),
    ...(failures > 0 ? [counted(failures, 'failure')] : []),
    ...(trips > 0 ? [counted(trips, 'breaker trip')] : []),
    ...(dropped > 0 ? [`${counted(dropped, 'log line')} missing`] : []),
  ];
  output.write(`${server.server}: ${facts.join(', ')}\n`);
  const rows: readonly ToolStats[] = [...server.tools, { tool: 'all', ...server }];
  if (server.tools.length > 0) writeTable(output, columns, rows);
  output.write('\n');
}

const columns: readonly TableColumn<ToolStats>[] = [
  { title: 'tool', text: ({ tool }) => tool, most: 32 },
  { title: 'calls', text: ({ calls }) => `${calls}`, side: 'right' },
  { title: 'p50', text: ({ latency_ms: times }) => timeText(times?.p50), side: 'right' },
  { title: 'p95', text: ({ latency_ms: times }) => timeText(times?.p95), side: 'right' },
  { title: 'p99', text: ({ latency_ms: times }) => timeText(times?.p99), side: 'right' },
  { title: 'size', text: ({ result_size: size }) => sizeText(size), side: 'right' },
  { title: 'errors', text: ({ outcomes }) => errorsText(outcomes) },
];

function timeText(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : durationText(milliseconds);
}

function errorsText(outcomes: ToolStats['outcomes']): string {
  return callOutcomes
    .filter((outcome) => outcome !== 'ok' && outcomes[outcome] > 0)
    .map((outcome) => `${outcomes[outcome]} ${outcome}`)
    .join(', ');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Of characters, which most people call bytes. */
function sizeText(size: number): string {
  if (size < 1_000) return `${size}`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} k` : `${(size / 1_000_000).toFixed(1)} M`;
}
