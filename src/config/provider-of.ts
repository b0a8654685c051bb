/** Which provider a backend speaks to: that of its address, else that of its type. */
import { providerTable, type ProviderEntry } from './provider-table.ts';
import type { BackendType } from './schema/backend-types.ts';

const providerNames: Partial<Record<BackendType, string>> = {
  openai: 'openai',
  claude: 'anthropic',
  claude_code: 'anthropic',
  gemini: 'gemini',
  grok: 'x.ai',
  zai: 'z.ai',
  azure_openai: 'azure',
  chatcompletion: 'openai',
  lmstudio: 'lmstudio',
  ollama: 'ollama',
  vllm: 'vllm',
};

/** What of a backend tells its provider. */
export interface AddressedBackend {
  readonly type: BackendType;
  readonly base_url?: string | undefined;
  readonly azure_endpoint?: string | undefined;
}

/** The provider at an address, by its host name. Undefined for hosts that are not in the table. */
export function providerAt(url: string): ProviderEntry | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, origin } = new URL(url);
  const host = hostname.replace(/\.$/, '');
  return providerTable.find(
    ({ hostSuffixes, baseUrl }) =>
      hostSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)) ||
      (hostSuffixes.length === 0 && baseUrl !== undefined && new URL(baseUrl).origin === origin),
  );
}

/**
 * The provider of a backend. Undefined for scripts and ACP agents, and for an address whose host is not in the
 * table, whatever the type: the key of a provider must not be sent there.
 */
export function providerOf(backend: AddressedBackend): ProviderEntry | undefined {
  const endpoint = backend.azure_endpoint ?? backend.base_url;
  if (endpoint !== undefined) return providerAt(endpoint);
  const name = providerNames[backend.type];
  return providerTable.find((entry) => entry.name === name);
}
