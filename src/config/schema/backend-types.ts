/** The kinds of backend a config may name, and those this version can run. */

/** Backends of the other types are read and checked, but a run with one is refused. */
export const runnableBackends = [
  'openai',
  'claude',
  'gemini',
  'grok',
  'azure_openai',
  'chatcompletion',
  'zai',
  'lmstudio',
  'ollama',
  'vllm',
  'script',
] as const;

export const backendTypes = [...runnableBackends, 'claude_code', 'acp'] as const;

export type BackendType = (typeof backendTypes)[number];
