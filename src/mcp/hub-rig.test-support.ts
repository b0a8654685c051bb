/** A hub with real servers, a clock that the test moves, and everything it told. */
import path from 'node:path';
import { expect } from 'vitest';
import type { DurableEventBody } from '../events/run-event.ts';
import type { McpLog, McpLogEntry } from '../logging/mcp-log.ts';
import { createMcpHub, type McpHub, type McpHubOptions } from './mcp-hub.ts';
import type { McpServer, ServerCall } from './mcp-server.ts';
import { createMemoryDiscoveryCache } from './memory-discovery-cache.test-support.ts';
import type { ServerCallResult } from './server-call-result.ts';
import type { StdioServerSpec } from './server-spec.ts';
import { createServerRig, expectGone, launchOf, oddServer, type ServerRig } from './servers.test-support.ts';

type MakeServer = (
  mode: string,
  more?: Partial<StdioServerSpec>,
  args?: readonly string[],
) => StdioServerSpec;

function serversOf(name: string): MakeServer {
  const file = path.resolve(import.meta.dirname, '../../test/fixtures/servers', name);
  return (mode, more = {}, args = []) =>
    oddServer(mode, { launch: launchOf('', { args: [file, mode, ...args] }), ...more });
}

/** Servers of the fixtures: what each mode does stands there. */
export const eventfulServer = serversOf('eventful-server.mjs');
export const hostileServer = serversOf('hostile-server.mjs');
export const schemingServer = serversOf('scheming-server.mjs');

export interface HubRig extends ServerRig {
  readonly hub: McpHub;
  readonly events: readonly DurableEventBody[];
  readonly logged: readonly (McpLogEntry & { readonly server: string })[];
  readonly stderr: () => string;
  ofType<T extends DurableEventBody['type']>(type: T): readonly Extract<DurableEventBody, { type: T }>[];
  /** The server of that name as the agent has it. */
  server(name: string, agent?: string): McpServer;
  call(name: string, more?: Partial<ServerCall>): Promise<ServerCallResult>;
  /**
   * Calls an ordinary server of the hub, then closes the hub: all is well and nothing is left of any server. `graceMs`:
   * how long one of them has to be waited for.
   */
  expectUnharmed(graceMs?: number): Promise<void>;
}

/** For `expectUnharmed`: stands beside the servers of the test. */
export const neighbour = oddServer('banner', { name: 'neighbour' });

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
  const call: HubRig['call'] = (name, more = {}) =>
    server(name).call({
      tool: 'echo',
      args: {},
      repeatable: false,
      signal: new AbortController().signal,
      ...more,
    });
  return {
    ...rig,
    hub,
    events,
    logged,
    stderr: () => stderr,
    ofType: <T extends DurableEventBody['type']>(type: T) =>
      events.filter((event): event is Extract<DurableEventBody, { type: T }> => event.type === type),
    server,
    call,
    async expectUnharmed(graceMs) {
      expect(await call('neighbour', { tool: 'well' })).toMatchObject({
        outcome: 'ok',
        content: [{ text: 'well' }],
        served: { server: 'neighbour', attempts: 1 },
      });
      const closing = hub.close();
      if (graceMs !== undefined) {
        await rig.clock.until(() => rig.clock.waits().includes(graceMs));
        await rig.clock.advance(graceMs);
      }
      await closing;
      for (const pid of rig.pids) await expectGone(rig.clock, pid);
      expect(rig.clock.waits()).toEqual([]);
    },
  };
}
