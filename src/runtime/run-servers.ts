/** The MCP servers of a run: which agent gets which, started before the first turn, ended with the run. */
import type { AgentConfig } from '../config/schema/agent-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { errorMessage } from '../errors/error-message.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { DurableEventBody, EventError } from '../events/run-event.ts';
import type { McpLog } from '../logging/mcp-log.ts';
import type { AskPerson } from '../mcp/elicitation.ts';
import { createMcpHub } from '../mcp/mcp-hub.ts';
import type { ServerSpec } from '../mcp/server-spec.ts';
import type { SandboxPlaces } from '../process/sandbox.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';
import { createServerTools } from '../tools/server-tools.ts';
import { confineServers } from './confine-servers.ts';
import { isUnconfined } from './is-unconfined.ts';
import { refuseByLookUp } from './refuse-by-look-up.ts';
import { clearPrivateHome, makePrivateHome, type PrivateHome } from './private-home.ts';
import type { RuntimeParts } from './runtime-parts.ts';
import { serverSpecs, type ServerSpecs } from './server-specs.ts';

export interface RunServersOptions {
  readonly config: MassGenConfig;
  /** The agent's workspace, absolute with links resolved; undefined when it has none. */
  readonly workspaceOf: (agent: string) => string | undefined;
  /** Where the agent reads views. */
  readonly viewsOf: (agent: string) => string;
  /** What a sandbox of the agent's servers holds read-only, and what in it is writable. */
  readonly placesOf: (agent: string) => SandboxPlaces;
  /** The user's folders as the agent is given them, absolute, with that for copies of them. */
  readonly contextFor: (agent: string) => readonly string[];
  /** The one for copies, in which the agent may write in the final turn; undefined when there will be none. */
  readonly stagedFor: (agent: string) => string | undefined;
  /** Where a home directory may be made for a server of the agent, absolute. */
  readonly homeFor: (agent: string) => string;
  readonly emit: (...events: readonly DurableEventBody[]) => Promise<void>;
  readonly replaceSecrets: (text: string) => string;
  readonly log: McpLog;
  readonly ask?: AskPerson;
  /** Servers that somebody wants to watch: names, or true for all. */
  readonly mcpDebug?: true | readonly string[];
}

export interface RunServers {
  /**
   * The agents of a team with a server that may write to files by itself, outside of a sandbox. Nothing is started;
   * to be asked before `start`, as where an agent reads views may depend on it.
   */
  unconfined(): Promise<readonly string[]>;
  /** Resolves when each server is ready or has failed. */
  start(signal: AbortSignal): Promise<void>;
  /** The tools of an agent as they are whenever it is asked. */
  toolsOf(agent: string): () => readonly ResolvedTool[];
  close(): Promise<void>;
}

