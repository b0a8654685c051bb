/**
 * Any server with an OpenAI-compatible chat API as a `ModelPort`. The SDK is loaded with the first request.
 * The key goes to the host of the base URL and nowhere else: redirects are not followed.
 */
import type { LanguageModelV4, LanguageModelV4Usage } from '@ai-sdk/provider';
import { createSecretRegistry } from '../../../credentials/secret-registry.ts';
import type { Clock } from '../../../events/clock.ts';
import type { IdSource } from '../../../events/id-source.ts';
import { createAiSdkModel } from './ai-sdk-model.ts';
import { checkBaseUrl } from './check-base-url.ts';
import { endAtDone } from './end-at-done.ts';
import type { ModelPort } from './model-port.ts';
import { createWireQuirks } from './wire-quirks.ts';

export interface OpenAiCompatibleModelOptions {
  /** Name of the provider, for people. */
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** The variable the key came from, for messages. */
  readonly keyVariable?: string;
  /** The command that starts such a server on this machine, for messages. */
  readonly startCommand?: string;
  /** The server is a resource of Azure: `model` is its deployment, and the key has a header of its own. */
  readonly azureApiVersion?: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly fetch: typeof globalThis.fetch;
}

/** The SDK reads our options and leaves its data under this name; journals hold it, so it never changes. */
const key = 'chat';

/** Throws when the base URL cannot be used or a key would go over plain http to another machine. */
export function createOpenAiCompatibleModel(options: OpenAiCompatibleModelOptions): ModelPort {
  const { provider, model, apiKey, azureApiVersion: version } = options;
  const address = checkBaseUrl(options.baseUrl, apiKey !== undefined);
  const baseUrl =
    version === undefined ? address : `${address}/openai/deployments/${encodeURIComponent(model)}`;
  const quirks = createWireQuirks();
  const secrets = createSecretRegistry();
  if (apiKey !== undefined) secrets.add('api_key', apiKey);

  let loading: Promise<LanguageModelV4> | undefined;
  const load = async (): Promise<LanguageModelV4> => {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return createOpenAICompatible({
      name: key,
      baseURL: baseUrl,
      ...(apiKey === undefined
        ? {}
        : version === undefined
          ? { apiKey }
          : { headers: { 'api-key': apiKey } }),
      ...(version === undefined ? {} : { queryParams: { 'api-version': version } }),
      fetch: async (input, init) =>
        endAtDone(await options.fetch(input, { ...init, redirect: 'manual' }), options.clock),
      includeUsage: true,
      transformRequestBody: quirks.apply,
      convertUsage,
    }).chatModel(model);
  };

  const plain = createAiSdkModel({
    identity: {
      provider,
      model,
      baseUrl,
      hasKey: apiKey !== undefined,
      ...(options.keyVariable === undefined ? {} : { keyVariable: options.keyVariable }),
      ...(options.startCommand === undefined ? {} : { startCommand: options.startCommand }),
    },
    language: () => (loading ??= load()),
    key,
    clock: options.clock,
    ids: options.ids,
    redact: (text) => secrets.replace(text),
  });

  return {
    ...plain,
    async *stream(request, signal) {
      for (;;) {
        try {
          yield* plain.stream(request, signal);
          return;
        } catch (error) {
          if (!quirks.learn(error)) throw error;
        }
      }
    },
  };
}

interface ReportedUsage {
  readonly prompt_tokens?: number | null | undefined;
  readonly completion_tokens?: number | null | undefined;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number | null | undefined } | null | undefined;
  readonly completion_tokens_details?:
    | { readonly reasoning_tokens?: number | null | undefined }
    | null
    | undefined;
}

/** The SDK's own conversion reports 0 for what the server did not say; to us that is unknown. */
function convertUsage(usage: ReportedUsage | null | undefined): LanguageModelV4Usage {
  const input = usage?.prompt_tokens ?? undefined;
  const output = usage?.completion_tokens ?? undefined;
  return {
    inputTokens: {
      total: input,
      noCache: undefined,
      cacheRead: usage?.prompt_tokens_details?.cached_tokens ?? undefined,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: output,
      text: undefined,
      reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? undefined,
    },
  };
}
