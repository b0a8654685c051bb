/**
 * One connection to one MCP server through the official client. The client checks no schema: arguments are checked
 * by a stage of ours, and results are data whatever a schema says.
 * A call never throws for what a server does; how it ended is its outcome.
 */
import type { Client, JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { EventError } from '../events/run-event.ts';
import type { LoggedServer, McpLog } from '../logging/mcp-log.ts';
import type { SpawnChild } from '../process/child.ts';
import { anyResult } from './any-result.ts';
import { startCallDeadline, type CallTimes } from './call-deadline.ts';
import { callFailure, failure } from './call-failure.ts';
import { capabilityContent } from './capability-content.ts';
import { capabilityTools, type CapabilityTool } from './capability-tools.ts';
import { connectError, withStderr } from './connect-error.ts';
import { startDeadline } from './deadline.ts';
import { discoverServer } from './discover-server.ts';
import type { AskPerson } from './elicitation.ts';
import { answerServer, listenToServer } from './server-requests.ts';
import { serverContent } from './server-content.ts';
import type { ServerCallResult } from './server-call-result.ts';
import type { ServerDiscovery } from './server-discovery.ts';
import type { ServerSpec } from './server-spec.ts';
import { StdioTransport } from './stdio-transport.ts';
import { createTransport } from './create-transport.ts';
import { watchTransport } from './watched-transport.ts';

export interface ConnectionCallResult extends ServerCallResult {
  /** True when the server is at fault: it broke down, fell silent or broke the protocol. */
  readonly serverFault: boolean;
  /** True when surely nothing was carried out, so that the call may be sent again. */
  readonly notSent: boolean;
}

export interface CallLimits extends CallTimes {
  /** Each of them gives the call up. */
  readonly signals: readonly AbortSignal[];
}

export interface McpConnection {
  readonly id: string;
  readonly discovery: ServerDiscovery;
  /** Of a server that we started. */
  readonly pid: number | undefined;
  /** Set once it ended without being asked to. */
  readonly lost: EventError | undefined;
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    limits: CallLimits,
  ): Promise<ConnectionCallResult>;
  /** Asks again what the server offers. @throws Error when it cannot say. */
  discover(signal: AbortSignal): Promise<ServerDiscovery>;
  /** @throws MassGenError when the server could not be ended. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly id: string;
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly program: { readonly name: string; readonly version: string };
  readonly log: McpLog;
  readonly signal: AbortSignal;
  /** Puts questions of servers to a person; absent where nobody can be asked. */
  readonly ask?: AskPerson;
  /** Called once when the connection ends without being asked to. */
  readonly onLost?: (error: EventError) => void;
  /** The server says that its list of tools, prompts or resources is another one now. */
  readonly onListChanged?: () => void;
  /** A question of the server that nobody was there to answer. */
  readonly onUnasked?: (message: string) => void;
  /** Instead of the one the spec asks for; for servers in this process. */
  readonly transport?: Transport;
}

/** The client's own timers are off: time is that of the clock handed in. Longest timer of the system, in milliseconds. */
const never = 2 ** 31 - 1;

/** @throws MassGenError naming the server, what went wrong and the end of its stderr. */
export async function connectServer(spec: ServerSpec, options: ConnectOptions): Promise<McpConnection> {
  const { clock, log, id } = options;
  const of: LoggedServer = {
    server: spec.name,
    connection: id,
    ...(spec.scope === 'agent' ? { agent: spec.agent } : {}),
  };
  const sdk = await import('@modelcontextprotocol/client');
  const transport = options.transport ?? createTransport(spec, of, options, sdk);
  if (log.wants(spec.name, 'debug'))
    watchTransport(transport, (direction, message: JSONRPCMessage) => log.wire(of, direction, message));
  const client = new sdk.Client(options.program, {
    capabilities: { elicitation: { form: {}, url: {} } },
    jsonSchemaValidator: {
      getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
    },
  });
  const questions = answerServer(client, of, options);
  const stderr = (): string => (transport instanceof StdioTransport ? transport.stderrTail : '');
  const deadline = startDeadline(clock, spec.connectTimeoutMs, options.signal);
  let discovery: ServerDiscovery;
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
  listenToServer(client, of, options);

  let capabilities = capabilitiesOf(discovery);
  let closing = false;
  let lost: EventError | undefined;
  const lose = (why: string): void => {
    if (closing || lost !== undefined) return;
    const { code, title, hint } = mcpErrors.connectionLost;
    lost = { code, message: withStderr(`${title}: ${why}`, stderr()), hint };
    options.onLost?.(lost);
  };
  client.onclose = () => lose(spec.name);

  return {
    id,
    discovery,
    pid: transport instanceof StdioTransport ? transport.pid : undefined,
    get lost() {
      return lost;
    },
    async call(tool, args, { signals, ...times }) {
      if (lost !== undefined) return { ...failure('failed', lost), serverFault: true, notSent: true };
      const late = startCallDeadline(clock, times, signals, () => questions.open > 0);
      const capability = capabilities.get(tool)?.request(args);
      const request = capability ?? { method: 'tools/call', params: { name: tool, arguments: { ...args } } };
      try {
        const result = await client.request({ ...request, params: { ...request.params } }, anyResult, {
          timeout: never,
          signal: late.signal,
          onprogress: late.extend,
        });
        if (capability !== undefined)
          return { outcome: 'ok', content: capabilityContent(capability.method, result), ...healthy };
        const { content, isError } = serverContent(result);
        return { outcome: isError ? 'tool_error' : 'ok', content, ...healthy };
      } catch (error) {
        if (endsSession(error, transport, sdk)) lose(`${spec.name}: it no longer knows our session`);
        const result = callFailure(sdk, {
          error,
          aborted: signals.some(({ aborted }) => aborted),
          timedOut: late.passed(),
          lost,
        });
        const refused =
          error instanceof sdk.ProtocolError || (error instanceof sdk.SdkHttpError && error.status < 500);
        return {
          ...result,
          serverFault: result.outcome === 'unknown' || (result.outcome === 'failed' && !refused),
          notSent: result.outcome === 'failed' && (!refused || lost !== undefined),
        };
      } finally {
        late.stop();
      }
    },
    async discover(signal) {
      const found = await discoverServer(client, { timeout: never, signal });
      capabilities = capabilitiesOf(found);
      return found;
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

const healthy = { serverFault: false, notSent: false } as const;

function capabilitiesOf(discovery: ServerDiscovery): ReadonlyMap<string, CapabilityTool> {
  return new Map(capabilityTools(discovery).map((each) => [each.tool.name, each]));
}

async function handshake(
  client: Client,
  transport: Transport,
  signal: AbortSignal,
): Promise<ServerDiscovery> {
  const request = { timeout: never, signal };
  await client.connect(transport, request);
  return discoverServer(client, request);
}

/** A server over HTTP that has forgotten the session answers 404; the protocol wants a new one then. */
function endsSession(
  error: unknown,
  { sessionId }: Transport,
  sdk: typeof import('@modelcontextprotocol/client'),
): boolean {
  return error instanceof sdk.SdkHttpError && error.status === 404 && sessionId !== undefined;
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
