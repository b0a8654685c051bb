/**
 * Our conversation as the AI SDK's provider interface wants it. Ids of calls become the provider's own again
 * (some accept no other form), names a provider would refuse are made acceptable, and arguments that were no
 * object are wrapped, because one odd call in the history makes servers refuse every later request.
 */
import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { MessagePart, ProviderData } from '../../../events/message-part.ts';
import { toolContentText } from '../../../events/tool-content.ts';
import type { ModelMessage } from './model-port.ts';
import { wellFormed } from './well-formed.ts';

/** Under this key of a call's provider data its id on the wire is kept. */
export const wireIdKey = 'id';

/** `key` is the name under which the SDK's provider finds and leaves its own data. */
export function aiSdkPrompt(messages: readonly ModelMessage[], key: string): LanguageModelV4Prompt {
  const wireIds = new Map<string, string>();
  return wellFormed(messages.map((message) => convert(message, key, wireIds)));
}

function convert(message: ModelMessage, key: string, wireIds: Map<string, string>): LanguageModelV4Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.text };
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.text }] };
    case 'assistant':
      return { role: 'assistant', content: message.parts.map((part) => convertPart(part, key, wireIds)) };
    case 'tool':
      return {
        role: 'tool',
        content: message.results.map((result) => ({
          type: 'tool-result',
          toolCallId: wireIds.get(result.call) ?? result.call,
          toolName: wireName(result.tool),
          output: { type: 'text', value: toolContentText(result.content) || '(no output)' },
        })),
      };
    default:
      return message satisfies never;
  }
}

type AssistantPart = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'][number];

function convertPart(part: MessagePart, key: string, wireIds: Map<string, string>): AssistantPart {
  const data = providerOptions(part.provider);
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text, ...data };
    case 'tool_call': {
      const own = part.provider?.[key];
      const told = typeof own === 'object' && own !== null ? (own as ProviderData)[wireIdKey] : undefined;
      const wireId = typeof told === 'string' ? told : part.call;
      wireIds.set(part.call, wireId);
      return {
        type: 'tool-call',
        toolCallId: wireId,
        toolName: wireName(part.tool),
        input: isObject(part.arguments) ? part.arguments : { not_an_object: part.arguments },
        ...data,
      };
    }
    default:
      return part satisfies never;
  }
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
