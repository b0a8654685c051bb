/**
 * The MCP servers of an agent, ready to start: references filled in, minimal environment, and the filesystem server
 * for whoever has a workspace and brings none of that name. It is scoped by its arguments to the workspace, the
 * views and the user's paths; what of these may be written is the pipeline's rule.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { AgentConfig } from '../config/schema/agent-config.ts';
import type { McpServerConfig } from '../config/schema/mcp-server-config.ts';
import { substituteVariables, type Environment } from '../config/variables.ts';
import { mcpErrors } from '../errors/mcp-errors.ts';
import type { EventError } from '../events/run-event.ts';
import type { ServerSpec } from '../mcp/server-spec.ts';
import { minimalEnvironment } from '../process/minimal-environment.ts';

export interface ServerSpecsOptions {
  readonly agent: AgentConfig;
  /** Absolute, links resolved. */
  readonly workspace?: string;
  /** Absolute directories the filesystem server may read beside the workspace. */
  readonly readable: readonly string[];
  readonly cwd: string;
  readonly environment: Environment;
}

export interface ServerSpecs {
  readonly specs: readonly ServerSpec[];
  /** Servers that cannot be started as they are. */
  readonly failed: readonly { readonly server: string; readonly error: EventError }[];
}

/** Calls of one tool over HTTP, in milliseconds, where the config does not say. */
const httpTimeoutMs = 30_000;

export function serverSpecs(options: ServerSpecsOptions): ServerSpecs {
  const { agent, workspace } = options;
  const specs: ServerSpec[] = [];
  const failed: { server: string; error: EventError }[] = [];
  const configured = agent.backend.mcp_servers;
  if (workspace !== undefined && !configured.some(({ name }) => name === 'filesystem')) {
    specs.push(filesystemServer(options, workspace));
  }
  for (const server of configured) {
    const { value, missing } = substituteVariables(server, options.environment);
    if (missing.length === 0) {
      specs.push(configuredServer(value, options));
      continue;
    }
    const { code, title, hint } = mcpErrors.missingVariable;
    failed.push({ server: server.name, error: { code, message: `${title}: ${missing.join(', ')}`, hint } });
  }
  return { specs, failed };
}

function filesystemServer(options: ServerSpecsOptions, workspace: string): ServerSpec {
  const entry = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-filesystem/dist/index.js',
  );
  return {
    type: 'stdio',
    name: 'filesystem',
    agent: options.agent.id,
    ...toolFilters(options.agent, undefined),
    launch: {
      command: process.execPath,
      args: [entry, workspace, ...options.readable],
      env: minimalEnvironment(options.environment),
      cwd: workspace,
    },
  };
}

function configuredServer(server: McpServerConfig, options: ServerSpecsOptions): ServerSpec {
  const common = { name: server.name, agent: options.agent.id, ...toolFilters(options.agent, server) };
  if (server.type === 'streamable-http') {
    return {
      type: 'streamable-http',
      ...common,
      url: server.url,
      headers: server.headers,
      timeoutMs: server.timeout === undefined ? httpTimeoutMs : server.timeout * 1_000,
    };
  }
  // As in v0.0.15: relative paths in a command line count from where the program was started.
  const place = server.cwd === undefined ? options.cwd : resolve(options.cwd, server.cwd);
  return {
    type: 'stdio',
    ...common,
    launch: {
      command: server.command,
      args: server.args,
      env: { ...minimalEnvironment(options.environment), ...server.env },
      cwd: place,
    },
  };
}

/** Both levels hold: what either excludes is out, and what is allowed must be allowed by both. */
function toolFilters(
  agent: AgentConfig,
  server: McpServerConfig | undefined,
): { readonly allowLists: readonly (readonly string[])[]; readonly excludedTools: readonly string[] } {
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