export function createRunServers(parts: RuntimeParts, options: RunServersOptions): RunServers {
  const { config, emit, log } = options;
  const hub = createMcpHub({
    ...parts,
    spawn: parts.children.spawn,
    emit: (event) => emit(event),
    replaceSecrets: options.replaceSecrets,
    log,
    cache: parts.discoveryCacheIn(parts.logsDirectory),
    ...(options.ask === undefined ? {} : { ask: options.ask }),
  });
  /** Once a process, before it starts anything itself. */
  async function sweep(): Promise<void> {
    const swept = parts.children.sweep();
    if (swept.length === 0) return;
    const { code, title, hint } = mcpErrors.sweptProcesses;
    const which = swept.slice(0, 5).map(({ pid, name }) => `${pid} (${name})`);
    const more = swept.length > which.length ? ` and ${swept.length - which.length} more` : '';
    await emit({ type: 'warning.raised', code, message: `${title}: ${which.join(', ')}${more}`, hint });
  }

  /** A misspelt name would watch nothing, in silence. */
  async function nameUnknown(servers: readonly string[]): Promise<void> {
    const { mcpDebug } = options;
    const unknown = Array.isArray(mcpDebug) ? mcpDebug.filter((name) => !servers.includes(name)) : [];
    if (unknown.length === 0) return;
    const { code, title, hint } = mcpErrors.unknownServer;
    const names = [...new Set(servers)].join(', ');
    const message = `${title}: ${unknown.join(', ')}; there are ${names === '' ? 'none' : names}`;
    await emit({ type: 'warning.raised', code, message, hint });
  }

  function specsOf(agent: AgentConfig): ServerSpecs {
    const workspace = options.workspaceOf(agent.id);
    return serverSpecs({
      agent,
      filesystem: config.filesystem,
      ...(workspace === undefined ? {} : { workspace }),
      views: options.viewsOf(agent.id),
      context: options.contextFor(agent.id),
      writesContext: options.stagedFor(agent.id) !== undefined,
      home: options.homeFor(agent.id),
      cwd: parts.cwd,
      environment: parts.environment,
    });
  }

  /** What several agents talk to does not know for whom it works, so nothing is writable to it. */
  const sharedPlaces = (): SandboxPlaces => {
    const places = config.agents.map(({ id }) => options.placesOf(id));
    const homes = new Set(config.agents.map(({ id }) => options.homeFor(id)));
    const together = (lists: readonly (readonly string[])[]): readonly string[] =>
      [...new Set(lists.flat())].filter((place) => !homes.has(place)).toSorted();
    const hidden = together(places.map((each) => each.hidden ?? []));
    return {
      readOnly: together(places.map(({ readOnly, writable }) => [...readOnly, ...writable])),
      writable: [],
      // What one of them may see, it has to show.
      hidden: hidden.filter((place) => places.every((each) => each.hidden?.includes(place) === true)),
      shown: together(places.map(({ shown = [] }) => shown)),
    };
  };

  const confine = (agent: AgentConfig, planned: ServerSpecs): Promise<ServerSpecs> =>
    confineServers(planned, {
      agent,
      sandbox:
        config.orchestrator.sandbox === 'off' ? () => Promise.resolve(undefined) : () => parts.sandbox(),
      places: { own: options.placesOf(agent.id), shared: sharedPlaces() },
    });

  const homes: PrivateHome[] = [];
  return {
    async unconfined() {
      const { agents } = config;
      // Whoever is alone has nobody to disturb.
      if (agents.length < 2) return [];
      await sweep();
      const planned = await Promise.all(agents.map((agent) => confine(agent, specsOf(agent))));
      return planned.flatMap(({ specs }, index) =>
        specs.some(isUnconfined) ? (agents[index]?.id ?? []) : [],
      );
    },
    async start(signal) {
      await sweep();
      const planning = config.agents.map(async (agent) => {
        const allowed = await refuseByLookUp(specsOf(agent), agent, parts);
        return { agent: agent.id, ...(await confine(agent, allowed)) };
      });
      const planned = await Promise.all(planning);
      await nameUnknown(
        planned.flatMap(({ specs, failed }) => [
          ...specs.map(({ name }) => name),
          ...failed.map(({ server }) => server),
        ]),
      );
      const { code, title, hint } = mcpErrors.serverReplaced;
      for (const { agent, failed, notices } of planned) {
        await emit(
          ...failed.map(({ server, error }) => ({ type: 'server.failed' as const, server, agent, error })),
          ...notices.map(({ server, text }) => ({
            type: 'warning.raised' as const,
            agent,
            code,
            message: `${title}: ${server}: ${text}`,
            hint,
          })),
        );
      }
      const homeless = new Set<string>();
      for (const { agent, homes: wanted } of planned) {
        for (const home of wanted) {
          homes.push(home);
          try {
            await makePrivateHome(home);
          } catch (cause) {
            homeless.add(home.path);
            await emit({ type: 'server.failed', server: 'filesystem', agent, error: noHome(cause) });
          }
        }
      }
      await hub.start(
        planned.flatMap(({ specs }) => specs).filter((spec) => !homeless.has(homeIn(spec))),
        signal,
      );
    },
    toolsOf: (agent) => createServerTools({ servers: () => hub.of(agent), log }),
    async close() {
      try {
        await hub.close();
      } finally {
        for (const home of homes) await clearPrivateHome(home);
      }
    },
  };
}

function homeIn(spec: ServerSpec): string {
  return (spec.type === 'stdio' ? spec.launch.env['HOME'] : undefined) ?? '';
}

function noHome(cause: unknown): EventError {
  const { code, title } = mcpErrors.startFailed;
  const hint = 'It needs a home directory of its own in the directory of the run, and none could be made.';
  return { code, message: `${title}: ${errorMessage(cause)}`, hint };
}
