/**
 * From which level on lines of a server are written. What is named later in this list counts more: the config, the
 * variable `MASSGEN_MCP_LOG`, the flags. A level for all in the variable or by a flag replaces those that the config has
 * for single servers too: who types it wants to see it.
 */
import { didYouMean } from '../config/did-you-mean.ts';
import { mcpLogLevels, type LoggingConfig, type McpLogLevel } from '../config/schema/logging-config.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';

export interface McpLogLevels {
  /** Of servers that are not in `servers`. */
  readonly others: McpLogLevel;
  readonly servers: ReadonlyMap<string, McpLogLevel>;
}

export const mcpLogVariable = 'MASSGEN_MCP_LOG';

export interface McpLogLevelSources {
  readonly config: Pick<LoggingConfig['mcp'], 'level' | 'servers'>;
  /** The text of the variable; undefined when it is not set. */
  readonly variable?: string | undefined;
  /** `--debug`. */
  readonly debug?: boolean;
  /** `--mcp-debug`: true for all servers, else their names. */
  readonly mcpDebug?: true | readonly string[];
}

/** @throws MassGenError when the variable cannot be understood. */
export function resolveMcpLogLevels(sources: McpLogLevelSources): McpLogLevels {
  const { config, variable = '', debug = false, mcpDebug = [] } = sources;
  if (debug || mcpDebug === true) {
    // The variable is read all the same: a mistake in it is told, whatever else is asked for.
    parseMcpLogLevels(variable);
    return { others: 'debug', servers: new Map() };
  }
  const typed = parseMcpLogLevels(variable);
  const servers = new Map(typed.others === undefined ? Object.entries(config.servers) : []);
  for (const [server, level] of typed.servers) servers.set(server, level);
  for (const server of mcpDebug) servers.set(server, 'debug');
  return { others: typed.others ?? config.level, servers };
}

export function levelOf(levels: McpLogLevels, server: string): McpLogLevel {
  return levels.servers.get(server) ?? levels.others;
}

interface TypedLevels {
  readonly others?: McpLogLevel;
  readonly servers: ReadonlyMap<string, McpLogLevel>;
}

/** Words between commas: a level for all servers, or `server=level`; later words count more. */
function parseMcpLogLevels(text: string): TypedLevels {
  const servers = new Map<string, McpLogLevel>();
  let others: McpLogLevel | undefined;
  for (const word of text.split(',').map((part) => part.trim())) {
    if (word === '') continue;
    const equals = word.lastIndexOf('=');
    if (equals < 0) {
      others = parseLevel(word, word);
      continue;
    }
    const server = word.slice(0, equals).trim();
    if (server === '') throw badWord(word, 'the name of a server is missing before `=`');
    servers.set(server, parseLevel(word.slice(equals + 1).trim(), word));
  }
  return { ...(others === undefined ? {} : { others }), servers };
}

function parseLevel(name: string, word: string): McpLogLevel {
  const level = mcpLogLevels.find((known) => known === name.toLowerCase());
  if (level !== undefined) return level;
  const meant = didYouMean(name, mcpLogLevels);
  throw badWord(word, meant === undefined ? 'that is no level' : `did you mean "${meant}"?`);
}

function badWord(word: string, why: string): MassGenError {
  return new MassGenError(mcpErrors.badLogLevel, { detail: `"${word}" in ${mcpLogVariable}: ${why}` });
}
