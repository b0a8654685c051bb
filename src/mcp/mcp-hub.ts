/**
 * All MCP connections of a run. Servers start in parallel; one that does not start costs only itself and says
 * why. Closing the hub ends every child in order.
 */
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import type { SpawnChild } from '../process/child.ts';
import { connectServer, type McpConnection } from './mcp-connection.ts';
import { describeServer, type ServerSpec } from './server-spec.ts';

/** Handshake and discovery; long enough for a launcher that downloads on its first start. */
const connectTimeoutMs = 120_000;

export interface McpHubOptions {
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  readonly program: { readonly name: string; readonly version: string };
  readonly emit: (event: DurableEventBody) => Promise<void>;
}

export interface McpHub {
  /** Starts servers side by side and resolves when each is ready or has failed; never rejects for a server. */
  start(specs: readonly ServerSpec[], signal: AbortSignal): Promise<void>;
  /** The connections of one agent, in the order of its config. */
  of(agent: string): readonly McpConnection[];
  close(): Promise<void>;
}

export function createMcpHub(options: McpHubOptions): McpHub {
  const connections: { readonly order: number; readonly connection: McpConnection }[] = [];

  async function startOne(spec: ServerSpec, order: number, signal: AbortSignal): Promise<void> {
    const { name: server, agent } = spec;
    await options.emit({ type: 'server.starting', server, agent, launch: describeServer(spec) });
    const started = options.clock.monotonic();
    try {
      const connection = await connectServer(spec, {
        ...options,
        timeoutMs: spec.type === 'stdio' ? connectTimeoutMs : spec.timeoutMs,
        signal,
        // Recorded as it happens; there is nobody to wait for it, and a failing journal ends the run by itself.
        onLost: (error) => void options.emit({ type: 'server.failed', server, agent, error }).catch(() => undefined),
      });
      connections.push({ order, connection });
      await options.emit({
        type: 'server.ready',
        server,
        agent,
        tools: connection.tools.map((tool) => tool.name),
        startMs: Math.round(options.clock.monotonic() - started),
      });
    } catch (error) {
      if (!MassGenError.isInstance(error)) throw error;
      const { code, message, hint } = error;
      await options.emit({ type: 'server.failed', server, agent, error: { code, message, hint } });
    }
  }

  return {
    async start(specs, signal) {
      await Promise.all(specs.map((spec, order) => startOne(spec, order, signal)));
    },
    of: (agent) =>
      connections
        .filter(({ connection }) => connection.spec.agent === agent)
        .toSorted((a, b) => a.order - b.order)
        .map(({ connection }) => connection),
    async close() {
      const results = await Promise.allSettled(
        connections.map(async ({ connection }) => {
          await connection.close();
          const { name: server, agent } = connection.spec;
          await options.emit({ type: 'server.stopped', server, agent });
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) {
        throw new MassGenError(mcpErrors.callFailed, {
          detail: `while closing: ${errorMessage(failed.reason)}`,
          cause: failed.reason,
        });
      }
    },
  };
}
