/**
 * The MCP servers of an agent, ready to start: references filled in, minimal environment, and a filesystem server for
 * whoever has a workspace and brings none of that name.
 */
import { resolve } from 'node:path';
import type { AgentConfig } from '../config/schema/agent-config.ts';
import type { FilesystemConfig } from '../config/schema/filesystem-config.ts';
import type { McpServerConfig } from '../config/schema/mcp-server-config.ts';
import { substituteVariables, type Environment } from '../config/variables.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { EventError } from '../events/run-event.ts';
import type { ServerSpec } from '../mcp/server-spec.ts';
import { serverProfile } from '../policy/server-profile.ts';
import { inheritedVariables } from '../policy/variable-rules.ts';
import { minimalEnvironment } from '../process/minimal-environment.ts';
import { filesystemServers } from './filesystem-server-spec.ts';
import type { PrivateHome } from './private-home.ts';
import { insecureServer } from './insecure-server.ts';
import { serverTimes } from './server-times.ts';
import { standIn } from './stand-in-server.ts';

export interface ServerSpecsOptions {
  readonly agent: AgentConfig;
  /** Of the team; that of the agent is stronger. */
  readonly filesystem: FilesystemConfig;
  /** Absolute, links resolved. */
  readonly workspace?: string;
  /** Directory of the views. */
  readonly views: string;
  /** The user's folders, absolute, with that for copies of them. */
  readonly context: readonly string[];
  /** True when one of them is for copies that the agent may get to write in. Default false. */
  readonly writesContext?: boolean;
  /** Where a home directory may be made for a server of this agent, absolute. */
  readonly home: string;
  readonly cwd: string;
  readonly environment: Environment;
}

export interface ServerSpecs {
  readonly specs: readonly ServerSpec[];
  /** To be made before the servers start, and cleared when they have ended. */
  readonly homes: readonly PrivateHome[];
  /** Servers that cannot be started as they are. */
  readonly failed: readonly { readonly server: string; readonly error: EventError }[];
  /** What differs from what the config says, for people. */
  readonly notices: readonly { readonly server: string; readonly text: string }[];
}

/** How long an answer over HTTP may say nothing, where the config does not say; milliseconds. */
const readTimeoutMs = 300_000;

export function serverSpecs(options: ServerSpecsOptions): ServerSpecs {
  const { agent, workspace, environment } = options;
  const specs: ServerSpec[] = [];
  const homes: PrivateHome[] = [];
  const failed: { server: string; error: EventError }[] = [];
  const notices: { server: string; text: string }[] = [];
  const fail = (server: string, missing: readonly string[]): void => {
    const { code, title, hint } = mcpErrors.missingVariable;
    failed.push({ server, error: { code, message: `${title}: ${missing.join(', ')}`, hint } });
  };
  const configured = agent.backend.mcp_servers;

  if (workspace !== undefined && !configured.some(({ name }) => name === 'filesystem')) {
    const { value, missing } = substituteVariables(
      agent.backend.filesystem?.server ?? options.filesystem.server,
      environment,
    );
    const place = {
      agent: agent.id,
      workspace,
      views: options.views,
      context: options.context,
      writesContext: options.writesContext ?? false,
      home: options.home,
      cwd: options.cwd,
      environment: minimalEnvironment(environment),
      filters: toolFilters(agent, undefined),
      taken: configured.map(({ name }) => name),
    };
    if (missing.length === 0) {
      const servers = filesystemServers(place, value);
      specs.push(...servers.specs);
      homes.push(...servers.homes);
    } else fail('filesystem', missing);
  }
  for (const server of configured) {
    const { value, missing } = substituteVariables(server, environment);
    if (missing.length > 0) {
      fail(server.name, missing);
      continue;
    }
    const error = insecureServer(value);
    if (error !== undefined) {
      failed.push({ server: server.name, error });
      continue;
    }
    const { spec, notice } = configuredServer(value, options);
    specs.push(spec);
    if (notice !== undefined) notices.push({ server: server.name, text: notice });
  }
  return { specs, homes, failed, notices };
}

function configuredServer(
  server: McpServerConfig,
  options: ServerSpecsOptions,
): { readonly spec: ServerSpec; readonly notice?: string | undefined } {
  const common = {
    name: server.name,
    agent: options.agent.id,
    ...serverTimes(server),
    ...toolFilters(options.agent, server),
    ...(server.effects === undefined ? {} : { declaredEffects: server.effects }),
  };
  if (server.type === 'streamable-http') {
    const { url, headers, http_read_timeout: read } = server;
    return {
      spec: {
        type: 'streamable-http',
        ...common,
        scope: server.scope ?? 'shared',
        mayIdle: false,
        url,
        headers,
        readTimeoutMs: read === undefined ? readTimeoutMs : read * 1_000,
      },
    };
  }
  const ours = standIn(server.command, server.args);
  const { command, args } = ours ?? server;
  const profile = serverProfile({ command, args });
  const keepsState = profile?.statefulPerAgent ?? false;
  return {
    spec: {
      type: 'stdio',
      ...common,
      scope: server.scope ?? (keepsState ? 'agent' : 'shared'),
      // Whether a stranger keeps anything between calls, nobody knows.
      mayIdle: profile !== undefined && !keepsState,
      launch: {
        command,
        args,
        env: {
          ...inheritedVariables(minimalEnvironment(options.environment), server.security ?? {}),
          ...server.env,
        },
        // As in v0.0.15: relative paths in a command line count from where the program was started.
        cwd: server.cwd === undefined ? options.cwd : resolve(options.cwd, server.cwd),
      },
    },
    notice: ours?.notice,
  };
}

/** Both levels hold: what either excludes is out, and what is allowed must be allowed by both. */
function toolFilters(
  agent: AgentConfig,
  server: McpServerConfig | undefined,
): Pick<ServerSpec, 'allowLists' | 'excludedTools'> {
  const { backend } = agent;
  const ofAgent = 'allowed_tools' in backend ? backend.allowed_tools : undefined;
  return {
    allowLists: [ofAgent, server?.allowed_tools].filter((list) => list !== undefined),
    excludedTools: [
      ...(('exclude_tools' in backend ? backend.exclude_tools : undefined) ?? []),
      ...(server?.exclude_tools ?? []),
    ],
  };
}
