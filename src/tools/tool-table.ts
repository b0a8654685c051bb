/** The tools of one agent by offered name. The table alone says where a call goes. */
import { toolEffects } from '../policy/tool-effects.ts';
import type { McpConnection } from '../mcp/mcp-connection.ts';
import { hashedToolName, offeredToolName } from '../mcp/tool-name.ts';
import type { ResolvedTool } from './resolved-tool.ts';

export type ToolTable = ReadonlyMap<string, ResolvedTool>;

/** One call of a server's tool may take this long at most; the deadline stage is tighter or equal. */
export const longestCallMs = 600_000;

/** The servers' tools that pass their filters, under names that are unique and fit every provider. */
export function serverTools(connections: readonly McpConnection[]): readonly ResolvedTool[] {
  const taken = new Set<string>();
  return connections.flatMap((connection) => {
    const { spec } = connection;
    const launch = spec.type === 'stdio' ? spec.launch : undefined;
    const timeoutMs = spec.type === 'stdio' ? longestCallMs : Math.min(spec.timeoutMs, longestCallMs);
    return connection.tools.flatMap((tool): ResolvedTool[] => {
      const plain = offeredToolName(spec.name, tool.name);
      const short = hashedToolName(spec.name, tool.name);
      const named = (list: readonly string[]): boolean =>
        [tool.name, plain, short].some((name) => list.includes(name));
      if (named(spec.excludedTools)) return [];
      if (!spec.allowLists.every(named)) return [];
      const name = taken.has(plain) ? short : plain;
      if (taken.has(name)) return [];
      taken.add(name);
      return [
        {
          definition: { name, description: tool.description, inputSchema: tool.inputSchema },
          server: spec.name,
          serverTool: tool.name,
          ...(launch === undefined ? {} : { cwd: launch.cwd }),
          effects: toolEffects(tool, { ...(launch === undefined ? {} : { launch }), toolNames: [] }),
          decides: false,
          invoke: (args, { signal }) => connection.call(tool.name, args, { timeoutMs, signal }),
        },
      ];
    });
  });
}

export function toolTable(tools: readonly ResolvedTool[]): ToolTable {
  return new Map(tools.map((tool) => [tool.definition.name, tool]));
}
