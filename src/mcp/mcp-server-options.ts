/** What a server of a run needs from the run: how to connect, what is known of it, and whom to tell. */
import type { Transport } from '@modelcontextprotocol/client';
import type { BreakerState, EventError } from '../events/run-event.ts';
import type { Clock } from '../events/clock.ts';
import type { ToolChanges } from './compare-discovery.ts';
import type { ConnectOptions, McpConnection } from './mcp-connection.ts';
import type { ServerDiscovery } from './server-discovery.ts';

export interface McpServerOptions {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly connect: Omit<
    ConnectOptions,
    'id' | 'signal' | 'onLost' | 'onListChanged' | 'onUnasked' | 'transport'
  >;
  /** The way to it where it is neither started nor called over HTTP; a new one for each connection. */
  readonly ownTransport: () => Transport | undefined;
  /** An id for a connection, unique in the run. */
  readonly nextConnection: () => string;
  /** What it offered when it was last asked. */
  readonly known: () => Promise<ServerDiscovery | undefined>;
  readonly remember: (discovery: ServerDiscovery) => void;
  readonly onStarting: (again: boolean) => Promise<void>;
  /** `known`: its tools were known before this start. */
  readonly onReady: (connection: McpConnection, startMs: number, known: boolean) => Promise<void>;
  /** It starts with the first call, because its tools are known. */
  readonly onDeferred: (discovery: ServerDiscovery) => Promise<void>;
  /** It did not start, or was lost. */
  readonly onFailed: (error: EventError) => Promise<void>;
  readonly onStopped: (connection: McpConnection, reason: 'idle' | 'run_end') => Promise<void>;
  readonly onToolsChanged: (changes: ToolChanges) => Promise<void>;
  readonly onListFailed: (reason: string) => void;
  readonly onBreaker: (
    state: BreakerState,
    retryInMs: number | undefined,
    error: EventError | undefined,
  ) => void;
  /** The server had a question and there was nobody to ask. */
  readonly onUnasked: (message: string) => void;
}
