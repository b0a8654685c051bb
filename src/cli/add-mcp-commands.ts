/** The commands around MCP servers: `massgen mcp …`. */
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { logLevels } from '../events/log-level.ts';
import { callOutcomes, mcpLogKinds } from '../logging/mcp-log-words.ts';
import { parseDuration, parseMoment } from '../logging/parse-duration.ts';
import { command, outputOption, words } from './command-parts.ts';
import type { CallFlags } from './mcp-call-command.ts';
import type { McpLogsFlags } from './mcp-logs-command.ts';
import type { ToolFlags } from './mcp-tools-command.ts';
import type { ServerFlags } from './open-config-servers.ts';

export function addMcpCommands(program: Command, exit: (status: number) => void): void {
  const mcp = command(program, 'mcp', 'MCP servers: look at them, call them, read what they did');
  command(mcp, 'list', 'start the servers of a config and list them: state, tools, start-up time')
    .addOption(configOption())
    .addOption(outputOption('text', 'json'))
    .action(async (flags: ServerFlags) => {
      const { mcpListCommand } = await import('./mcp-list-command.ts');
      exit(await mcpListCommand(flags));
    });
  command(mcp, 'tools', 'their tools: what each is thought to do and why, and which are not offered')
    .addOption(configOption())
    .option('--server <name>', 'only of this server')
    .option('--agent <id>', 'only as this agent has them')
    .addOption(outputOption('text', 'json'))
    .action(async (flags: ToolFlags) => {
      const { mcpToolsCommand } = await import('./mcp-tools-command.ts');
      exit(await mcpToolsCommand(flags));
    });
  command(mcp, 'call', 'call one tool of one server')
    .argument('<server>')
    .argument('<tool>', 'by its own name or as it is offered')
    .addOption(configOption())
    .option('--json <arguments>', 'its arguments, as a JSON object')
    .option('--agent <id>', 'with the servers of this agent')
    .addOption(outputOption('text', 'json'))
    .action(async (server: string, tool: string, flags: CallFlags) => {
      const { mcpCallCommand } = await import('./mcp-call-command.ts');
      exit(await mcpCallCommand(server, tool, flags));
    });
  command(mcp, 'test', 'start each server of a config and say whether all are well')
    .argument('<config>')
    .addOption(outputOption('text', 'json'))
    .action(async (config: string, flags: ServerFlags) => {
      const { mcpTestCommand } = await import('./mcp-test-command.ts');
      exit(await mcpTestCommand(config, flags));
    });
  command(mcp, 'test-server', 'be an MCP server with three tools for trying things out')
    .option('--port <number>', 'over HTTP at this port of this machine instead of stdin and stdout', port)
    .action(async (flags: { readonly port?: number }) => {
      const { mcpTestServerCommand } = await import('./mcp-test-server-command.ts');
      exit(await mcpTestServerCommand(flags.port));
    });
  command(mcp, 'logs', 'the log lines of a run, its MCP servers together')
    .addArgument(runArgument())
    .option('--server <names>', 'only these servers, with commas between', words)
    .option('--agent <names>', 'only these agents', words)
    .option('--tool <names>', 'only these tools, with or without mcp__server__', words)
    .option('--kind <kinds>', `only ${mcpLogKinds.join(', ')}`, wordsOf(mcpLogKinds))
    .addOption(new Option('--level <level>', 'only this level and above').choices(logLevels))
    .option('--outcome <words>', `only calls that ended ${callOutcomes.join(', ')}`, wordsOf(callOutcomes))
    .option('--since <time>', 'only later ones: 10m for ten minutes ago, or an ISO time', moment)
    .option('--slower-than <time>', 'only calls that took longer: 200ms, 2s', duration)
    .option('--grep <text>', 'only with this text in some value')
    .option('--follow', 'go on until the run has ended')
    .addOption(outputOption('text', 'json'))
    .action(async (run: string, flags: McpLogsFlags) => {
      const { mcpLogsCommand } = await import('./mcp-logs-command.ts');
      exit(await mcpLogsCommand(run, flags));
    });
  command(mcp, 'stats', 'calls, errors and times of a run, per server and tool')
    .addArgument(runArgument())
    .addOption(outputOption('text', 'json'))
    .action(async (run: string, flags: { output: 'text' | 'json' }) => {
      const { mcpStatsCommand } = await import('./mcp-stats-command.ts');
      exit(await mcpStatsCommand(run, flags));
    });
}

function configOption(): Option {
  return new Option('--config <path>', 'the team; if absent, ./massgen.yaml or that of your config folder');
}

function runArgument(): Argument {
  return new Argument('[run]', 'its id or directory, or `last`').default('last');
}

function wordsOf<const T extends string>(known: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    words(text).map((word) => {
      const found = known.find((candidate) => candidate === word);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`It must be of ${known.join(', ')}.`);
    });
}

function port(text: string): number {
  if (/^\d{1,5}$/u.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It must be a number from 0 to 65535; 0 takes a free port.');
}

/** Checked only: what time it is, the command knows. */
function moment(text: string): string {
  if (parseMoment(text, 0) !== undefined) return text;
  throw new InvalidArgumentError('It must be a time such as 10m, 2h or 2026-01-31T12:00:00Z.');
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('It must be a time such as 200ms, 2s or 5m.');
}
