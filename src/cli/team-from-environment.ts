/**
 * A team from the keys that are set: an agent for each provider with a key, at most three; with only one provider,
 * two agents on it, so that there is somebody to judge. Undefined when no key is set.
 */
import { providerTable } from '../config/provider-table.ts';
import type { Environment } from '../config/variables.ts';

/**
 * The providers this version can speak to without a file, in the wire format of chat completions, each with a model
 * it offers. Keys of other providers are left for the backends that speak their language.
 */
const chatModels: ReadonlyMap<string, string> = new Map([
  ['openai', 'gpt-5-mini'],
  ['cerebras', 'gpt-oss-120b'],
  ['together', 'openai/gpt-oss-120b'],
  ['fireworks', 'accounts/fireworks/models/gpt-oss-120b'],
  ['groq', 'openai/gpt-oss-120b'],
  ['nebius', 'openai/gpt-oss-120b'],
  ['openrouter', 'openai/gpt-oss-120b'],
  ['z.ai', 'glm-4.5'],
  ['x.ai', 'grok-4'],
]);

/** A config in its written form. */
export function teamFromEnvironment(
  environment: Environment,
): { readonly agents: readonly unknown[] } | undefined {
  const providers = providerTable.filter(
    ({ name, baseUrl, keyVariables }) =>
      baseUrl !== undefined &&
      chatModels.has(name) &&
      keyVariables.some((name) => (environment[name] ?? '') !== ''),
  );
  const [first] = providers;
  if (first === undefined) return undefined;
  const team = providers.length === 1 ? [first, first] : providers.slice(0, 3);
  return {
    agents: team.map(({ name, baseUrl }, index) => ({
      id: providers.length === 1 ? `${idOf(name)}${index + 1}` : idOf(name),
      backend: { type: 'chatcompletion', model: chatModels.get(name), base_url: baseUrl },
    })),
  };
}

function idOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/gu, '');
}
