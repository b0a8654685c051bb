/** Starts the MCP servers of the config a command names, with what people should know of it said on stderr. */
import type { OpenServers } from '../runtime/open-servers.ts';
import { visibleText } from '../display/visible-text.ts';
import { plural } from '../display/describe-event.ts';
import { chooseConfig } from './choose-config.ts';
import { createPersonAsker } from './person-asker.ts';
import { commandEnvironment, openRuntime } from './open-runtime.ts';

export interface ServerFlags {
  readonly config?: string;
  readonly output: 'text' | 'json';
}

/** The caller closes them. */
export async function openConfigServers(flags: ServerFlags): Promise<OpenServers> {
  const runtime = openRuntime();
  const { config } = await chooseConfig(
    { output: flags.output, ...(flags.config === undefined ? {} : { config: flags.config }) },
    runtime.cwd,
    commandEnvironment(runtime.cwd),
  );
  const progress = flags.output === 'text' && process.stderr.isTTY;
  const names = new Set(config.agents.flatMap(({ backend }) => backend.mcp_servers.map(({ name }) => name)));
  // A first start through a launcher takes its time.
  if (progress) process.stderr.write(`Starting ${plural(Math.max(names.size, 1), 'MCP server')} …\n`);
  const ask = createPersonAsker();
  const opened = await runtime.openServers({ config, ...(ask === undefined ? {} : { ask }) });
  if (flags.output === 'text')
    for (const { code, message } of opened.notices)
      process.stderr.write(`${visibleText(`warning ${code}: ${message}`)}\n`);
  return opened;
}
