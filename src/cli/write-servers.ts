/** The servers of a config as people read them: a row each, and below it what is wrong and what to do. */
import { visibleText } from '../display/visible-text.ts';
import type { OpenedServer } from '../runtime/open-servers.ts';
import { writeTable } from './text-table.ts';
import { terminalOutput } from './terminal-output.ts';

export function writeServers(servers: readonly OpenedServer[]): void {
  const output = terminalOutput(process.stdout);
  if (servers.length === 0) {
    output.write('The config has no MCP servers. Agents with a `cwd` get one for files.\n');
    return;
  }
  writeTable(
    output,
    [
      { title: 'SERVER', text: ({ name }) => name, most: 30 },
      { title: 'STATE', text: ({ state }) => state },
      {
        title: 'TOOLS',
        text: ({ state, tools }) => (state === 'ready' ? String(tools.length) : '-'),
        side: 'right',
      },
      {
        title: 'START',
        text: ({ startMs }) => (startMs === undefined ? '-' : `${startMs} ms`),
        side: 'right',
      },
      { title: 'AGENTS', text: ({ agents }) => agents.join(', '), most: 24 },
      {
        title: 'IS',
        text: ({ version, protocol, launch }) =>
          version === undefined ? launch : `${version}, protocol ${protocol ?? 'unknown'}`,
      },
    ],
    servers,
  );
  for (const { name, error } of servers) {
    if (error === undefined) continue;
    output.write(visibleText(`\n${name}: ${error.message} (${error.code})\n  ${error.hint ?? ''}\n`));
  }
}
