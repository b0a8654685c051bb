/**
 * A model behind the AI SDK's provider interface (`doStream`) as a `ModelPort`: conversation, tools and stream
 * parts are translated, silence is watched, every error becomes a `ModelFailure`. The SDK's own retries and
 * tool loop are not used. What arrived before a failure is never taken as complete: only `finish` ends a reply.
 */
import type {
  JSONSchema7,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4ProviderTool,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { Clock } from '../../../events/clock.ts';
import type { IdSource } from '../../../events/id-source.ts';
import type { MessagePart } from '../../../events/message-part.ts';
import type { Usage } from '../../../events/usage.ts';
import { aiSdkPrompt, wireIdKey } from './ai-sdk-prompt.ts';
import { explainModelError, type ModelIdentity } from './explain-model-error.ts';
import { ModelFailure, type ModelFailureKind } from './model-failure.ts';
import type { ModelEvent, ModelMessage, ModelPort, ModelRequest } from './model-port.ts';
import { parseArguments } from './parse-arguments.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';
import { wellFormed } from './well-formed.ts';

export interface AiSdkModelOptions {
  readonly identity: ModelIdentity;
  /** Gives the SDK's model; called for each request, so that the SDK is loaded when it is first needed. */
  language(request: ModelRequest): Promise<LanguageModelV4>;
  /** The name under which the SDK's provider reads options and leaves data. */
  readonly key: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Tools that the provider itself carries out, given whether tools of ours are offered as well. */
  serverTools?(besideOurs: boolean): readonly LanguageModelV4ProviderTool[];
  /** The history as the provider accepts it. */
  prepare?(messages: readonly ModelMessage[]): readonly ModelMessage[];
  /** Options for the SDK itself; without it, the keys of the user are handed to the SDK. */
  sdkOptions?(extra: Readonly<Record<string, unknown>>): Readonly<Record<string, string | boolean>>;
  /** Images in results of tools go to the model as images. */
  readonly richResults?: boolean;
  /** Takes secrets out of texts of the provider. */
  redact(text: string): string;
  /** Longest wait for the first piece of the reply in milliseconds. Default 120,000. */
  readonly firstContentMs?: number;
  /** Longest silence within a reply in milliseconds; pings and comments are silence. Default 60,000. */
  readonly idleMs?: number;
}

export function createAiSdkModel(options: AiSdkModelOptions): ModelPort {
  const { identity, clock, firstContentMs = 120_000, idleMs = 60_000 } = options;

  const fail = (
    kind: ModelFailureKind,
    retryable: boolean,
    words: string,
    extra: { readonly hint?: string; readonly usage?: Usage } = {},
  ): ModelFailure =>
    new ModelFailure({
      kind,
      retryable,
      detail: options.redact(`${identity.provider}, model ${identity.model}: ${words}`),
      ...extra,
    });

  const silent = (ms: number): ModelFailure => fail('timeout', true, `nothing came for ${ms / 1_000} s`);

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const watchdog = createWatchdog(clock, signal);
    try {
      watchdog.expect(firstContentMs, () => silent(firstContentMs));
      yield* translate(await open(request, watchdog), watchdog);
    } catch (error) {
      signal.throwIfAborted();
      throw explainModelError(error, { identity, nowMs: clock.now(), redact: options.redact });
    } finally {
      watchdog.close();
    }
  }

  async function open(request: ModelRequest, watchdog: Watchdog): Promise<ReadableStreamDefaultReader<Part>> {
    const language = await watchdog.race(options.language(request));
    const call = callOptions(request, options, watchdog.signal);
    const result = await watchdog.race(language.doStream(call));
    const type = result.response?.headers?.['content-type'];
    if (type?.startsWith('text/html') === true) {
      throw fail('protocol', false, `${identity.baseUrl} answered with a web page`);
    }
    return result.stream.getReader();
  }

  async function* translate(
    reader: ReadableStreamDefaultReader<Part>,
    watchdog: Watchdog,
  ): AsyncGenerator<ModelEvent> {
    const blocks = new Map<string, { text: string; provider: SharedV4ProviderMetadata | undefined }>();
    const running = new Map<string, Part & { type: 'tool-call' }>();
    let model: string | undefined;
    for (;;) {
      const { done, value: part } = await watchdog.race(reader.read());
      if (done) throw fail('protocol', true, 'the stream ended before the reply was complete');
      switch (part.type) {
        case 'text-start':
        case 'reasoning-start':
          blocks.set(`${kindOf(part)} ${part.id}`, { text: '', provider: part.providerMetadata });
          break;
        case 'text-delta':
        case 'reasoning-delta': {
          // The time the consumer takes is not silence of the provider.
          watchdog.rest();
          const block = blocks.get(`${kindOf(part)} ${part.id}`);
          if (block !== undefined) {
            block.text += part.delta;
            block.provider = part.providerMetadata ?? block.provider;
          }
          if (part.delta !== '') yield { type: `${kindOf(part)}.delta`, text: part.delta };
          watchdog.expect(idleMs, () => silent(idleMs));
          break;
        }
        case 'text-end':
        case 'reasoning-end': {
          const name = `${kindOf(part)} ${part.id}`;
          const block = blocks.get(name);
          blocks.delete(name);
          const provider = part.providerMetadata ?? block?.provider;
          // Reasoning that is only a signature or a secret text has to go back like any other.
          if (block === undefined || (block.text === '' && !holdsReasoning(part, provider))) break;
          yield {
            type: 'part',
            part: { type: kindOf(part), text: block.text, ...(provider && { provider }) },
          };
          break;
        }
        case 'tool-input-start':
        case 'tool-input-delta':
          watchdog.expect(idleMs, () => silent(idleMs));
          break;
        case 'tool-call':
          if (part.providerExecuted === true) running.set(part.toolCallId, part);
          else yield { type: 'part', part: toolCall(part, options) };
          watchdog.expect(firstContentMs, () => silent(firstContentMs));
          break;
        case 'tool-result': {
          if (part.preliminary === true) break;
          const call = running.get(part.toolCallId);
          running.delete(part.toolCallId);
          if (call !== undefined) yield { type: 'part', part: providerTool(call, options, part) };
          break;
        }
        case 'response-metadata':
          model = part.modelId;
          break;
        case 'error':
          if (isUnknownEvent(part.error)) break;
          throw streamedError(part.error);
        case 'finish': {
          const usage = convertUsage(part.usage);
          const { raw, unified } = part.finishReason;
          if (raw === undefined && isBroken(unified)) {
            throw fail('protocol', true, 'the stream ended before the reply was complete', { usage });
          }
          if (raw === 'content_filter' || unified === 'content-filter')
            throw fail('content_filter', false, `finish reason ${raw ?? unified}`, { usage });
          if (raw === 'error' || unified === 'error') {
            throw fail('server', true, 'the reply ended with an error', { usage });
          }
          for (const call of running.values()) {
            yield { type: 'part', part: providerTool(call, options) };
          }
          yield { type: 'finish', finish: raw ?? unified, usage, ...(model === undefined ? {} : { model }) };
          return;
        }
        default:
          // Pings, sources and other parts that carry nothing of the conversation.
          break;
      }
    }
  }

  return { version: 1, provider: identity.provider, model: identity.model, stream };
}

