/** `massgen mcp test`: starts each server of a config and says whether all are well; status 4 when one is not. */
import { plural } from '../display/describe-event.ts';
import { closed } from './mcp-list-command.ts';
import { openConfigServers, type ServerFlags } from './open-config-servers.ts';
import { writeServers } from './write-servers.ts';

export async function mcpTestCommand(config: string, flags: ServerFlags): Promise<number> {
  const opened = await openConfigServers({ ...flags, config });
  try {
    const { servers, tools, notices } = opened;
    const failed = servers.filter(({ state }) => state === 'failed');
    if (flags.output === 'json') {
      const report = { ok: failed.length === 0, servers, offered: tools.length, warnings: notices };
      process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    } else {
      writeServers(servers);
      const offered = plural(new Set(tools.map(({ definition }) => definition.name)).size, 'tool');
      process.stdout.write(
        `\n${config}: ${failed.length === 0 ? 'ok' : 'not ok'}, ${plural(servers.length, 'server')}, ${failed.length} failed, ${offered} on offer\n`,
      );
    }
    return failed.length === 0 ? 0 : 4;
  } finally {
    await closed(opened.close());
  }
}
