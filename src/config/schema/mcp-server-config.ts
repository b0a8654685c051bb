/**
 * One MCP server as the program uses it: a program to start (`stdio`: one `command`, its `args`) or an address
 * (`streamable-http`). References like `${TOKEN}` are kept as written.
 */
import type { DeepReadonly } from './deep-readonly.ts';
import type { McpServerFields } from './mcp-server-fields.ts';
import { splitCommand } from './split-command.ts';

type Common = Omit<
  McpServerFields,
  | 'name'
  | 'type'
  | 'command'
  | 'args'
  | 'env'
  | 'sandbox'
  | 'url'
  | 'headers'
  | 'timeout'
  | 'http_read_timeout'
> & { name: string };

type Stdio = Common & { type: 'stdio'; command: string } & Pick<McpServerFields, 'args' | 'env' | 'sandbox'>;

type Http = Common & { type: 'streamable-http'; url: string } & Pick<
    McpServerFields,
    'headers' | 'timeout' | 'http_read_timeout'
  >;

/** A server that is started as a program. */
export type StdioServerConfig = DeepReadonly<Stdio>;
/** A server that is reached by its address. */
export type HttpServerConfig = DeepReadonly<Http>;
export type McpServerConfig = StdioServerConfig | HttpServerConfig;

/** The written keys, already checked, in the form the program uses. */
export function normaliseServer(written: McpServerFields, name: string): Stdio | Http {
  const {
    name: _,
    type,
    command,
    args,
    env,
    sandbox,
    url,
    headers,
    timeout,
    http_read_timeout,
    ...rest
  } = written;
  const common = { ...rest, name };
  if (url !== undefined) {
    return {
      ...common,
      type: 'streamable-http',
      url,
      headers,
      ...(timeout === undefined ? {} : { timeout }),
      ...(http_read_timeout === undefined ? {} : { http_read_timeout }),
    };
  }
  const words = typeof command === 'string' ? (splitCommand(command) ?? []) : (command ?? []);
  const [program = '', ...programArgs] = [...words, ...args];
  return { ...common, type: 'stdio', command: program, args: programArgs, env, sandbox };
}
