/** Puts an agent on a model together: server, retries, step loop. The only way into this folder. */
import type { Clock } from '../../../events/clock.ts';
import type { IdSource } from '../../../events/id-source.ts';
import { agentErrors } from '../../../errors/agent-errors.ts';
import { MassGenError } from '../../../errors/massgen-error.ts';
import type { Agent } from '../../agent.ts';
import { createToolOffers, type OfferTools } from '../../schema-dialect/offer-tools.ts';
import { dialectAt, type SchemaDialect } from '../../schema-dialect/schema-dialect.ts';
import { createAnthropicModel } from './anthropic-model.ts';
import { createGeminiModel, isThreeOrLater } from './gemini-model.ts';
import { ModelAgent } from './model-agent.ts';
import type { ModelParameters, ModelPort } from './model-port.ts';
import { createOpenAiCompatibleModel } from './openai-compatible-model.ts';
import { createOpenAiModel } from './openai-model.ts';
import type { ProviderModelOptions } from './provider-model.ts';
import { createRetryingModel } from './retrying-model.ts';

/** The types of backend that run on a model. */
export type ModelBackend =
  | 'openai'
  | 'claude'
  | 'gemini'
  | 'grok'
  | 'azure_openai'
  | 'chatcompletion'
  | 'zai'
  | 'lmstudio'
  | 'ollama'
  | 'vllm';

export interface CreateModelAgentOptions {
  /** Id of the agent from the config. */
  readonly id: string;
  readonly backend: ModelBackend;
  readonly model: string;
  readonly baseUrl: string;
  /** Name of the provider, for messages. Default: the host of the base URL. */
  readonly provider?: string;
  readonly apiKey?: string;
  /** The variable the key came from, or would come from, for messages. */
  readonly keyVariable?: string;
  /** The provider's own web search is offered to the model, where the backend has one. */
  readonly webSearch?: boolean;
  /** The provider runs code of the model on its own machines, where the backend has that. */
  readonly codeExecution?: boolean;
  /** Version of the API of an Azure resource. */
  readonly apiVersion?: string;
  readonly parameters: ModelParameters;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Numbers in [0, 1), for the spread of retries. */
  random(): number;
  readonly fetch: typeof globalThis.fetch;
}

/** Throws when the base URL cannot be used, or a key would go over plain http to another machine. */
export function createModelAgent(options: CreateModelAgentOptions): Agent {
  const { id, parameters, clock, ids, random } = options;
  return new ModelAgent({
    id,
    model: createRetryingModel(createModel(options), { clock, random }),
    parameters,
    offerTools: withNote(createToolOffers(dialectOf(options)), noteFor(options)),
    clock,
    ids,
  });
}

/** The oldest one that is generally available and streams tool calls with their usage. */
const azureApiVersion = '2024-10-21';

function createModel(options: CreateModelAgentOptions): ModelPort {
  const common: ProviderModelOptions = {
    provider: options.provider ?? URL.parse(options.baseUrl)?.host ?? options.backend,
    model: options.model,
    baseUrl: options.baseUrl,
    webSearch: options.webSearch ?? false,
    codeExecution: options.codeExecution ?? false,
    clock: options.clock,
    ids: options.ids,
    fetch: options.fetch,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.keyVariable === undefined ? {} : { keyVariable: options.keyVariable }),
  };
  switch (options.backend) {
    case 'openai':
      return createOpenAiModel(common);
    case 'claude':
      return createAnthropicModel(common);
    case 'gemini':
      return createGeminiModel(common);
    case 'azure_openai':
      return createOpenAiCompatibleModel({
        ...common,
        azureApiVersion: options.apiVersion ?? azureApiVersion,
      });
    case 'grok':
    case 'chatcompletion':
    case 'zai':
      return createOpenAiCompatibleModel(common);
    case 'lmstudio':
      return createOpenAiCompatibleModel({ ...common, startCommand: 'lms server start' });
    case 'ollama':
      return createOpenAiCompatibleModel({ ...common, startCommand: 'ollama serve' });
    case 'vllm':
      return createOpenAiCompatibleModel({ ...common, startCommand: `vllm serve ${options.model}` });
    default:
      return options.backend satisfies never;
  }
}

function dialectOf({ backend, baseUrl }: CreateModelAgentOptions): SchemaDialect {
  switch (backend) {
    case 'openai':
      return 'openai-strict';
    case 'claude':
      return 'anthropic';
    case 'gemini':
      return 'gemini';
    default:
      return dialectAt(baseUrl);
  }
}

/** What the user asked for and this model does not do. */
function noteFor(options: CreateModelAgentOptions): MassGenError | undefined {
  const wanted = options.webSearch === true || options.codeExecution === true;
  if (options.backend !== 'gemini' || !wanted || isThreeOrLater(options.model)) return undefined;
  return new MassGenError(agentErrors.serverToolsLeftOut, {
    detail: `${options.model} takes no functions beside them, and agents answer and vote by calling functions`,
  });
}

/** Says so once, where the model would have been offered tools of its provider beside ours. */
function withNote(offerTools: OfferTools, note: MassGenError | undefined): OfferTools {
  let left = note;
  return (all) => {
    const offers = offerTools(all);
    if (left === undefined || offers.tools.length === 0) return offers;
    const warnings = [...offers.warnings, left];
    left = undefined;
    return { ...offers, warnings };
  };
}
