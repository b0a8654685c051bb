/**
 * A team from the keys that are set: an agent for each provider with a key, at most three; with only one provider,
 * two agents on it, so that there is somebody to judge. Undefined when no key is set.
 */
import { providerTable } from '../config/provider-table.ts';
import type { Environment } from '../config/variables.ts';

/** A config in its written form. */
export function teamFromEnvironment(environment: Environment): { readonly agents: readonly unknown[] } | undefined {
  const providers = providerTable.filter(
    ({ baseUrl, defaultModel, keyVariables }) =>
      baseUrl !== undefined &&
      defaultModel !== undefined &&
      keyVariables.some((name) => (environment[name] ?? '') !== ''),
  );
  const [first] = providers;
  if (first === undefined) return undefined;
  const team = providers.length === 1 ? [first, first] : providers.slice(0, 3);
  return {
    agents: team.map(({ name, baseUrl, defaultModel }, index) => ({
      id: providers.length === 1 ? `${idOf(name)}${index + 1}` : idOf(name),
      backend: { type: 'chatcompletion', model: defaultModel, base_url: baseUrl },
    })),
  };
}

function idOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/gu, '');
}
