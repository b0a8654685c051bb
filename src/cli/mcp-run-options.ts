/** What the flags and the terminal of a command say about the MCP servers of its runs, and who can be asked there. */
import { oneLine } from '../display/visible-text.ts';
import type { LoggedServer, McpLogEntry } from '../logging/mcp-log.ts';
import type { McpRunOptions } from '../runtime/run-options.ts';
import type { LineSource } from './line-source.ts';
import { createChangesAsker } from './changes-asker.ts';
import { createPersonAsker } from './person-asker.ts';
import type { RunFlags } from './run-flags.ts';

/** `lines`: of the terminal, where something else reads it too. */
export function mcpRunOptions({ mcpDebug }: Pick<RunFlags, 'mcpDebug'>, lines?: LineSource): McpRunOptions {
  const typed = lines === undefined ? {} : { lines };
  const ask = createPersonAsker(typed);
  const confirmChanges = createChangesAsker(typed);
  return {
    ...(ask === undefined ? {} : { ask }),
    ...(confirmChanges === undefined ? {} : { confirmChanges }),
    ...(mcpDebug === undefined ? {} : { mcpDebug, onMcpLog: printEntry }),
  };
}

function printEntry({ server, agent }: LoggedServer, { kind, text, data }: McpLogEntry): void {
  const { effects, source, why, of: _, hash: __, ...more } = data ?? {};
  const does = Array.isArray(effects)
    ? `: ${effects.join('+') || 'no effect'}, by ${String(source)} (${String(why)})`
    : '';
  const rest = does !== '' || Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
  const whose = agent === undefined ? server : `${server} ${agent}`;
  process.stderr.write(`mcp ${whose} ${kind}: ${oneLine(`${text}${does}${rest}`, 400)}\n`);
}
