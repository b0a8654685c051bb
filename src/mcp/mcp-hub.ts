/**
 * All MCP servers of a run. Agents that ask for the same launch share a process unless it keeps state of whoever talks
 * to it. Servers get ready side by side; one that does not costs only itself, says why and is tried again later.
 * Closing the hub ends every child in order.
 */
import type { Transport } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import { sleep, type Clock } from '../events/clock.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import type { IdSource } from '../events/id-source.ts';
import type { McpLog } from '../logging/mcp-log.ts';
import type { SpawnChild } from '../process/child.ts';
import type { DiscoveryCache } from './discovery-cache.ts';
import type { AskPerson } from './elicitation.ts';
import { discoveryKey, instanceKey } from './launch-fingerprint.ts';
import { McpServer } from './mcp-server.ts';
import { createServerReporter, type ServerReporter } from './server-reporter.ts';
import type { ServerSpec } from './server-spec.ts';

export interface McpHubOptions {
  readonly spawn: SpawnChild;
  readonly clock: Clock;
  readonly ids: Pick<IdSource, 'next'>;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly program: { readonly name: string; readonly version: string };
  readonly emit: (event: DurableEventBody) => Promise<void>;
  /** Replaces the values of known secrets; launch lines and what servers say on stderr may hold them. */
  readonly replaceSecrets: (text: string) => string;
  readonly log: McpLog;
  readonly cache: DiscoveryCache;
  /** Puts questions of servers to a person; absent where nobody can be asked. */
  readonly ask?: AskPerson;
  /** Servers in this process, by spec, anew for each connection; undefined for those that are started or called. */
  readonly transportOf?: (spec: ServerSpec) => Transport | undefined;
}

/** A server as one agent of the run may use it. */
export interface AgentServer {
  /** As this agent asked for it, with its own filters. */
  readonly spec: ServerSpec;
  readonly server: McpServer;
}

export interface McpHub {
  /**
   * Gets servers ready side by side and resolves when each is or has failed; rejects only for `emit`, and then too
   * when all of them have come to an end. A server whose tools are known from before starts with its first call.
   */
  start(specs: readonly ServerSpec[], signal: AbortSignal): Promise<void>;
  /** The servers of one agent whose tools are known, in the order of its config. */
  of(agent: string): readonly AgentServer[];
  close(): Promise<void>;
}

/** Pauses before a server that did not start is tried again, in milliseconds. A download may have to end first. */
const laterMs = [15_000, 60_000];
/** Failures that waiting does not mend. */
const lastingFailures: ReadonlySet<string> = new Set([
  mcpErrors.commandNotFound.code,
  mcpErrors.notExecutable.code,
  mcpErrors.noDirectory.code,
  mcpErrors.notAllowed.code,
  mcpErrors.missingVariable.code,
]);

interface AddedServer {
  readonly server: McpServer;
  readonly reporter: ServerReporter;
}

export function createMcpHub(options: McpHubOptions): McpHub {
  const { clock, cache } = options;
  const servers = new Map<string, AddedServer>();
  const users: AgentServer[] = [];
  const closing = new AbortController();
  /** Servers that are tried again; each comes to an end by itself or when the hub is closed. */
  const later = new Set<Promise<void>>();

  function addServer(spec: ServerSpec): AddedServer {
    const key = instanceKey(spec);
    const before = servers.get(key);
    if (before !== undefined) return before;
    const reporter = createServerReporter(spec, options);
    const server = new McpServer(spec, {
      clock,
      random: options.random,
      connect: options,
      ownTransport: () => options.transportOf?.(spec),
      nextConnection: () => options.ids.next('conn'),
      known: () => cache.read(discoveryKey(spec)),
      // Not waited for: nothing depends on it, and it never rejects.
      remember: (discovery) => void cache.write(discoveryKey(spec), discovery),
      ...reporter.listeners,
    });
    const added = { server, reporter };
    servers.set(key, added);
    return added;
  }

  async function prepare({ server, reporter }: AddedServer, signal: AbortSignal): Promise<void> {
    try {
      await server.prepare(signal);
    } catch (error) {
      // Told already, unless it was given up from here.
      if (signal.aborted) await reporter.givenUp(errorMessage(error));
      else if (!isOfServer(error)) throw error;
      else if (!lastingFailures.has(error.code)) startLater(server);
    }
  }

  /** Whoever asks for the tools of its agent has them from then on. */
  function startLater(server: McpServer): void {
    const trying = tryAgain(server).finally(() => later.delete(trying));
    later.add(trying);
  }

  async function tryAgain(server: McpServer): Promise<void> {
    for (const pause of laterMs) {
      try {
        await sleep(clock, pause, closing.signal);
        await server.prepare(closing.signal);
        return;
      } catch (error) {
        // Its failures are told as they happen; a journal that cannot be written ends the run by itself.
        if (closing.signal.aborted || !isOfServer(error)) return;
      }
    }
  }

  return {
    async start(specs, signal) {
      // Nobody would ever end what is started now.
      if (closing.signal.aborted) return;
      const wanted = new Set(
        specs.map((spec) => {
          const added = addServer(spec);
          users.push({ spec, server: added.server });
          return added;
        }),
      );
      throwFirst(await Promise.allSettled([...wanted].map((added) => prepare(added, signal))));
    },
    of: (agent) => users.filter(({ spec, server }) => spec.agent === agent && server.discovery !== undefined),
    async close() {
      closing.abort(new MassGenError(mcpErrors.serverClosed));
      const ends = await Promise.allSettled([...servers.values()].map(({ server }) => server.close()));
      await Promise.allSettled(later);
      throwFirst(ends);
    },
  };
}

/** A server that did not start, in contrast to a journal that cannot be written. */
function isOfServer(error: unknown): error is MassGenError {
  return MassGenError.isInstance(error) && Object.values(mcpErrors).some(({ code }) => code === error.code);
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
