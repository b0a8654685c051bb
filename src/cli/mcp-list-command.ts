/** `massgen mcp list`: the MCP servers of a config, started once: state, tools, how long they took. */
import { MassGenError } from '../errors/massgen-error.ts';
import { openConfigServers, type ServerFlags } from './open-config-servers.ts';
import { writeServers } from './write-servers.ts';

export async function mcpListCommand(flags: ServerFlags): Promise<number> {
  const opened = await openConfigServers(flags);
  try {
    if (flags.output === 'json') {
      process.stdout.write(`${JSON.stringify(opened.servers, undefined, 2)}\n`);
    } else writeServers(opened.servers);
    return 0;
  } finally {
    await closed(opened.close());
  }
}

/** What could not be ended is told, and is no reason to hide what was found. */
export async function closed(closing: Promise<void>): Promise<void> {
  try {
    await closing;
  } catch (error) {
    if (!MassGenError.isInstance(error)) throw error;
    process.stderr.write(`warning ${error.code}: ${error.message}\n`);
  }
}
