/** Puts an agent on a model together: server, retries, step loop. The only way into this folder. */
import type { Clock } from '../../../events/clock.ts';
import type { IdSource } from '../../../events/id-source.ts';
import type { Agent } from '../../agent.ts';
import { createToolOffers } from '../../schema-dialect/offer-tools.ts';
import { dialectAt } from '../../schema-dialect/schema-dialect.ts';
import { ModelAgent } from './model-agent.ts';
import type { ModelParameters } from './model-port.ts';
import { createOpenAiCompatibleModel } from './openai-compatible-model.ts';
import { createRetryingModel } from './retrying-model.ts';

export interface CreateModelAgentOptions {
  /** Id of the agent from the config. */
  readonly id: string;
  readonly backend: 'chatcompletion' | 'lmstudio';
  readonly model: string;
  readonly baseUrl: string;
  /** Name of the provider, for messages. Default: the host of the base URL. */
  readonly provider?: string;
  readonly apiKey?: string;
  /** The variable the key came from, or would come from, for messages. */
  readonly keyVariable?: string;
  readonly parameters: ModelParameters;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Numbers in [0, 1), for the spread of retries. */
  random(): number;
  readonly fetch: typeof globalThis.fetch;
}

/** Throws when the base URL cannot be used, or a key would go over plain http to another machine. */
export function createModelAgent(options: CreateModelAgentOptions): Agent {
  const { id, model, parameters, clock, ids, random } = options;
  const server = createOpenAiCompatibleModel({
    provider: options.provider ?? URL.parse(options.baseUrl)?.host ?? options.backend,
    model,
    baseUrl: options.baseUrl,
    clock,
    ids,
    fetch: options.fetch,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.keyVariable === undefined ? {} : { keyVariable: options.keyVariable }),
    ...(options.backend === 'lmstudio' ? { startCommand: 'lms server start' } : {}),
  });
  return new ModelAgent({
    id,
    model: createRetryingModel(server, { clock, random }),
    parameters,
    offerTools: createToolOffers(dialectAt(options.baseUrl)),
    clock,
    ids,
  });
}
