/**
 * Which key goes with the requests of a backend. The host of its base URL decides, by whole labels at its end:
 * each provider gets its own key and never another's. A host nobody knows gets only a key that the config
 * names for it. No message ever shows a key or a part of one.
 */
import { providerAt } from '../config/provider-of.ts';
import type { ProviderEntry } from '../config/provider-table.ts';
import { agentErrors } from '../errors/agent-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { isPrivateHost } from './private-host.ts';

export interface CredentialRequest {
  /** Id of the agent, for messages. */
  readonly agent: string;
  readonly baseUrl: string;
  /** `api_key` of the backend with its references replaced. */
  readonly apiKey?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Credential {
  /** Name of the provider, or its host where it is not a known one. */
  readonly provider: string;
  /** Absent when requests go out without a key. */
  readonly key?: string;
  /** The variable that holds the key or could hold it; absent when the key is written in the config. */
  readonly variable?: string;
}

/** Throws when a key is needed and there is none, or what is there cannot be the key of this provider. */
export function resolveCredential(request: CredentialRequest): Credential {
  const { agent, baseUrl, environment } = request;
  const entry = providerAt(baseUrl);
  const host = URL.parse(baseUrl)?.hostname ?? baseUrl;
  const provider = entry?.name ?? host;

  if (request.apiKey !== undefined && request.apiKey.trim() !== '') {
    return { provider, key: checkKey(request.apiKey, `\`api_key\` of agent ${agent}`, entry) };
  }
  const variables = entry?.keyVariables ?? [];
  const variable = variables.find((name) => (environment[name] ?? '').trim() !== '');
  if (variable !== undefined) {
    return { provider, variable, key: checkKey(environment[variable] ?? '', variable, entry) };
  }
  const [first] = variables;
  if (first !== undefined) {
    throw new MassGenError(agentErrors.keyMissing, {
      detail: `agent ${agent} uses ${provider}, and ${variables.join(' and ')} ${variables.length > 1 ? 'are' : 'is'} not set`,
      hint: `Set ${first} in the environment or in a .env file.`,
      data: { agent, provider, variables },
    });
  }
  if (entry === undefined && !isPrivateHost(host)) {
    throw new MassGenError(agentErrors.keyMissing, {
      detail: `agent ${agent} uses ${host}, which is not a known provider, and has no \`api_key\``,
      hint: 'Add `api_key` to the backend, best as a reference such as ${MY_KEY}; any word will do where none is needed.',
      data: { agent, provider },
    });
  }
  return { provider };
}

/** The key without the white space around it. Whatever else is odd about it is an error, told without it. */
function checkKey(written: string, source: string, entry: ProviderEntry | undefined): string {
  const key = written.trim();
  const odd = oddCharacter(key);
  if (odd !== undefined) {
    throw new MassGenError(agentErrors.keyMalformed, { detail: `${source} holds ${odd}` });
  }
  const reference = /^\$\{(\w+)\}$/u.exec(key)?.[1];
  if (reference !== undefined) {
    throw new MassGenError(agentErrors.keyMissing, {
      detail: `${source} refers to ${reference}, which is not set`,
      hint: `Set ${reference} in the environment or in a .env file.`,
    });
  }
  const owner = Object.entries(keyPrefixes).find(([prefix]) => key.startsWith(prefix))?.[1];
  if (entry !== undefined && owner !== undefined && owner !== entry.name) {
    throw new MassGenError(agentErrors.keyOfAnother, {
      detail: `${source} is meant for ${entry.name}, and looks like a key of ${owner}`,
    });
  }
  return key;
}

function oddCharacter(key: string): string | undefined {
  if (/["'`]/u.test(key)) return 'quotes';
  if (/[\r\n]/u.test(key)) return 'a line break';
  if (/\s/u.test(key)) return 'white space';
  return /^[!-~]+$/u.test(key) ? undefined : 'a character that no key has';
}

/** Beginnings of keys that belong to one provider alone, by its name in the table where it is there. */
const keyPrefixes: Readonly<Record<string, string>> = {
  'sk-ant-': 'anthropic',
  'sk-or-': 'openrouter',
  'sk-proj-': 'openai',
  gsk_: 'groq',
  'xai-': 'x.ai',
  'csk-': 'cerebras',
  fw_: 'fireworks',
  AIza: 'gemini',
  hf_: 'Hugging Face',
  'nvapi-': 'NVIDIA',
  ghp_: 'GitHub',
  github_pat_: 'GitHub',
};
