/** Which backend runs a model when the config names only the model. Exact names, any case. */
import type { BackendType } from './backend-types.ts';

const modelsOf: Partial<Record<BackendType, string>> = {
  openai:
    'gpt-5 gpt-5-mini gpt-5-nano gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o-mini gpt-4o o3 o3-low o3-medium o3-high o3-mini o3-mini-low o3-mini-medium o3-mini-high o4-mini o4-mini-low o4-mini-medium o4-mini-high',
  claude:
    'claude-opus-4-1-20250805 claude-opus-4-20250514 claude-sonnet-4-20250514 claude-3-5-sonnet-latest claude-3-5-haiku-latest claude-3-5-sonnet-20250114 claude-3-5-haiku-20241022 claude-3-opus-20240229',
  gemini: 'gemini-2.5-flash gemini-2.5-pro',
  grok: 'grok-3-mini grok-3 grok-4',
  zai: 'glm-4.5 glm-4.5-air',
};

/** Every model that tells its backend. */
export function knownModels(): readonly string[] {
  return Object.values(modelsOf).flatMap((models) => models.split(' '));
}

/** The backend of a model; an empty name means OpenAI's. Undefined for a model that is not in the table. */
export function backendTypeOfModel(model: string): BackendType | undefined {
  const name = model.trim().toLowerCase();
  if (name === '') return 'openai';
  for (const [type, models] of Object.entries(modelsOf)) {
    if (models.split(' ').includes(name)) return type as BackendType;
  }
  return undefined;
}
