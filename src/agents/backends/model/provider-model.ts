/**
 * What the models of all vendors with an API of their own have in common: the checked address, the key that goes
 * there and nowhere else, the keys of the user that are added to each request as they are. A vendor's own file
 * says how the SDK's model is made and what is special.
 */
import type { LanguageModelV4, LanguageModelV4ProviderTool } from '@ai-sdk/provider';
import { createSecretRegistry } from '../../../credentials/secret-registry.ts';
import type { Clock } from '../../../events/clock.ts';
import type { IdSource } from '../../../events/id-source.ts';
import { createAiSdkModel } from './ai-sdk-model.ts';
import { checkBaseUrl } from './check-base-url.ts';
import { mergeBody } from './merge-body.ts';
import type { ModelMessage, ModelPort } from './model-port.ts';
import { wellFormed } from './well-formed.ts';

export interface ProviderModelOptions {
  /** Name of the provider, for people. */
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** The variable the key came from, for messages. */
  readonly keyVariable?: string;
  /** The provider's own web search is offered to the model. */
  readonly webSearch: boolean;
  /** The provider runs code of the model on its own machines. */
  readonly codeExecution: boolean;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly fetch: typeof globalThis.fetch;
}

/** What an SDK's provider is made with. */
export interface ProviderSettings {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly fetch: typeof globalThis.fetch;
}

export interface Vendor {
  /** The SDK leaves its data under this name; journals hold it, so it never changes. */
  readonly key: string;
  /** The header that carries the key. */
  readonly keyHeader: string;
  /** Loads the SDK, with the first request. */
  load(settings: ProviderSettings): Promise<LanguageModelV4>;
  /** Tools that the provider itself carries out, given whether tools of ours are offered as well. */
  serverTools?(besideOurs: boolean): readonly LanguageModelV4ProviderTool[];
  /** The history as this vendor accepts it. */
  prepare?(messages: readonly ModelMessage[]): readonly ModelMessage[];
  /** Where in the body of a request keys of the user belong. Default: at its top. */
  place?(extra: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** Images in results of tools go to the model as images. Default: true. */
  readonly richResults?: boolean;
  /** Settings for the SDK itself. */
  sdkOptions?(extra: Readonly<Record<string, unknown>>): Readonly<Record<string, string | boolean>>;
}

/** Throws when the base URL cannot be used or a key would go over plain http to another machine. */
export function createProviderModel(options: ProviderModelOptions, vendor: Vendor): ModelPort {
  const { provider, model, apiKey, keyVariable } = options;
  const baseUrl = checkBaseUrl(options.baseUrl, apiKey !== undefined);
  const secrets = createSecretRegistry();
  if (apiKey !== undefined) secrets.add('api_key', apiKey);

  const fetchFor =
    (extra: Readonly<Record<string, unknown>>): typeof globalThis.fetch =>
    (input, init) => {
      const headers = new Headers(init?.headers);
      if (apiKey === undefined) headers.delete(vendor.keyHeader);
      return options.fetch(input, {
        ...init,
        headers,
        redirect: 'manual',
        ...(typeof init?.body === 'string' ? { body: withExtra(init.body, extra) } : {}),
      });
    };

  // The keys of the user are the same in each request of an agent, so one model of the SDK serves them all.
  const loaded = new Map<unknown, Promise<LanguageModelV4>>();
  const languageFor = (extra: Readonly<Record<string, unknown>>): Promise<LanguageModelV4> => {
    const known = loaded.get(extra);
    if (known !== undefined) return known;
    const fetch = fetchFor(vendor.place?.(extra) ?? extra);
    // The SDK would look into the environment for a key; a word that is no key keeps it from that.
    const loading = vendor.load({ baseURL: baseUrl, apiKey: apiKey ?? 'none', fetch });
    loaded.set(extra, loading);
    return loading;
  };

  return createAiSdkModel({
    identity: {
      provider,
      model,
      baseUrl,
      hasKey: apiKey !== undefined,
      ...(keyVariable === undefined ? {} : { keyVariable }),
    },
    language: ({ parameters }) => languageFor(parameters.extra ?? noExtra),
    key: vendor.key,
    richResults: vendor.richResults ?? true,
    ...(vendor.serverTools === undefined ? {} : { serverTools: vendor.serverTools }),
    ...(vendor.prepare === undefined ? {} : { prepare: vendor.prepare }),
    sdkOptions: (extra) => vendor.sdkOptions?.(extra) ?? {},
    clock: options.clock,
    ids: options.ids,
    redact: (text) => secrets.replace(text),
  });
}

const noExtra = Object.freeze({});

function withExtra(body: string, extra: Readonly<Record<string, unknown>>): string {
  if (Object.keys(extra).length === 0) return body;
  return JSON.stringify(mergeBody(JSON.parse(body) as Record<string, unknown>, wellFormed(extra)));
}
