/**
 * Google's Gemini API as a `ModelPort`. Models before Gemini 3 refuse requests that offer functions beside Google's own
 * tools; agents need functions to answer and vote, so there the own tools are left out, and the agent says so once.
 */
import type { LanguageModelV4ProviderTool } from '@ai-sdk/provider';
import type { ModelPort } from './model-port.ts';
import { createProviderModel, type ProviderModelOptions } from './provider-model.ts';

export function createGeminiModel(options: ProviderModelOptions): ModelPort {
  const serverTools: readonly LanguageModelV4ProviderTool[] = [
    ...(options.webSearch ? [{ ...googleSearch }] : []),
    ...(options.codeExecution ? [{ ...codeExecution }] : []),
  ];
  return createProviderModel(options, {
    key: 'google',
    keyHeader: 'x-goog-api-key',
    async load(settings) {
      const { createGoogle } = await import('@ai-sdk/google');
      return createGoogle(settings)(options.model);
    },
    serverTools: (besideOurs) => (besideOurs && !isThreeOrLater(options.model) ? [] : serverTools),
    place: placeExtra,
    richResults: isThreeOrLater(options.model),
  });
}

/**
 * Whether the model takes functions and Google's own tools in one request, and images in the answers of functions:
 * older ones have no place for an image there, and the SDK would send several answers to one call.
 */
export function isThreeOrLater(model: string): boolean {
  const major = /(?:^|\/)gemini-(\d+)/u.exec(model)?.[1];
  return major === undefined ? model.endsWith('-latest') : Number(major) >= 3;
}

const googleSearch = {
  type: 'provider',
  id: 'google.google_search',
  name: 'google_search',
  args: {},
} as const;
const codeExecution = {
  type: 'provider',
  id: 'google.code_execution',
  name: 'code_execution',
  args: {},
} as const;

/** Keys beside `generationConfig` in a request, in both spellings that the API reads. */
const topLevel =
  /^(?:safety_?settings|tool_?config|cached_?content|system_?instruction|generation_?config|labels|store|service_?tier)$/iu;

/** What is no key of the request itself is a setting of the generation, such as `topK`. */
function placeExtra(extra: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(extra);
  const generation = Object.fromEntries(entries.filter(([key]) => !topLevel.test(key)));
  const top = Object.fromEntries(entries.filter(([key]) => topLevel.test(key)));
  if (Object.keys(generation).length === 0) return top;
  const written = top['generationConfig'];
  return {
    ...top,
    generationConfig: { ...generation, ...(typeof written === 'object' ? written : {}) },
  };
}
