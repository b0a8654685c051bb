/**
 * The MCP servers of a config without a run around them: to look at them, to try a call. Agents without a place of
 * their own get a scratch directory, which goes with the servers.
 */
import { mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { DurableEventBody, EventError } from '../events/run-event.ts';
import type { McpLogEntry } from '../logging/mcp-log.ts';
import type { AskPerson } from '../mcp/elicitation.ts';
import { expandHome } from '../policy/expand-home.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';
import { contextPaths, contextPlaces } from './context-paths.ts';
import { knownSecrets } from './known-secrets.ts';
import { createRunServers } from './run-servers.ts';
import { homeOf, type RuntimeParts } from './runtime-parts.ts';

export interface OpenServersOptions {
  readonly config: MassGenConfig;
  readonly ask?: AskPerson;
}

export interface OpenedServer {
  readonly name: string;
  /** Agents that use it. */
  readonly agents: readonly string[];
  readonly launch: string;
  readonly state: 'ready' | 'failed';
  readonly startMs?: number;
  /** Name and version the server gives itself. */
  readonly version?: string;
  readonly protocol?: string;
  readonly error?: EventError;
  /** Tools it lists, by their own names. */
  readonly tools: readonly string[];
}

export interface AgentTool extends ResolvedTool {
  readonly agent: string;
}

export interface ServersNotice {
  readonly code: string;
  readonly message: string;
}

export interface OpenServers {
  readonly servers: readonly OpenedServer[];
  /** What each agent is offered. */
  readonly tools: readonly AgentTool[];
  /** What became of each tool on the way to the agents. */
  readonly discovery: readonly (McpLogEntry & { readonly server: string; readonly agent?: string })[];
  readonly notices: readonly ServersNotice[];
  close(): Promise<void>;
}

/** Resolves when each server is ready or has failed. */
export async function openServers(
  parts: RuntimeParts,
  { config, ask }: OpenServersOptions,
): Promise<OpenServers> {
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'massgen-servers-')));
  const secrets = knownSecrets(config, parts.environment);
  const events: DurableEventBody[] = [];
  const discovery: (McpLogEntry & { server: string; agent?: string })[] = [];
  const workspaces = new Map<string, string>();
  const views = join(scratch, 'views');
  await mkdir(views);
  for (const { id, backend } of config.agents) {
    if (!('cwd' in backend) || backend.cwd === undefined) continue;
    const place = resolve(parts.cwd, expandHome(backend.cwd, homeOf(parts)));
    workspaces.set(id, await usableOr(place, join(scratch, id)));
  }
  const context = await contextPaths(config, contextPlaces(parts));
  const cache = parts.discoveryCacheIn(parts.logsDirectory);
  const servers = createRunServers(
    // Asked anew: who looks at servers wants to see them start.
    { ...parts, discoveryCacheIn: () => ({ ...cache, read: () => Promise.resolve(undefined) }) },
    {
      config,
      workspaceOf: (agent) => workspaces.get(agent),
      viewsOf: () => views,
      // Files are looked at by agents in copies of the run; there is none here.
      contextFor: () => context.flatMap(({ path, kind }) => (kind === 'folder' ? [path] : [])),
      stagedFor: () => undefined,
      placesOf: (agent) => ({
        readOnly: [parts.logsDirectory],
        writable: [scratch, workspaces.get(agent) ?? scratch],
      }),
      homeFor: (agent) => join(scratch, 'homes', agent),
      emit: (...bodies) => {
        events.push(...bodies);
        return Promise.resolve();
      },
      replaceSecrets: (text) => secrets.replace(text),
      log: {
        wants: () => true,
        log: ({ server, agent }, entry) => {
          if (entry.kind === 'discovery')
            discovery.push({ server, ...(agent === undefined ? {} : { agent }), ...entry });
        },
        stderr: () => undefined,
        wire: () => undefined,
      },
      ...(ask === undefined ? {} : { ask }),
    },
  );
  await servers.start(new AbortController().signal);
  const tools = config.agents.flatMap(({ id }) =>
    servers
      .toolsOf(id)()
      .map((tool): AgentTool => ({ ...tool, agent: id })),
  );
  return {
    servers: openedServers(events, config),
    tools,
    discovery,
    notices: events.flatMap((event) =>
      event.type === 'warning.raised' ? [{ code: event.code, message: event.message }] : [],
    ),
    async close() {
      await servers.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** The directory itself where there is one, else a scratch one: looking at servers makes no workspace. */
async function usableOr(place: string, scratch: string): Promise<string> {
  try {
    if ((await stat(place)).isDirectory()) return await realpath(place);
  } catch {
    // Not there yet, or not for us.
  }
  await mkdir(scratch, { recursive: true });
  return scratch;
}

function openedServers(events: readonly DurableEventBody[], config: MassGenConfig): readonly OpenedServer[] {
  return events.flatMap((event): OpenedServer[] => {
    if (event.type !== 'server.ready' && event.type !== 'server.failed') return [];
    const { server: name } = event;
    const starting = events.find(
      (other) => other.type === 'server.starting' && other.server === name && other.agent === event.agent,
    );
    const common = {
      name,
      agents: event.agent === undefined ? usersOf(name, config) : [event.agent],
      launch: starting?.type === 'server.starting' ? starting.launch : '',
    };
    if (event.type === 'server.failed')
      return [{ ...common, state: 'failed', error: event.error, tools: [] }];
    const { startMs, version, protocol, tools } = event;
    return [
      {
        ...common,
        state: 'ready',
        startMs,
        tools,
        ...(version === undefined ? {} : { version }),
        ...(protocol === undefined ? {} : { protocol }),
      },
    ];
  });
}

function usersOf(server: string, { agents }: MassGenConfig): readonly string[] {
  return agents
    .filter(({ backend }) => backend.mcp_servers.some(({ name }) => name === server))
    .map(({ id }) => id);
}
