/**
 * One connection to one MCP server through the official client. The client checks no schema: arguments are checked
 * by a stage of ours, and results are data whatever a schema says.
 * A call never throws for what a server does; how it ended is its outcome.
 */
import type { Client, Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { EventError } from '../events/run-event.ts';
import type { SpawnChild } from '../process/child.ts';
import { anyResult } from './any-result.ts';
import { callFailure, failure } from './call-failure.ts';
import { connectError, withStderr } from './connect-error.ts';
import { startDeadline } from './deadline.ts';
import { discoverTools, type Discovery, type DroppedTool } from './discover-tools.ts';
import type { DiscoveredTool } from './discovered-tool.ts';
import { limitedFetch } from './limited-fetch.ts';
import { maxMessageBytes } from './max-message-bytes.ts';
import { serverContent } from './server-content.ts';
import type { ServerCallResult } from './server-call-result.ts';
import type { ServerSpec } from './server-spec.ts';
import { StdioTransport } from './stdio-transport.ts';

export interface McpConnection {
  readonly spec: ServerSpec;
  readonly tools: readonly DiscoveredTool[];
  /** Tools the server lists that cannot be offered. */
  readonly dropped: readonly DroppedTool[];
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<ServerCallResult>;
  /** @throws MassGenError when the server could not be ended. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  readonly program: { readonly name: string; readonly version: string };
  /** For the whole handshake and discovery, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called once when the connection ends without being asked to. */
  readonly onLost?: (error: EventError) => void;
}

/** The client's own timers are off: time is that of the clock handed in. Longest timer of the system, in milliseconds. */
const never = 2 ** 31 - 1;

/** @throws MassGenError naming the server, what went wrong and the end of its stderr. */
export async function connectServer(spec: ServerSpec, options: ConnectOptions): Promise<McpConnection> {
  const { clock } = options;
  const sdk = await import('@modelcontextprotocol/client');
  const transport =
    spec.type === 'stdio'
      ? new StdioTransport({ launch: spec.launch, spawn: options.spawn, clock })
      : new sdk.StreamableHTTPClientTransport(new URL(spec.url), {
          requestInit: { headers: { ...spec.headers } },
          fetch: limitedFetch(fetch, maxMessageBytes),
        });
  const client = new sdk.Client(options.program);
  const stderr = (): string => (transport instanceof StdioTransport ? transport.stderrTail : '');
  const deadline = startDeadline(clock, options.timeoutMs, options.signal);
  let discovery: Discovery;
  try {
    discovery = await untilAborted(deadline.signal, handshake(client, transport, deadline.signal));
  } catch (error) {
    // Now, because ending the server takes time of its own.
    const timedOut = deadline.passed();
    await client.close();
    await transport.close();
    throw connectError(spec, { error, stderr: stderr(), timedOut });
  } finally {
    deadline.stop();
  }

  let closing = false;
  let lost: EventError | undefined;
  client.onclose = () => {
    if (closing || lost !== undefined) return;
    const { code, title, hint } = mcpErrors.connectionLost;
    lost = { code, message: withStderr(`${title}: ${spec.name}`, stderr()), hint };
    options.onLost?.(lost);
  };

  return {
    spec,
    ...discovery,
    async call(tool, args, { timeoutMs, signal }) {
      if (lost !== undefined) return failure('failed', lost);
      const late = startDeadline(clock, timeoutMs, signal);
      try {
        const result = await client.request(
          { method: 'tools/call', params: { name: tool, arguments: { ...args } } },
          anyResult,
          { timeout: never, signal: late.signal },
        );
        const { content, isError } = serverContent(result);
        return { outcome: isError ? 'tool_error' : 'ok', content };
      } catch (error) {
        return callFailure(sdk, { error, aborted: signal.aborted, timedOut: late.passed(), lost });
      } finally {
        late.stop();
      }
    },
    async close() {
      closing = true;
      await client.close();
      await transport.close();
      if (transport instanceof StdioTransport && transport.closeError !== undefined) {
        throw new MassGenError(mcpErrors.notEnded, {
          detail: `${spec.name}: ${errorMessage(transport.closeError)}`,
          cause: transport.closeError,
        });
      }
    },
  };
}

async function handshake(client: Client, transport: Transport, signal: AbortSignal): Promise<Discovery> {
  const request = { timeout: never, signal };
  await client.connect(transport, request);
  if (client.getServerCapabilities()?.tools === undefined) return { tools: [], dropped: [] };
  return discoverTools(client, request);
}

/** Not everything in a handshake heeds the signal, such as a message that the server does not take. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
