import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { providerTable } from '../config/provider-table.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { resolveCredential } from './resolve-credential.ts';

const everyKey = Object.fromEntries(
  providerTable.flatMap(({ keyVariables }) => keyVariables.map((name) => [name, `key-of-${name}`])),
);

const resolve = (baseUrl: string, more: { apiKey?: string; environment?: Record<string, string> } = {}) =>
  resolveCredential({ agent: 'writer', baseUrl, environment: everyKey, ...more });

function failureOf(run: () => unknown): MassGenError {
  try {
    run();
  } catch (error) {
    if (MassGenError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('which key goes where', () => {
  it.each([
    ['https://api.openai.com/v1', 'OPENAI_API_KEY'],
    ['https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'],
    ['https://cerebras.ai/v1', 'CEREBRAS_API_KEY'],
    ['https://API.GROQ.COM./openai/v1', 'GROQ_API_KEY'],
    ['https://api.together.xyz/v1', 'TOGETHER_API_KEY'],
    ['https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'],
  ])('%s gets %s', (baseUrl, variable) => {
    expect(resolve(baseUrl)).toMatchObject({ variable, key: `key-of-${variable}` });
  });

  it.each([
    'https://evilcerebras.ai/v1',
    'https://cerebras.ai.evil.com/v1',
    'https://api.cerebras.ai@evil.com/v1',
    'https://evil.com/?api.cerebras.ai',
    'https://evil.com#api.cerebras.ai',
  ])('%s gets no key of anyone', (baseUrl) => {
    const failure = failureOf(() => resolve(baseUrl));
    expect(failure).toMatchObject({ code: 'MG1630', exitCode: 3 });
    expect(failure.hint).toContain('api_key');
  });

  it('never gives a key to a host that is not its provider', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,8}$/u);
    const suffixes = providerTable.flatMap((entry) => entry.hostSuffixes);
    fc.assert(
      fc.property(fc.constantFrom(...suffixes), label, label, (suffix, prefix, end) => {
        for (const host of [
          `${prefix}${suffix}`,
          `${suffix}.${end}x`,
          `${prefix}.${suffix.replaceAll('.', '-')}.${end}x`,
        ]) {
          if (suffixes.some((known) => host === known || host.endsWith(`.${known}`))) continue;
          expect(failureOf(() => resolve(`https://${host}/v1`)).code).toBe('MG1630');
        }
      }),
    );
  });

  it('falls back to no other key when the right one is missing or empty', () => {
    const environment = { ...everyKey, CEREBRAS_API_KEY: ' ' };
    const failure = failureOf(() => resolve('https://api.cerebras.ai/v1', { environment }));
    expect(failure).toMatchObject({ code: 'MG1630', exitCode: 3 });
    expect(failure.message).toContain('agent writer uses cerebras');
    expect(failure.hint).toContain('Set CEREBRAS_API_KEY');
  });

  it('takes the second variable of a provider when the first is not set', () => {
    expect(
      resolve('https://generativelanguage.googleapis.com/v1beta/openai', {
        environment: { GEMINI_API_KEY: 'g-key' },
      }),
    ).toMatchObject({ variable: 'GEMINI_API_KEY', key: 'g-key' });
  });

  it('prefers the key of the config, also for hosts nobody knows', () => {
    expect(resolve('https://api.openai.com/v1', { apiKey: 'own' })).toEqual({
      provider: 'openai',
      key: 'own',
    });
    expect(resolve('https://llm.corp.example/v1', { apiKey: 'own' })).toEqual({
      provider: 'llm.corp.example',
      key: 'own',
    });
  });

  it.each(['http://localhost:1234/v1', 'http://192.168.1.9:8000/v1', 'http://ollama:11434/v1'])(
    'lets %s go without a key',
    (baseUrl) => {
      expect(resolve(baseUrl).key).toBeUndefined();
    },
  );
});

describe('hygiene of keys', () => {
  const secret = 'CANARY1234';

  it('takes the white space around a key away', () => {
    expect(resolve('https://api.openai.com/v1', { apiKey: `\ufeff ${secret}\r\n` }).key).toBe(secret);
  });

  it.each([
    [`"${secret}"`, 'quotes'],
    [`'${secret}`, 'quotes'],
    [`${secret}\nX-Evil: 1`, 'a line break'],
    [`${secret} ${secret}`, 'white space'],
    [`${secret}\ufeff${secret}`, 'white space'],
    [`${secret}é`, 'a character'],
    [`${secret}\u0000x`, 'a character'],
  ])('refuses %j without showing it', (apiKey, what) => {
    const failure = failureOf(() => resolve('https://api.openai.com/v1', { apiKey }));
    expect(failure).toMatchObject({ code: 'MG1631', exitCode: 3 });
    expect(failure.message).toContain(what);
    expect(JSON.stringify([failure.message, failure.hint, failure.data])).not.toContain('CANARY');
  });

  it('does not send a key that looks like another provider’s, and does not show it', () => {
    const environment = { OPENAI_API_KEY: `sk-ant-${secret}` };
    const failure = failureOf(() => resolve('https://api.openai.com/v1', { environment }));
    expect(failure).toMatchObject({ code: 'MG1632', exitCode: 3 });
    expect(failure.message).toContain(
      'OPENAI_API_KEY is meant for openai, and looks like a key of anthropic',
    );
    expect(failure.message).not.toContain('CANARY');
  });

  it('leaves keys for gateways alone, whatever they look like', () => {
    expect(resolve('https://gateway.example/v1', { apiKey: `sk-ant-${secret}` }).key).toBe(
      `sk-ant-${secret}`,
    );
  });

  it('names the variable of a reference that was not replaced', () => {
    const failure = failureOf(() => resolve('https://api.openai.com/v1', { apiKey: '${MY_KEY}' }));
    expect(failure).toMatchObject({ code: 'MG1630', exitCode: 3 });
    expect(failure.message).toContain('MY_KEY, which is not set');
  });
});
