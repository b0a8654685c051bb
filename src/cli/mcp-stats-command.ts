/** `massgen mcp stats`: calls, errors and times of a run's MCP servers, per server and tool. */
import type { TextOutput } from '../display/text-output.ts';
import { callOutcomes } from '../logging/mcp-log-words.ts';
import { McpStats, type CallStats, type ServerStats } from '../logging/mcp-stats.ts';
import { readMcpLogs } from '../logging/read-mcp-logs.ts';
import { escapeUnseen } from '../logging/redacted-json.ts';
import { padText, textWidth } from './column-text.ts';
import { durationText } from './mcp-log-row.ts';
import { mcpRunDirectory } from './mcp-run-directory.ts';
import { terminalOutput } from './terminal-output.ts';

export async function mcpStatsCommand(
  run: string,
  flags: { readonly output: 'text' | 'json' },
): Promise<number> {
  const directory = await mcpRunDirectory(run, process.cwd());
  const stats = new McpStats();
  for await (const record of readMcpLogs({ directory: directory.mcp, indexOnly: true })) stats.add(record);
  const servers = stats.servers();
  if (flags.output === 'json') {
    const document = JSON.stringify({ run: directory.id, servers }, undefined, 2);
    process.stdout.write(`${escapeUnseen(document)}\n`);
    return 0;
  }
  const output = terminalOutput(process.stdout);
  if (servers.length === 0) output.write(`No MCP server was used in ${directory.id}.\n`);
  for (const server of servers) printServer(output, server);
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
  if (server.tools.length > 0) {
    const rows = [...server.tools.map((tool) => cellsOf(tool.tool, tool)), cellsOf('all', server)];
    printTable(output, rows);
  }
  output.write('\n');
}

const head = ['tool', 'calls', 'p50', 'p95', 'p99', 'size', 'errors'] as const;
const widestTool = 32;

function cellsOf(
  name: string,
  { calls, latency_ms: latency, result_size: size, outcomes }: CallStats,
): readonly string[] {
  const errors = callOutcomes.filter((outcome) => outcome !== 'ok' && outcomes[outcome] > 0);
  const time = (value: number | undefined): string => (value === undefined ? '-' : durationText(value));
  return [
    name,
    `${calls}`,
    time(latency?.p50),
    time(latency?.p95),
    time(latency?.p99),
    sizeText(size),
    errors.map((outcome) => `${outcomes[outcome]} ${outcome}`).join(', '),
  ];
}

/** Numbers to the right; the errors last, as they may be long. In a narrow terminal they get a line of their own. */
function printTable(output: TextOutput, rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const columns = output.columns() || undefined;
  const widths = head.map((_, index) => Math.max(...all.map((row) => textWidth(row[index] ?? ''))));
  const numbers = widths.slice(1, -1).reduce((sum, width) => sum + width + 2, 0);
  const tool = Math.min(widths[0] ?? 0, widestTool, Math.max(8, (columns ?? 200) - numbers - 2));
  const errorsBelow = columns !== undefined && 2 + tool + numbers + 2 + (widths.at(-1) ?? 0) > columns;
  for (const row of all) {
    const [name = '', ...rest] = row;
    const errors = rest.pop() ?? '';
    const cells = rest.map((text, index) => padText(text, widths[index + 1] ?? 0, 'right'));
    const line = `  ${[padText(name, tool), ...cells].join('  ')}`;
    if (!errorsBelow) output.write(`${`${line}  ${errors}`.trimEnd()}\n`);
    else output.write(`${line.trimEnd()}\n${row === head || errors === '' ? '' : `    ${errors}\n`}`);
  }
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Of characters, which most people call bytes. */
function sizeText(size: number): string {
  if (size < 1_000) return `${size}`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} k` : `${(size / 1_000_000).toFixed(1)} M`;
}
