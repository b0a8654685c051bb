import { describe, expect, it } from 'vitest';
import { providerAt, providerOf } from './provider-of.ts';

describe('the provider at an address', () => {
  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://API.Cerebras.AI./v1', 'cerebras'],
    ['https://api.together.xyz/v1', 'together'],
    ['https://z.ai/v1', 'z.ai'],
    ['https://api.z.ai/api/paas/v4/', 'z.ai'],
    ['https://res.openai.azure.com/', 'azure'],
    ['http://localhost:11434/v1', 'ollama'],
    ['http://localhost:8000/v1', 'vllm'],
  ])('%s is %s', (url, name) => {
    expect(providerAt(url)?.name).toBe(name);
  });

  it.each([
    'https://notz.ai/v1',
    'https://z.ai.example/v1',
    'https://example/z.ai',
    'https://api.openai.com@example/v1',
    'https://example/?u=api.openai.com',
    'https://openai.com/v1',
    'http://localhost:9999/v1',
    '${BASE_URL}',
    '',
  ])('%s is none', (url) => {
    expect(providerAt(url)).toBeUndefined();
  });
});

describe('the provider of a backend', () => {
  it('is that of its address, never that of its type at a foreign address', () => {
    expect(providerOf({ type: 'openai' })?.name).toBe('openai');
    expect(providerOf({ type: 'openai', base_url: 'https://proxy.example/v1' })).toBeUndefined();
    expect(providerOf({ type: 'openai', base_url: 'https://api.groq.com/openai/v1' })?.name).toBe('groq');
    const azure_endpoint = 'https://a.openai.azure.com';
    expect(providerOf({ type: 'azure_openai', azure_endpoint, base_url: 'https://x.example' })?.name).toBe(
      'azure',
    );
  });
});
