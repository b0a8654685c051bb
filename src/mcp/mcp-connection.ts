/**
 * One connection to one MCP server through the official client. The client gets a validator that accepts
 * everything: arguments are checked by a stage of ours, and results are data whatever a schema says.
 * A call never throws for what a server does; how it ended is its outcome.
 */
import type { Client, ContentBlock, JsonSchemaValidator, Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { CallOutcome } from '../events/call-outcome.ts';
import type { Clock } from '../events/clock.ts';
import type { EventError } from '../events/run-event.ts';
import type { ToolContent } from '../events/tool-content.ts';
import type { SpawnChild } from '../process/child.ts';
import type { DiscoveredTool } from './discovered-tool.ts';
import type { ServerSpec } from './server-spec.ts';
import { StdioTransport } from './stdio-transport.ts';

export interface ServerCallResult {
  readonly outcome: CallOutcome;
  readonly content: readonly ToolContent[];
  readonly error?: EventError;
}

export interface McpConnection {
  readonly spec: ServerSpec;
  readonly tools: readonly DiscoveredTool[];
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<ServerCallResult>;
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

/** @throws MassGenError naming the server, what went wrong and the end of its stderr. */
export async function connectServer(spec: ServerSpec, options: ConnectOptions): Promise<McpConnection> {
  const sdk = await import('@modelcontextprotocol/client');
  const transport =
    spec.type === 'stdio'
      ? new StdioTransport({ launch: spec.launch, spawn: options.spawn, clock: options.clock })
      : new sdk.StreamableHTTPClientTransport(new URL(spec.url), {
          requestInit: { headers: { ...spec.headers }, redirect: 'error' },
        });
  const client = new sdk.Client(options.program, {
    jsonSchemaValidator: {
      getValidator:
        <T>(): JsonSchemaValidator<T> =>
        (data) => ({ valid: true, data: data as T, errorMessage: undefined }),
    },
  });
  let closing = false;
  let lost: EventError | undefined;
  const stderr = (): string => (transport instanceof StdioTransport ? transport.stderrTail : '');
  const request = { timeout: options.timeoutMs, signal: options.signal };
  let tools: readonly DiscoveredTool[];
  try {
    await client.connect(transport as Transport, request);
    tools = client.getServerCapabilities()?.tools === undefined ? [] : await discoverTools(client, request);
  } catch (error) {
    await client.close();
    await transport.close();
    throw connectError(spec, error, stderr(), options.signal);
  }
  client.onclose = () => {
    if (closing || lost !== undefined) return;
    const { code, title, hint } = mcpErrors.connectionLost;
    lost = { code, message: withStderr(`${title}: ${spec.name}`, stderr()), hint };
    options.onLost?.(lost);
  };

  return {
    spec,
    tools,
    async call(tool, args, limits) {
      if (lost !== undefined) return { outcome: 'failed', content: [], error: lost };
      try {
        const result = await client.callTool(
          { name: tool, arguments: { ...args } },
          { timeout: limits.timeoutMs, maxTotalTimeout: limits.timeoutMs, signal: limits.signal },
        );
        const content = result.content.map(toContent);
        return { outcome: result.isError === true ? 'tool_error' : 'ok', content };
      } catch (error) {
        return callFailure(sdk, error, limits.signal, lost);
      }
    },
    async close() {
      closing = true;
      await client.close();
      await transport.close();
    },
  };
}

async function discoverTools(
  client: Client,
  request: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<readonly DiscoveredTool[]> {
  const { tools } = await client.listTools(undefined, request);
  return tools.map(({ name, description, inputSchema }) => ({
    name,
    description: description ?? '',
    inputSchema: inputSchema as Readonly<Record<string, unknown>>,
  }));
}

function toContent(block: ContentBlock): ToolContent {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
    case 'audio':
      return { type: block.type, data: block.data, mimeType: block.mimeType };
    case 'resource': {
      const { resource } = block;
      return {
        type: 'resource',
        uri: resource.uri,
        ...('text' in resource ? { text: resource.text } : { data: resource.blob }),
        ...(resource.mimeType === undefined ? {} : { mimeType: resource.mimeType }),
      };
    }
    case 'resource_link':
      return { type: 'resource', uri: block.uri, text: `${block.name}: ${block.uri}` };
    default:
      return { type: 'text', text: JSON.stringify(block satisfies never) };
  }
}

function callFailure(
  sdk: typeof import('@modelcontextprotocol/client'),
  error: unknown,
  signal: AbortSignal,
  lost: EventError | undefined,
): ServerCallResult {
  if (signal.aborted) return { outcome: 'cancelled', content: [], error: eventError(mcpErrors.callFailed, error) };
  if (error instanceof sdk.SdkError) {
    // Once a request was handed to the server we cannot know whether it was carried out.
    const timedOut = error.code === sdk.SdkErrorCode.RequestTimeout;
    const unsent = error.code === sdk.SdkErrorCode.SendFailed || error.code === sdk.SdkErrorCode.NotConnected;
    return {
      outcome: unsent ? 'failed' : 'unknown',
      content: [],
      error: lost ?? eventError(timedOut ? mcpErrors.callTimeout : mcpErrors.callFailed, error),
    };
  }
  return { outcome: 'failed', content: [], error: lost ?? eventError(mcpErrors.callFailed, error) };
}

function eventError(
  definition: (typeof mcpErrors)[keyof typeof mcpErrors],
  error: unknown,
): EventError {
  return {
    code: definition.code,
    message: `${definition.title}: ${errorMessage(error)}`,
    hint: definition.hint,
  };
}

function connectError(
  spec: ServerSpec,
  error: unknown,
  stderr: string,
  signal: AbortSignal,
): MassGenError {
  const systemCode = (error as NodeJS.ErrnoException | undefined)?.code;
  const definition =
    systemCode === 'ENOENT'
      ? mcpErrors.commandNotFound
      : systemCode === 'EACCES'
        ? mcpErrors.notExecutable
        : systemCode === 'REQUEST_TIMEOUT' && !signal.aborted
          ? mcpErrors.connectTimeout
          : mcpErrors.startFailed;
  const what = spec.type === 'stdio' ? spec.launch.command : spec.url;
  return new MassGenError(definition, {
    detail: withStderr(`${spec.name} (${what}): ${errorMessage(error)}`, stderr),
    cause: error,
  });
}

function withStderr(text: string, stderr: string): string {
  return stderr === '' ? text : `${text}\n  its stderr: ${stderr.split('\n').slice(-5).join('\n  ')}`;
}
