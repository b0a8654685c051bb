/**
 * Our conversation as the AI SDK's provider interface wants it. Ids of calls become the provider's own again
 * (some accept no other form), names a provider would refuse are made acceptable, and arguments that were no
 * object are wrapped, because one odd call in the history makes servers refuse every later request.
 */
import type {
  JSONValue,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { MessagePart, ProviderData } from '../../../events/message-part.ts';
import { type ToolContent, toolContentText } from '../../../events/tool-content.ts';
import type { ModelMessage } from './model-port.ts';
import { wellFormed } from './well-formed.ts';

/** Under this key of a call's provider data its id on the wire is kept. */
export const wireIdKey = 'id';

/**
 * `key` is the name under which the SDK's provider finds and leaves its own data; `rich`: it takes images in results
 * of tools.
 */
export function aiSdkPrompt(
  messages: readonly ModelMessage[],
  key: string,
  rich = false,
): LanguageModelV4Prompt {
  const wireIds = new Map<string, string>();
  return wellFormed(messages.map((message) => convert(message, key, rich, wireIds)));
}

function convert(
  message: ModelMessage,
  key: string,
  rich: boolean,
  wireIds: Map<string, string>,
): LanguageModelV4Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.text };
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.text }] };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap((part) => convertPart(part, key, wireIds)) };
    case 'tool':
      return {
        role: 'tool',
        content: message.results.map((result) => ({
          type: 'tool-result',
          toolCallId: wireIds.get(result.call) ?? result.call,
          toolName: wireName(result.tool),
          output: rich ? richOutput(result.content) : textOutput(result.content),
        })),
      };
    default:
      return message satisfies never;
  }
}

const textOutput = (content: readonly ToolContent[]): LanguageModelV4ToolResultOutput => ({
  type: 'text',
  value: toolContentText(content) || '(no output)',
});

type RichPart = Extract<LanguageModelV4ToolResultOutput, { type: 'content' }>['value'][number];

/** Images as images, everything else as its text, in the order the tool gave it. */
function richOutput(content: readonly ToolContent[]): LanguageModelV4ToolResultOutput {
  if (!content.some(isShownImage)) return textOutput(content);
  return {
    type: 'content',
    value: content.flatMap((part): RichPart[] => {
      if (isShownImage(part)) {
        return [{ type: 'file', mediaType: part.mimeType, data: { type: 'data', data: part.data } }];
      }
      const text = toolContentText([part]);
      return text === '' ? [] : [{ type: 'text', text }];
    }),
  };
}

/** What all of them accept; another kind would make the provider refuse the whole request. */
const isShownImage = (part: ToolContent): part is Extract<ToolContent, { type: 'image' | 'audio' }> =>
  part.type === 'image' && /^image\/(?:png|jpeg|webp)$/u.test(part.mimeType) && part.data !== '';

type AssistantPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number];

function convertPart(
  part: MessagePart,
  key: string,
  wireIds: Map<string, string>,
): AssistantPart | readonly AssistantPart[] {
  const data = providerOptions(part.provider);
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text, ...data };
    case 'tool_call': {
      const wireId = toldId(part.provider, key) ?? part.call;
      wireIds.set(part.call, wireId);
      return {
        type: 'tool-call',
        toolCallId: wireId,
        toolName: wireName(part.tool),
        input: isObject(part.arguments) ? part.arguments : { not_an_object: part.arguments },
        ...data,
      };
    }
    case 'provider_tool': {
      const toolCallId = toldId(part.provider, key);
      // A call without a result makes a history invalid; a reply that ended there goes on without it.
      if (toolCallId === undefined || part.result === undefined) return [];
      const call = { toolCallId, toolName: part.tool, ...data };
      return [
        { type: 'tool-call', ...call, input: part.arguments, providerExecuted: true },
        { type: 'tool-result', ...call, output: { type: 'json', value: part.result as JSONValue } },
      ];
    }
    default:
      return part satisfies never;
  }
}

function toldId(data: ProviderData | undefined, key: string): string | undefined {
  const own = data?.[key];
  const told = typeof own === 'object' && own !== null ? (own as ProviderData)[wireIdKey] : undefined;
  return typeof told === 'string' ? told : undefined;
}

/** What the provider gave with a part goes back to it unchanged; it was JSON when it came. */
function providerOptions(data: ProviderData | undefined): { providerOptions?: SharedV4ProviderOptions } {
  return data === undefined ? {} : { providerOptions: data as SharedV4ProviderOptions };
}

/** Providers accept `^[a-zA-Z0-9_-]{1,64}$` only, also for names a model invented. */
function wireName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/gu, '_').slice(0, 64) || 'unnamed';
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
