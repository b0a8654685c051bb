/**
 * The providers of models: where they are, and which variables hold their keys. A provider is told by the exact
 * end of a host name, so that a key never goes to another provider.
 */
export interface ProviderEntry {
  readonly name: string;
  /** Ends of host names, whole labels: `z.ai` is `z.ai` and `api.z.ai`, never `notz.ai`. */
  readonly hostSuffixes: readonly string[];
  /** Root address of its API, where there is one for all. */
  readonly baseUrl?: string;
  /** Environment variables of its key, the first one set counts. None: it needs no key. */
  readonly keyVariables: readonly string[];
  readonly defaultModel?: string;
}

export const providerTable: readonly ProviderEntry[] = [
  {
    name: 'openai',
    hostSuffixes: ['api.openai.com'],
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    defaultModel: 'gpt-4o-mini',
  },
  {
    name: 'cerebras',
    hostSuffixes: ['cerebras.ai'],
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariables: ['CEREBRAS_API_KEY'],
    defaultModel: 'gpt-oss-120b',
  },
  {
    name: 'together',
    hostSuffixes: ['together.ai', 'together.xyz'],
    baseUrl: 'https://api.together.xyz/v1',
    keyVariables: ['TOGETHER_API_KEY'],
  },
  {
    name: 'fireworks',
    hostSuffixes: ['fireworks.ai'],
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariables: ['FIREWORKS_API_KEY'],
  },
  {
    name: 'groq',
    hostSuffixes: ['groq.com'],
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
  },
  {
    name: 'nebius',
    hostSuffixes: ['studio.nebius.ai', 'studio.nebius.com'],
    baseUrl: 'https://api.studio.nebius.ai/v1',
    keyVariables: ['NEBIUS_API_KEY'],
  },
  {
    name: 'openrouter',
    hostSuffixes: ['openrouter.ai'],
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
  },
  {
    name: 'z.ai',
    hostSuffixes: ['z.ai'],
    baseUrl: 'https://api.z.ai/api/paas/v4/',
    keyVariables: ['ZAI_API_KEY'],
    defaultModel: 'glm-4.5',
  },
  {
    name: 'x.ai',
    hostSuffixes: ['x.ai'],
    baseUrl: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    defaultModel: 'grok-2-1212',
  },
  {
    name: 'anthropic',
    hostSuffixes: ['anthropic.com'],
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariables: ['ANTHROPIC_API_KEY'],
    defaultModel: 'claude-3-sonnet-20240229',
  },
  {
    name: 'gemini',
    hostSuffixes: ['generativelanguage.googleapis.com'],
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keyVariables: ['GOOGLE_API_KEY', 'GEMINI_API_KEY'],
    defaultModel: 'gemini-2.5-flash',
  },
  {
    name: 'azure',
    hostSuffixes: ['openai.azure.com', 'cognitiveservices.azure.com', 'services.ai.azure.com'],
    keyVariables: ['AZURE_OPENAI_API_KEY'],
  },
  { name: 'lmstudio', hostSuffixes: [], baseUrl: 'http://localhost:1234/v1', keyVariables: [] },
  { name: 'ollama', hostSuffixes: [], baseUrl: 'http://localhost:11434/v1', keyVariables: [] },
  { name: 'vllm', hostSuffixes: [], baseUrl: 'http://localhost:8000/v1', keyVariables: [] },
];
