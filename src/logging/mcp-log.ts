/**
 * What `mcp/` tells the logs of MCP servers directly: wire messages, stderr, noise, and the detail of a server's life.
 * Calls are not told here; their lines are a fold over the events. Nothing of this may hold up a call or throw.
 */

import type { LogLevel } from '../events/log-level.ts';

/** Which connection to which server a line is about. */
export interface LoggedServer {
  /** Name of the config. */
  readonly server: string;
  /** Set for servers that belong to one agent. */
  readonly agent?: string;
  /** Unique in the run; absent before there is a connection. */
  readonly connection?: string;
}

/** A line about a server. */
export interface McpLogEntry {
  readonly level: LogLevel;
  /**
   * `lifecycle`: starts, ends, reconnections; `discovery`: tools found, renamed, dropped, changed; `message`: what the
   * server said through the protocol's own logging or asked for; `noise`: what it printed that is no message;
   * `security`: what a reader of the log must not miss.
   */
  readonly kind: 'lifecycle' | 'discovery' | 'message' | 'noise' | 'security';
  /** One sentence for people. */
  readonly text: string;
  /** The server's own name of the tool it is about. */
  readonly tool?: string;
  /** Facts for programs, such as `{ startMs: 184, protocol: '2025-11-25' }`; plain JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface McpLog {
  /** Whether lines of this level are written for the server: whoever makes an expensive one asks first. */
  wants(server: string, level: LogLevel): boolean;
  log(of: LoggedServer, entry: McpLogEntry): void;
  /** A piece of what the server wrote to stderr, as it came; not necessarily whole lines. */
  stderr(of: LoggedServer, text: string): void;
  /** A message of the protocol as it was sent (`out`) or came (`in`). Written with debug only. */
  wire(of: LoggedServer, direction: 'in' | 'out', message: unknown): void;
}

/** For those who log nothing. */
export const silentMcpLog: McpLog = {
  wants: () => false,
  log: () => undefined,
  stderr: () => undefined,
  wire: () => undefined,
};
