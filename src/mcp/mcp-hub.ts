/**
 * All MCP connections of a run. Servers start in parallel; one that does not start costs only itself and says
 * why. Closing the hub ends every child in order.
 */
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { DurableEventBody, EventError } from '../events/run-event.ts';
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
  /** Replaces the values of known secrets; launch lines and what servers say on stderr may hold them. */
  readonly replaceSecrets: (text: string) => string;
}

export interface McpHub {
  /**
   * Starts servers side by side and resolves when each is ready or has failed; rejects only for `emit`, and then
   * too when all of them have come to an end.
   */
  start(specs: readonly ServerSpec[], signal: AbortSignal): Promise<void>;
  /** The connections of one agent, in the order of its config. */
  of(agent: string): readonly McpConnection[];
  close(): Promise<void>;
}

export function createMcpHub(options: McpHubOptions): McpHub {
  const { clock, emit, replaceSecrets } = options;
  const connections: { readonly order: number; readonly connection: McpConnection }[] = [];

  const cleaned = ({ code, message, hint }: EventError): EventError => ({
    code,
    message: replaceSecrets(message),
    ...(hint === undefined ? {} : { hint }),
  });

  async function startOne(spec: ServerSpec, order: number, signal: AbortSignal): Promise<void> {
    const { name: server, agent } = spec;
    await emit({ type: 'server.starting', server, agent, launch: replaceSecrets(describeServer(spec)) });
    const started = clock.monotonic();
    const connection = await connect(spec, signal);
    if ('error' in connection) {
      await emit({ type: 'server.failed', server, agent, error: cleaned(connection.error) });
      return;
    }
    connections.push({ order, connection });
    await emit({
      type: 'server.ready',
      server,
      agent,
      tools: connection.tools.map((tool) => tool.name),
      startMs: Math.round(clock.monotonic() - started),
    });
    for (const { name, reason } of connection.dropped) {
      const { code, title, hint } = mcpErrors.toolDropped;
      await emit({
        type: 'warning.raised',
        agent,
        code,
        message: `${title}: ${name} of ${server}: ${reason}`,
        hint,
      });
    }
  }

  async function connect(
    spec: ServerSpec,
    signal: AbortSignal,
  ): Promise<McpConnection | { readonly error: EventError }> {
    const { name: server, agent } = spec;
    try {
      return await connectServer(spec, {
        ...options,
        timeoutMs: spec.type === 'stdio' ? connectTimeoutMs : spec.timeoutMs,
        signal,
        // Recorded as it happens; there is nobody to wait for it, and a failing journal ends the run by itself.
        onLost: (error) =>
          void emit({ type: 'server.failed', server, agent, error: cleaned(error) }).catch(() => undefined),
      });
    } catch (error) {
      if (!MassGenError.isInstance(error)) throw error;
      return { error };
    }
  }

  return {
    async start(specs, signal) {
      throwFirst(await Promise.allSettled(specs.map((spec, order) => startOne(spec, order, signal))));
    },
    of: (agent) =>
      connections
        .filter(({ connection }) => connection.spec.agent === agent)
        .toSorted((a, b) => a.order - b.order)
        .map(({ connection }) => connection),
    async close() {
      const closing = connections.map(async ({ connection }) => {
        await connection.close();
        const { name: server, agent } = connection.spec;
        await emit({ type: 'server.stopped', server, agent });
      });
      throwFirst(await Promise.allSettled(closing));
    },
  };
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
