/**
 * OpenAI's Responses API as a `ModelPort`. Nothing is kept at OpenAI unless the config says `store: true`: each
 * request carries the whole conversation, with reasoning in the encrypted form that OpenAI gives for this.
 */
import type { LanguageModelV4ProviderTool } from '@ai-sdk/provider';
import type { ModelMessage, ModelPort } from './model-port.ts';
import { createProviderModel, type ProviderModelOptions } from './provider-model.ts';

export function createOpenAiModel(options: ProviderModelOptions): ModelPort {
  const serverTools: readonly LanguageModelV4ProviderTool[] = [
    ...(options.webSearch ? [{ ...webSearch }] : []),
    ...(options.codeExecution ? [{ ...codeInterpreter }] : []),
  ];
  return createProviderModel(options, {
    key: 'openai',
    keyHeader: 'authorization',
    async load(settings) {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI(settings).responses(options.model);
    },
    serverTools: () => serverTools,
    prepare: withoutTornReasoning,
    sdkOptions: ({ store }) => ({ store: store === true }),
  });
}

const webSearch = { type: 'provider', id: 'openai.web_search', name: 'web_search', args: {} } as const;
const codeInterpreter = {
  type: 'provider',
  id: 'openai.code_interpreter',
  name: 'code_interpreter',
  args: {},
} as const;

/**
 * Runs of the code interpreter are not sent back, and OpenAI refuses reasoning whose next item is missing: such a
 * reply goes back without its reasoning.
 */
function withoutTornReasoning(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.map((message) => {
    if (message.role !== 'assistant') return message;
    const torn = message.parts.some(
      (part) => part.type === 'provider_tool' && part.tool === codeInterpreter.name,
    );
    return torn ? { ...message, parts: message.parts.filter(({ type }) => type !== 'reasoning') } : message;
  });
}
