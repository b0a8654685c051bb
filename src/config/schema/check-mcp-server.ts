/** What no single key of an MCP server can say: which keys need each other and which exclude each other. */
import type { z } from 'zod';
import type { McpServerFields } from './mcp-server-fields.ts';
import { splitCommand } from './split-command.ts';

export function checkMcpServer(server: McpServerFields, context: z.core.$RefinementCtx): void {
  const report = (key: string, message: string, definition = 'contradictoryKeys'): void => {
    context.addIssue({ code: 'custom', path: [key], message, params: { definition } });
  };
  const starts = server.command !== undefined || server.args.length > 0;
  const starter = server.command === undefined ? 'args' : 'command';
  if (server.url !== undefined && server.type === 'stdio') {
    report('url', '`type: stdio` and `url` exclude each other');
  } else if (server.url !== undefined && starts) {
    report(starter, `\`url\` and \`${starter}\` exclude each other`);
  } else if (server.type === 'streamable-http' && starts) {
    report(starter, `\`type: streamable-http\` and \`${starter}\` exclude each other`);
  } else if (server.type === 'streamable-http' && server.url === undefined) {
    report('url', '`type: streamable-http` needs a `url`', 'missingKey');
  } else if (server.url === undefined && !starts) {
    report('command', 'needs a `command` to start or a `url` to call', 'missingKey');
  }
  if (server.url !== undefined && server.sandbox !== 'auto')
    report('sandbox', '`sandbox` is for programs, and `url` starts none');
  if (typeof server.command === 'string') {
    const words = splitCommand(server.command);
    if (words === undefined) report('command', 'has a quote that is not closed', 'invalidValue');
    else if (words.length === 0) report('command', 'must name a program', 'invalidValue');
  }
  for (const tool of server.allowed_tools ?? []) {
    if (server.exclude_tools.includes(tool)) {
      report('exclude_tools', `\`allowed_tools\` and \`exclude_tools\` both name ${tool}`);
    }
  }
}
