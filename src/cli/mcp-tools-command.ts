/**
 * `massgen mcp tools`: every tool of the servers of a config, as it is offered, what it does and why that is thought;
 * and those that are not offered, with the reason.
 */
import { oneLine } from '../display/visible-text.ts';
import type { AgentTool, OpenServers } from '../runtime/open-servers.ts';
import { closed } from './mcp-list-command.ts';
import { openConfigServers, type ServerFlags } from './open-config-servers.ts';
import { terminalOutput } from './terminal-output.ts';
import { writeTable } from './text-table.ts';

export interface ToolFlags extends ServerFlags {
  readonly server?: string;
  readonly agent?: string;
}

export async function mcpToolsCommand(flags: ToolFlags): Promise<number> {
  const opened = await openConfigServers(flags);
  try {
    const tools = uniqueTools(opened.tools.filter(({ server, agent }) => isWanted(flags, server, agent)));
    const left = leftOut(opened, flags);
    if (flags.output === 'json') {
      process.stdout.write(`${JSON.stringify({ tools: tools.map(asJson), leftOut: left }, undefined, 2)}\n`);
      return 0;
    }
    const output = terminalOutput(process.stdout);
    if (tools.length === 0) output.write('No tools are offered.\n');
    else {
      writeTable(
        output,
        [
          { title: 'TOOL', text: ({ definition }) => definition.name, most: 64 },
          { title: 'EFFECTS', text: ({ effects }) => effects.effects.join('+') || 'none', most: 24 },
          { title: 'AGENTS', text: ({ agents }) => agents.join(', '), most: 24 },
          { title: 'BECAUSE', text: ({ effects }) => effects.why, most: 50 },
        ],
        tools,
      );
    }
    if (left.length > 0) output.write('\nNot offered:\n');
    for (const { server, text } of left) output.write(`  ${oneLine(`${server}: ${text}`, 200)}\n`);
    for (const { name, error } of opened.servers)
      if (error !== undefined)
        process.stderr.write(`\n${name} is missing: ${oneLine(error.message, 300)} (${error.code})\n`);
    return 0;
  } finally {
    await closed(opened.close());
  }
}

type ListedTool = AgentTool & { readonly agents: readonly string[] };

/** A tool that several agents are offered in the same way is one row. */
function uniqueTools(tools: readonly AgentTool[]): readonly ListedTool[] {
  const rows = new Map<string, ListedTool>();
  for (const tool of tools) {
    const key = `${tool.server}\0${tool.definition.name}\0${tool.effects.effects.join()}`;
    const before = rows.get(key);
    rows.set(key, { ...tool, agents: [...(before?.agents ?? []), tool.agent] });
  }
  return [...rows.values()];
}

function leftOut(
  { discovery }: OpenServers,
  flags: ToolFlags,
): readonly { readonly server: string; readonly agent?: string; readonly text: string }[] {
  return discovery
    .filter(({ text }) => /not offered: |^dropped | dropped: /u.test(text))
    .filter(({ server, agent }) => isWanted(flags, server, agent))
    .map(({ server, agent, text }) => ({ server, ...(agent === undefined ? {} : { agent }), text }));
}

function isWanted({ server, agent }: ToolFlags, ofServer?: string, ofAgent?: string): boolean {
  return (
    (server === undefined || server === ofServer) &&
    (agent === undefined || ofAgent === undefined || agent === ofAgent)
  );
}

function asJson({ definition, server, serverTool, effects, agents }: ListedTool): unknown {
  return { ...definition, server, serverTool, agents, ...effects };
}
