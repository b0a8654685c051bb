/**
 * One connection to one MCP server through the official client. The client checks no schema: arguments are checked
 * by a stage of ours, and results are data whatever a schema says.
 * A call never throws for what a server does; how it ended is its outcome.
 */
import type * as Sdk from '@modelcontextprotocol/client';
import type { Client, JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { EventError } from '../events/run-event.ts';
import type { LoggedServer, McpLog } from '../logging/mcp-log.ts';
import type { SpawnChild } from '../process/child.ts';
import { settledWithin } from '../process/settled-within.ts';
import { AnswerCutOff } from './answer-cut-off.ts';
import { anyResult } from './any-result.ts';
import { startCallDeadline, type CallTimes } from './call-deadline.ts';
import { callFailure, failure } from './call-failure.ts';
import { capabilityContent } from './capability-content.ts';
import { capabilityTools, type CapabilityTool } from './capability-tools.ts';
import { connectError, withStderr } from './connect-error.ts';
import { startDeadline } from './deadline.ts';
import { discoverServer } from './discover-server.ts';
import type { AskPerson } from './elicitation.ts';
import { brokenAnswerCode } from './read-message.ts';
import { attendServer, requestLogLevel } from './server-requests.ts';
import { serverContent } from './server-content.ts';
import type { ServerCallResult } from './server-call-result.ts';
import type { ServerDiscovery } from './server-discovery.ts';
import type { ServerSpec } from './server-spec.ts';
import { StdioTransport } from './stdio-transport.ts';
import { createTransport } from './create-transport.ts';
import { tooLongCode } from './too-long-message.ts';
import { untilAborted } from './until-aborted.ts';
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
  /** The server lives and has forgotten us: a new connection may be made at once. */
  readonly forgotten: boolean;
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
/** How long the last words of a server that does not read may take. */
const lastWordsMs = 500;
/** How long a server over HTTP may take to end our session. */
const farewellMs = 1_000;

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
  const questions = attendServer(client, of, options);
  const stderr = (): string => (transport instanceof StdioTransport ? transport.stderrTail : '');
  const flooded = (): string | undefined =>
    transport instanceof StdioTransport ? transport.flooded : undefined;
  let phase: 'connecting' | 'open' | 'closing' = 'connecting';
  let ended = false;
  let forgotten = false;
  let lost: EventError | undefined;
  const lose = (why: string): void => {
    if (phase !== 'open' || lost !== undefined) return;
    const { code, title, hint } = mcpErrors.connectionLost;
    lost = { code, message: withStderr(`${title}: ${why}`, stderr()), hint };
    options.onLost?.(lost);
  };
  client.onclose = () => {
    ended = true;
    lose([spec.name, flooded()].filter((part) => part !== undefined).join(': '));
  };

  const deadline = startDeadline(clock, spec.connectTimeoutMs, options.signal);
  let discovery: ServerDiscovery;
  try {
    deadline.signal.throwIfAborted();
    // Not everything in a handshake heeds the signal, such as a message that the server does not take.
    discovery = await untilAborted(deadline.signal, handshake(client, transport, deadline.signal));
    // It may end between its last answer and here, which nobody would ever hear of.
    if (ended) throw new Error('it ended as soon as it had answered');
  } catch (error) {
    // Now, because ending the server takes time of its own.
    const timedOut = deadline.passed();
    // What cannot be written is known before what it said at its end has arrived.
    if (transport instanceof StdioTransport && (error as { readonly code?: unknown }).code === 'EPIPE')
      await settledWithin(clock, lastWordsMs, transport.ended);
    const why = flooded();
    await client.close();
    await transport.close();
    throw connectError(spec, {
      error: why === undefined ? error : new Error(why, { cause: error }),
      stderr: stderr(),
      timedOut,
    });
  } finally {
    deadline.stop();
  }
  phase = 'open';
  requestLogLevel(client, of, log, never);
  let capabilities = capabilitiesOf(discovery);
  /** What an error says beside its call: that a server over HTTP no longer knows us. */
  const heed = (error: unknown): void => {
    if (phase !== 'open' || lost !== undefined || !endsSession(error, transport, sdk)) return;
    forgotten = true;
    lose(`${spec.name}: it no longer knows our session`);
  };

  return {
    id,
    discovery,
    pid: transport instanceof StdioTransport ? transport.pid : undefined,
    get lost() {
      return lost;
    },
    get forgotten() {
      return forgotten;
    },
    async call(tool, args, { signals, ...times }) {
      if (lost !== undefined) return { ...failure('failed', lost), serverFault: true, notSent: true };
      const late = startCallDeadline(clock, times, signals, questions.waitedUntil);
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
        heed(error);
        // An answer that cannot be read says as little about what happened as none.
        const isBroken = error instanceof sdk.ProtocolError && error.code === brokenAnswerCode;
        const result = callFailure(sdk, {
          error: isBroken ? new Error(error.message) : error,
          aborted: signals.some(({ aborted }) => aborted),
          timedOut: late.passed(),
          lost,
        });
        const refused = !isBroken && isRefusal(error, sdk);
        return {
          ...result,
          serverFault:
            !isTooMuch(error, sdk) &&
            (result.outcome === 'unknown' || (result.outcome === 'failed' && !refused)),
          notSent: result.outcome === 'failed' && (!refused || lost !== undefined),
        };
      } finally {
        late.stop();
      }
    },
    async discover(signal) {
      try {
        const found = await discoverServer(client, { timeout: never, signal });
        capabilities = capabilitiesOf(found);
        return found;
      } catch (error) {
        heed(error);
        throw error;
      }
    },
    async close() {
      if (phase === 'open' && lost === undefined) await endSession(transport, clock, sdk);
      phase = 'closing';
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

/**
 * A server over HTTP that has forgotten the session answers 404, and many answer 400 with a word about it; the protocol
 * wants a new session then.
 */
function endsSession(error: unknown, { sessionId }: Transport, sdk: typeof Sdk): boolean {
  if (!(error instanceof sdk.SdkHttpError) || sessionId === undefined) return false;
  return error.status === 404 || (error.status === 400 && /session/iu.test(error.message));
}

/** Tells a server over HTTP that its session is over. Most forget it by themselves too, so this may fail. */
async function endSession(transport: Transport, clock: Clock, sdk: typeof Sdk): Promise<void> {
  if (!(transport instanceof sdk.StreamableHTTPClientTransport) || transport.sessionId === undefined) return;
  await settledWithin(
    clock,
    farewellMs,
    transport.terminateSession().catch(() => undefined),
  );
}

/** The server lives and said no, whatever the reason: it is not at fault. */
function isRefusal(error: unknown, sdk: typeof Sdk): boolean {
  if (error instanceof AnswerCutOff) return error.reason === 'redirected';
  return error instanceof sdk.ProtocolError || (error instanceof sdk.SdkHttpError && error.status < 500);
}

/** The server did its work and gave back more than can be taken: asking again would give the same. */
function isTooMuch(error: unknown, sdk: typeof Sdk): boolean {
  if (error instanceof sdk.ProtocolError) return error.code === tooLongCode;
  return error instanceof AnswerCutOff && error.reason === 'too_long';
}
