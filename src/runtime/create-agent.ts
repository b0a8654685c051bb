/** Makes the agent of a config entry. One that cannot work is made all the same: it says why in its first turn. */
import type { Agent } from '../agents/agent.ts';
import { createModelAgent, type ModelBackend } from '../agents/backends/model/create-model-agent.ts';
import type { ModelParameters } from '../agents/backends/model/model-port.ts';
import { createScriptAgent } from '../agents/backends/script/script-agent.ts';
import type { AgentConfig } from '../config/schema/agent-config.ts';
import { runnableBackends } from '../config/schema/backend-types.ts';
import { providerKeys } from '../config/provider-keys.ts';
import { providerOf } from '../config/provider-of.ts';
import type { BackendOf } from '../config/schema/backend-config.ts';
import { type Environment, substituteVariables } from '../config/variables.ts';
import { resolveCredential } from '../credentials/resolve-credential.ts';
import type { SecretRegistry } from '../credentials/secret-registry.ts';
import { agentErrors } from '../errors/agent-errors.ts';
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
    case 'openai':
    case 'claude':
    case 'gemini':
    case 'grok':
    case 'azure_openai':
    case 'chatcompletion':
    case 'zai':
    case 'lmstudio':
    case 'ollama':
    case 'vllm':
      return modelAgent(id, backend, parts, secrets);
    default:
      throw new MassGenError(runErrors.backendNotRunnable, {
        detail: `\`${backend.type}\` of agent ${id}`,
        hint: `Backends that run: ${runnableBackends.join(', ')}. The file itself is valid.`,
      });
  }
}

type RunnableModel = BackendOf<ModelBackend>;

function modelAgent(id: string, backend: RunnableModel, parts: RuntimeParts, secrets: SecretRegistry): Agent {
  const { value } = substituteVariables(backend, parts.environment);
  const baseUrl = addressOf(id, value, parts.environment);
  const credential = resolveCredential({
    agent: id,
    baseUrl,
    ...(value.api_key === undefined ? {} : { apiKey: value.api_key }),
    environment: parts.environment,
  });
  if (credential.key !== undefined) secrets.add(credential.variable ?? `key of ${id}`, credential.key);
  const parameters: ModelParameters = {
    ...(value.temperature === undefined ? {} : { temperature: value.temperature }),
    ...(value.top_p === undefined ? {} : { topP: value.top_p }),
    ...(value.max_tokens === undefined ? {} : { maxTokens: value.max_tokens }),
    extra: {
      ...providerKeys(value),
      ...(value.type === 'openai' ? responsesKeys(value) : {}),
      ...value.extra_body,
    },
  };
  return createModelAgent({
    id,
    backend: value.type,
    model: value.model,
    baseUrl,
    provider: credential.provider,
    ...(credential.key === undefined ? {} : { apiKey: credential.key }),
    ...(credential.variable === undefined ? {} : { keyVariable: credential.variable }),
    ...apiVersionOf(value, parts.environment),
    webSearch: value.enable_web_search,
    codeExecution: runsCode(value),
    parameters,
    clock: parts.clock,
    ids: parts.ids,
    random: parts.random,
    fetch: parts.fetch,
  });
}

function addressOf(id: string, backend: RunnableModel, environment: Environment): string {
  if (backend.type !== 'azure_openai') return backend.base_url ?? providerOf(backend)?.baseUrl ?? '';
  const endpoint = backend.azure_endpoint ?? backend.base_url ?? environment['AZURE_OPENAI_ENDPOINT'];
  if (endpoint !== undefined && endpoint !== '') return endpoint;
  throw new MassGenError(agentErrors.badBaseUrl, {
    detail: `agent ${id} has no \`azure_endpoint\`, and AZURE_OPENAI_ENDPOINT is not set`,
    hint: 'Give `azure_endpoint` as https://RESOURCE.openai.azure.com, or set AZURE_OPENAI_ENDPOINT.',
  });
}

function apiVersionOf(backend: RunnableModel, environment: Environment): { readonly apiVersion?: string } {
  if (backend.type !== 'azure_openai') return {};
  const version = backend.api_version ?? environment['AZURE_OPENAI_API_VERSION'];
  return version === undefined || version === '' ? {} : { apiVersion: version };
}

/** Keys of the schema that are keys of the Responses API as well. */
function responsesKeys({ text, reasoning }: BackendOf<'openai'>): Readonly<Record<string, unknown>> {
  return { ...(text && { text }), ...(reasoning && { reasoning }) };
}

function runsCode(backend: RunnableModel): boolean {
  switch (backend.type) {
    case 'openai':
      return backend.enable_code_interpreter;
    case 'claude':
    case 'gemini':
      return backend.enable_code_execution;
    default:
      return false;
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
