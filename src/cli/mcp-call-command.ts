/**
 * `massgen mcp call`: one call of one tool, by a person. Arguments are checked as in a run; nothing else stands between
 * the person and the tool, and what it does is done.
 */
import { cliErrors } from '../errors/cli-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import type { ToolContent } from '../events/tool-content.ts';
import { visibleText } from '../display/visible-text.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createSchemaValidator } from '../tools/schema-validator.ts';
import type { AgentTool, OpenServers } from '../runtime/open-servers.ts';
import { closed } from './mcp-list-command.ts';
import { openConfigServers, type ServerFlags } from './open-config-servers.ts';

export interface CallFlags extends ServerFlags {
  readonly json?: string;
  readonly agent?: string;
}

export async function mcpCallCommand(server: string, tool: string, flags: CallFlags): Promise<number> {
  const args = readArguments(flags.json);
  const opened = await openConfigServers(flags);
  try {
    const found = findTool(opened, server, tool, flags.agent);
    const problems = await createSchemaValidator({ clock: systemClock })(found.definition.inputSchema, args);
    if (problems.length > 0) {
      throw new MassGenError(
        { ...toolErrors.argumentsInvalid, exitCode: 2 },
        {
          detail: `${tool}: ${problems.slice(0, 5).join('; ')}`,
          hint: `Its arguments: ${JSON.stringify(found.definition.inputSchema)}`,
        },
      );
    }
    const stop = new AbortController();
    const onInterrupt = (): void => stop.abort(new Error('Ctrl-C'));
    process.once('SIGINT', onInterrupt);
    const result = await found.invoke(args, { call: 'call_1', turn: 1, signal: stop.signal });
    process.off('SIGINT', onInterrupt);
    if (flags.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`);
    else {
      for (const part of result.content) process.stdout.write(`${visibleText(shown(part))}\n`);
      if (result.outcome !== 'ok') process.stderr.write(`outcome: ${result.outcome}\n`);
    }
    return result.outcome === 'ok' ? 0 : 4;
  } finally {
    await closed(opened.close());
  }
}

function readArguments(json = '{}'): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
    throw new Error('it is no object');
  } catch (error) {
    throw new MassGenError(cliErrors.usage, {
      detail: `--json: ${errorMessage(error)}`,
      hint: `The arguments are one JSON object, such as --json '{"path":"notes.md"}'.`,
    });
  }
}

/** @throws MassGenError that names what there is instead. */
function findTool(opened: OpenServers, server: string, tool: string, agent: string | undefined): AgentTool {
  const failed = opened.servers.find(({ name, state }) => name === server && state === 'failed');
  if (failed?.error !== undefined) {
    const { code, message, hint = '' } = failed.error;
    throw new MassGenError({ code: code as `MG${number}`, title: message, hint, exitCode: 4 });
  }
  if (!opened.servers.some(({ name }) => name === server)) {
    const names = opened.servers.map(({ name }) => name).join(', ');
    throw new MassGenError(cliErrors.usage, {
      detail: `there is no MCP server ${server}`,
      hint: names === '' ? 'The config has none.' : `Servers of the config: ${names}`,
    });
  }
  const offered = opened.tools.filter(
    (each) => each.server === server && (agent === undefined || each.agent === agent),
  );
  const found = offered.find(({ serverTool, definition }) => serverTool === tool || definition.name === tool);
  if (found !== undefined) return found;
  throw new MassGenError(
    { ...toolErrors.unknownTool, exitCode: 2 },
    {
      detail: `${tool} of ${server}`,
      hint: `Tools on offer: ${[...new Set(offered.map(({ serverTool }) => serverTool))].join(', ')}`,
    },
  );
}

function shown(part: ToolContent): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
    case 'audio':
      return `[${part.type} ${part.mimeType}, ${part.data.length} characters of base64]`;
    case 'resource':
      return part.text ?? `[resource ${part.uri}]`;
    default:
      return part satisfies never;
  }
}
