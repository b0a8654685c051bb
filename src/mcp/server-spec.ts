/** An MCP server as it is to be started or reached, with everything resolved: no config, no variables. */
import type { LaunchSpec } from '../process/child.ts';

interface Named {
  readonly name: string;
  /** Id of the agent it belongs to; each agent has its own connection. */
  readonly agent: string;
  /** A tool must be in each of these lists, by the server's own or the offered name; no list means all. */
  readonly allowLists: readonly (readonly string[])[];
  /** These are never offered; looked at before `allowLists`. */
  readonly excludedTools: readonly string[];
}

export type ServerSpec =
  | ({ readonly type: 'stdio'; readonly launch: LaunchSpec } & Named)
  | ({
      readonly type: 'streamable-http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** For connecting and for one call, in milliseconds. */
      readonly timeoutMs: number;
    } & Named);

/** The launch line or address, for people. Arguments may hold secrets: show it only through a redacting sink. */
export function describeServer(spec: ServerSpec): string {
  return spec.type === 'stdio' ? [spec.launch.command, ...spec.launch.args].join(' ') : spec.url;
}
