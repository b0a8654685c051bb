/** Makes the agent of a config entry. One that cannot work is made all the same: it says why in its first turn. */
import type { Agent } from '../agents/agent.ts';
import { createModelAgent } from '../agents/backends/model/create-model-agent.ts';
import type { ModelParameters } from '../agents/backends/model/model-port.ts';
import { createScriptAgent } from '../agents/backends/script/script-agent.ts';
import type { AgentConfig } from '../config/schema/agent-config.ts';
import { runnableBackends } from '../config/schema/backend-types.ts';
import { providerKeys } from '../config/provider-keys.ts';
import { substituteVariables } from '../config/variables.ts';
import { resolveCredential } from '../credentials/resolve-credential.ts';
import type { SecretRegistry } from '../credentials/secret-registry.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/** @throws MassGenError when the key is missing or the backend cannot be run. */
export function createAgent(config: AgentConfig, parts: RuntimeParts, secrets: SecretRegistry): Agent {
  const { id, backend } = config;
  switch (backend.type) {
    case 'script':
      return createScriptAgent({
        id,
        script: backend,
        clock: parts.clock,
        ids: parts.ids,
        crash: parts.crash,
      });
    case 'chatcompletion':
    case 'lmstudio': {
      const { value } = substituteVariables(backend, parts.environment);
      const credential = resolveCredential({
        agent: id,
        baseUrl: value.base_url,
        ...(value.api_key === undefined ? {} : { apiKey: value.api_key }),
        environment: parts.environment,
      });
      if (credential.key !== undefined) secrets.add(credential.variable ?? `key of ${id}`, credential.key);
      const parameters: ModelParameters = {
        ...(value.temperature === undefined ? {} : { temperature: value.temperature }),
        ...(value.top_p === undefined ? {} : { topP: value.top_p }),
        ...(value.max_tokens === undefined ? {} : { maxTokens: value.max_tokens }),
        extra: { ...providerKeys(value), ...value.extra_body },
      };
      return createModelAgent({
        id,
        backend: backend.type,
        model: value.model,
        baseUrl: value.base_url,
        provider: credential.provider,
        ...(credential.key === undefined ? {} : { apiKey: credential.key }),
        ...(credential.variable === undefined ? {} : { keyVariable: credential.variable }),
        parameters,
        clock: parts.clock,
        ids: parts.ids,
        random: parts.random,
        fetch: parts.fetch,
      });
    }
    default:
      throw new MassGenError(runErrors.backendNotRunnable, {
        detail: `\`${backend.type}\` of agent ${id}`,
        hint: `Backends that run: ${runnableBackends.join(', ')}. The file itself is valid.`,
      });
  }
}

/** An agent that fails each turn with the reason why it could not be made. */
export function failingAgent(id: string, error: MassGenError): Agent {
  return {
    version: 1,
    id,
    turn: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    }),
    close: () => Promise.resolve(),
  };
}
