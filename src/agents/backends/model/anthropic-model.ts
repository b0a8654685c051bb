/**
 * Anthropic's Messages API as a `ModelPort`. Thinking goes back with its signature as it came, and so do the calls
 * of Anthropic's own tools with their results, because the API refuses a history in which either is changed.
 */
import type { LanguageModelV4ProviderTool } from '@ai-sdk/provider';
import type { ModelPort } from './model-port.ts';
import { createProviderModel, type ProviderModelOptions } from './provider-model.ts';

export function createAnthropicModel(options: ProviderModelOptions): ModelPort {
  const serverTools: readonly LanguageModelV4ProviderTool[] = [
    ...(options.webSearch ? [{ ...webSearch }] : []),
    ...(options.codeExecution ? [{ ...codeExecution }] : []),
  ];
  return createProviderModel(options, {
    key: 'anthropic',
    keyHeader: 'x-api-key',
    async load(settings) {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic(settings)(options.model);
    },
    serverTools: () => serverTools,
  });
}

/** The oldest forms still served: they work with every model that has the tool at all. */
const webSearch = {
  type: 'provider',
  id: 'anthropic.web_search_20250305',
  name: 'web_search',
  args: {},
} as const;
const codeExecution = {
  type: 'provider',
  id: 'anthropic.code_execution_20250825',
  name: 'code_execution',
  args: {},
} as const;
