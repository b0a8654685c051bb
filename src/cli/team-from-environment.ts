/**
 * A team from the keys that are set: an agent for each provider with a key, at most three; with only one provider,
 * two agents on it, so that there is somebody to judge. Undefined when no key is set.
 */
import { providerTable } from '../config/provider-table.ts';
import type { BackendType } from '../config/schema/backend-types.ts';
import type { Environment } from '../config/variables.ts';

/** The providers that a team without a file may be on, each with its backend and a model it offers. */
const backendsOf: ReadonlyMap<string, readonly [type: BackendType, model: string]> = new Map([
  ['openai', ['openai', 'gpt-5-mini']],
  ['anthropic', ['claude', 'claude-sonnet-4-20250514']],
  ['gemini', ['gemini', 'gemini-2.5-flash']],
  ['cerebras', ['chatcompletion', 'gpt-oss-120b']],
  ['together', ['chatcompletion', 'openai/gpt-oss-120b']],
  ['fireworks', ['chatcompletion', 'accounts/fireworks/models/gpt-oss-120b']],
  ['groq', ['chatcompletion', 'openai/gpt-oss-120b']],
  ['nebius', ['chatcompletion', 'openai/gpt-oss-120b']],
  ['openrouter', ['chatcompletion', 'openai/gpt-oss-120b']],
  ['z.ai', ['chatcompletion', 'glm-4.5']],
  ['x.ai', ['chatcompletion', 'grok-4']],
]);

/** A config in its written form. */
export function teamFromEnvironment(
  environment: Environment,
): { readonly agents: readonly unknown[] } | undefined {
  const providers = providerTable.filter(
    ({ name, baseUrl, keyVariables }) =>
      baseUrl !== undefined &&
      backendsOf.has(name) &&
      keyVariables.some((name) => (environment[name] ?? '') !== ''),
  );
  const [first] = providers;
  if (first === undefined) return undefined;
  const team = providers.length === 1 ? [first, first] : providers.slice(0, 3);
  return {
    agents: team.map(({ name, baseUrl }, index) => ({
      id: providers.length === 1 ? `${idOf(name)}${index + 1}` : idOf(name),
      backend: { type: backendsOf.get(name)?.[0], model: backendsOf.get(name)?.[1], base_url: baseUrl },
    })),
  };
}

function idOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/gu, '');
}
