/** A hub with real servers, a clock that the test moves, and everything it told. */
import path from 'node:path';
import type { DurableEventBody } from '../events/run-event.ts';
import type { McpLog, McpLogEntry } from '../logging/mcp-log.ts';
import { createMcpHub, type McpHub, type McpHubOptions } from './mcp-hub.ts';
import type { McpServer, ServerCall } from './mcp-server.ts';
import { createMemoryDiscoveryCache } from './memory-discovery-cache.test-support.ts';
import type { ServerCallResult } from './server-call-result.ts';
import type { StdioServerSpec } from './server-spec.ts';
import { createServerRig, launchOf, oddServer, type ServerRig } from './servers.test-support.ts';

/** A server of the fixture with the eventful ones. */
export function eventfulServer(
  mode: string,
  more: Partial<StdioServerSpec> = {},
  args: readonly string[] = [],
): StdioServerSpec {
  const file = path.resolve(import.meta.dirname, '../../test/fixtures/servers/eventful-server.mjs');
  return oddServer(mode, { launch: launchOf('', { args: [file, mode, ...args] }), ...more });
}

export interface HubRig extends ServerRig {
  readonly hub: McpHub;
  readonly events: readonly DurableEventBody[];
  readonly logged: readonly (McpLogEntry & { readonly server: string })[];
  readonly stderr: () => string;
  ofType<T extends DurableEventBody['type']>(type: T): readonly Extract<DurableEventBody, { type: T }>[];
  /** The server of that name as the agent has it. */
  server(name: string, agent?: string): McpServer;
  call(name: string, more?: Partial<ServerCall>): Promise<ServerCallResult>;
}

export function createHubRig(more: Partial<McpHubOptions> = {}): HubRig {
  const rig = createServerRig();
  const events: DurableEventBody[] = [];
  const logged: (McpLogEntry & { readonly server: string })[] = [];
  let stderr = '';
  const log: McpLog = {
    wants: () => true,
    log: ({ server }, entry) => void logged.push({ server, ...entry }),
    stderr: (_, text) => {
      stderr += text;
    },
    wire: () => undefined,
  };
  let count = 0;
  const { emit = () => Promise.resolve(), ...options } = more;
  const hub = createMcpHub({
    spawn: rig.spawn,
    clock: rig.clock,
    ids: { next: (prefix) => `${prefix}_${(count += 1)}` },
    random: () => 0.5,
    fetch,
    program: { name: 'massgen', version: '0.0.0' },
    replaceSecrets: (text) => text.replaceAll('hush-hush', '[secret TOKEN]'),
    log,
    cache: createMemoryDiscoveryCache(),
    ...options,
    emit: (event) => {
      events.push(event);
      return emit(event);
    },
  });
  const server = (name: string, agent = 'writer'): McpServer => {
    const found = hub.of(agent).find(({ spec }) => spec.name === name);
    if (found === undefined) throw new Error(`${agent} has no server ${name}`);
    return found.server;
  };
  return {
    ...rig,
    hub,
    events,
    logged,
    stderr: () => stderr,
    ofType: <T extends DurableEventBody['type']>(type: T) =>
      events.filter((event): event is Extract<DurableEventBody, { type: T }> => event.type === type),
    server,
    call: (name, call = {}) =>
      server(name).call({
        tool: 'echo',
        args: {},
        repeatable: false,
        signal: new AbortController().signal,
        ...call,
      }),
  };
}