type Part = LanguageModelV4StreamPart;

const kindOf = ({ type }: Part): 'text' | 'reasoning' => (type.startsWith('text') ? 'text' : 'reasoning');

function callOptions(
  { messages, tools, parameters }: ModelRequest,
  options: AiSdkModelOptions,
  abortSignal: AbortSignal,
): LanguageModelV4CallOptions {
  const { key, richResults = false } = options;
  const { temperature, topP, maxTokens } = parameters;
  const extra = options.sdkOptions?.(parameters.extra ?? {}) ?? parameters.extra;
  return {
    prompt: aiSdkPrompt(options.prepare?.(messages) ?? messages, key, richResults),
    tools: [
      ...(options.serverTools?.(tools.length > 0) ?? []),
      ...tools.map((tool) => ({
        type: 'function' as const,
        name: tool.name,
        description: tool.description,
        // Left out for a tool without arguments where its provider wants it so; the SDK only passes it on.
        inputSchema: tool.inputSchema as JSONSchema7,
        ...(tool.strict === undefined ? {} : { strict: tool.strict }),
      })),
    ],
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    ...(extra === undefined
      ? {}
      : { providerOptions: wellFormed({ [key]: extra }) as SharedV4ProviderOptions }),
    abortSignal,
  };
}

function toolCall(part: Extract<Part, { type: 'tool-call' }>, { ids, key }: AiSdkModelOptions): MessagePart {
  return {
    type: 'tool_call',
    call: ids.next('call'),
    tool: part.toolName,
    arguments: parseArguments(part.input),
    provider: {
      ...part.providerMetadata,
      [key]: { ...part.providerMetadata?.[key], [wireIdKey]: part.toolCallId },
    },
  };
}

function providerTool(
  call: Extract<Part, { type: 'tool-call' }>,
  { key }: AiSdkModelOptions,
  result?: Extract<Part, { type: 'tool-result' }>,
): MessagePart {
  const data = { ...call.providerMetadata, ...result?.providerMetadata };
  return {
    type: 'provider_tool',
    tool: call.toolName,
    arguments: parseArguments(call.input),
    ...(result === undefined ? {} : { result: result.result }),
    provider: { ...data, [key]: { ...data[key], [wireIdKey]: call.toolCallId } },
  };
}

/** What the SDKs say at the end of a stream that did not say why it ended. */
const isBroken = (unified: string): boolean => unified === 'other' || unified === 'interrupted';

const holdsReasoning = (part: Part, provider: SharedV4ProviderMetadata | undefined): boolean =>
  part.type === 'reasoning-end' && provider !== undefined;

/** An event the SDK does not know: neither an answer nor an error. Providers add such; they are skipped. */
function isUnknownEvent(error: unknown): boolean {
  const payload = invalidPayload(error);
  if (payload === undefined) return false;
  const { type } = payload as { readonly type?: unknown };
  if (typeof type === 'string' && /^(?:content_block|message)_/u.test(type)) return false;
  return !['choices', 'candidates', 'error'].some((name) => name in payload);
}

/** The provider's own error where the SDK only says that the event does not have the usual form. */
function streamedError(error: unknown): unknown {
  const payload = invalidPayload(error);
  return payload !== undefined && 'error' in payload ? payload : error;
}

/** The event that the SDK could not validate, out of its validation error. */
function invalidPayload(error: unknown): object | undefined {
  const value = error instanceof Error && 'value' in error ? error.value : undefined;
  return typeof value === 'object' && value !== null ? value : undefined;
}

function convertUsage(usage: LanguageModelV4Usage): Usage {
  const counts = {
    inputTokens: usage.inputTokens.total,
    outputTokens: usage.outputTokens.total,
    cachedInputTokens: usage.inputTokens.cacheRead,
    reasoningTokens: usage.outputTokens.reasoning,
  };
  return Object.fromEntries(
    Object.entries(counts).filter(([, count]) => count !== undefined && Number.isFinite(count) && count >= 0),
  );
}
