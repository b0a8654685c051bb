/** What a config needs from the environment and does not find there. Names only, never values. */
import type { ConfigPath } from './config-path.ts';
import { providerOf } from './provider-of.ts';
import type { AgentConfig } from './schema/agent-config.ts';
import type { MassGenConfig } from './schema/massgen-config.ts';
import { variableUses, type Environment } from './variables.ts';

export interface MissingVariable {
  /** `variable`: a reference of the config; `api_key`: the key of the agent's provider; `endpoint`: its address. */
  readonly type: 'variable' | 'api_key' | 'endpoint';
  readonly agent: string;
  /** The server that refers to it, if it is one. */
  readonly server?: string;
  /** The variables of which one must be set. */
  readonly names: readonly string[];
  /** Where it is needed, from the agent on: as in `backend.mcp_servers[0].env.TOKEN`. */
  readonly path: ConfigPath;
}

export function missingEnvironment(
  config: MassGenConfig,
  environment: Environment,
): readonly MissingVariable[] {
  return config.agents.flatMap((agent) => [
    ...missingReferences(agent, environment),
    ...missingKey(agent, environment),
  ]);
}

function missingReferences(agent: AgentConfig, environment: Environment): MissingVariable[] {
  return variableUses({ backend: agent.backend })
    .filter(({ name }) => environment[name] === undefined)
    .map(({ path, name }) => {
      const index = path[1] === 'mcp_servers' ? path[2] : undefined;
      const server = typeof index === 'number' ? agent.backend.mcp_servers[index]?.name : undefined;
      return {
        type: 'variable',
        agent: agent.id,
        ...(server === undefined ? {} : { server }),
        names: [name],
        path,
      };
    });
}

function missingKey({ id, backend }: AgentConfig, environment: Environment): MissingVariable[] {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== '';
  const missing: MissingVariable[] = [];
  // Claude Code also works with the login of its user.
  const names = backend.type === 'claude_code' ? [] : (providerOf(backend)?.keyVariables ?? []);
  const hasKey = 'api_key' in backend && backend.api_key !== undefined;
  if (!hasKey && names.length > 0 && !names.some(isSet)) {
    missing.push({ type: 'api_key', agent: id, names, path: ['backend'] });
  }
  if (
    backend.type === 'azure_openai' &&
    backend.azure_endpoint === undefined &&
    backend.base_url === undefined
  ) {
    const endpoint = 'AZURE_OPENAI_ENDPOINT';
    if (!isSet(endpoint)) missing.push({ type: 'endpoint', agent: id, names: [endpoint], path: ['backend'] });
  }
  return missing;
}
