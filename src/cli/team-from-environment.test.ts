import { describe, expect, test } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { teamFromEnvironment } from './team-from-environment.ts';

function backends(environment: Readonly<Record<string, string>>): unknown {
  const team = teamFromEnvironment(environment);
  if (team === undefined) return undefined;
  const { config, diagnostics } = configFromValue(team);
  expect(diagnostics).toEqual([]);
  return config?.agents.map(
    ({ id, backend }) => `${id}: ${'base_url' in backend ? backend.base_url : 'nowhere'}`,
  );
}

describe('a team from the environment', () => {
  test('needs a key; an empty one is none', () => {
    expect(backends({ PATH: '/bin', HOME: '/home/me' })).toBeUndefined();
    expect(backends({ OPENAI_API_KEY: '' })).toBeUndefined();
  });

  test('of one provider has two agents, so that there is somebody to judge', () => {
    expect(backends({ OPENAI_API_KEY: 'k' })).toEqual([
      'openai1: https://api.openai.com/v1',
      'openai2: https://api.openai.com/v1',
    ]);
  });

  test('of several providers has one agent each', () => {
    expect(backends({ CEREBRAS_API_KEY: 'k', OPENAI_API_KEY: 'k' })).toEqual([
      'openai: https://api.openai.com/v1',
      'cerebras: https://api.cerebras.ai/v1',
    ]);
  });

  test('uses the backend of each vendor', () => {
    const team = teamFromEnvironment({ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k' });
    expect(team?.agents).toMatchObject([
      { id: 'openai', backend: { type: 'openai' } },
      { id: 'anthropic', backend: { type: 'claude' } },
      { id: 'gemini', backend: { type: 'gemini' } },
    ]);
  });

  test('has three agents at most', () => {
    const keys = [
      'OPENAI',
      'CEREBRAS',
      'TOGETHER',
      'FIREWORKS',
      'GROQ',
      'NEBIUS',
      'OPENROUTER',
      'ZAI',
      'XAI',
    ];
    expect(backends(Object.fromEntries(keys.map((name) => [`${name}_API_KEY`, 'k'])))).toHaveLength(3);
  });
});
