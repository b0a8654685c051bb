/** An MCP server as it is to be started or reached, with everything resolved: no config, no variables. */
import type { Effect } from '../events/effect.ts';
import type { LaunchSpec } from '../process/child.ts';

interface Named {
  readonly name: string;
  /** Id of the agent that uses it. */
  readonly agent: string;
  /** `shared`: agents that ask for the same launch get the same process. */
  readonly scope: 'shared' | 'agent';
  /** It may be ended while nobody calls it, because it keeps nothing between calls. */
  readonly mayIdle: boolean;
  /** For the start, the handshake and the listing of tools, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a call may take without a sign of life, in milliseconds. */
  readonly callIdleMs: number;
  /** How long a call may take in all, whatever progress it tells of, in milliseconds. */
  readonly callTotalMs: number;
  /** A tool must be in each of these lists, by the server's own or the offered name; no list means all. */
  readonly allowLists: readonly (readonly string[])[];
  /** These are never offered; looked at before `allowLists`. */
  readonly excludedTools: readonly string[];
  /** Tools that are not offered, each with the reason. */
  readonly withheld?: Readonly<Record<string, string>>;
  /** Every path in a call must lead into one of these; absent for servers that see to it, or to which it does not apply. */
  readonly folders?: readonly string[];
  /** What the config says its tools do, by name or pattern. */
  readonly declaredEffects?: Readonly<Record<string, readonly Effect[]>>;
  /** Texts in the launch that we put there and that are others in each run: they do not make it another server. */
  readonly injected?: readonly string[];
}

export type StdioServerSpec = {
  readonly type: 'stdio';
  readonly launch: LaunchSpec;
  /** The same launch inside a sandbox, where it is to run in one. */
  readonly confined?: LaunchSpec;
} & Named;

export type HttpServerSpec = {
  readonly type: 'streamable-http';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long an answer that has begun may say nothing, in milliseconds. */
  readonly readTimeoutMs: number;
} & Named;

export type ServerSpec = StdioServerSpec | HttpServerSpec;

/** The launch line or address, for people. Arguments may hold secrets: show it only through a redacting sink. */
export function describeServer(spec: ServerSpec): string {
  return spec.type === 'stdio' ? [spec.launch.command, ...spec.launch.args].join(' ') : spec.url;
}
