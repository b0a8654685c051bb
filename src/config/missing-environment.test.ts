import { describe, expect, it } from 'vitest';
import { missingEnvironment } from './missing-environment.ts';
import { configFromValue, parseConfig } from './parse-config.ts';
import type { Environment } from './variables.ts';

function missing(backend: Record<string, unknown>, environment: Environment = {}): unknown[] {
  const { config, diagnostics } = configFromValue({ agents: [{ id: 'a', backend }] });
  if (config === undefined) throw new Error(JSON.stringify(diagnostics));
  return missingEnvironment(config, environment).map(({ type, names, server }) => [
    type,
    ...names,
    server ?? '-',
  ]);
}

describe('what a config needs from the environment', () => {
  it.each([
    ['openai', {}, ['OPENAI_API_KEY']],
    ['claude', {}, ['ANTHROPIC_API_KEY']],
    ['gemini', {}, ['GOOGLE_API_KEY', 'GEMINI_API_KEY']],
    ['grok', {}, ['XAI_API_KEY']],
    ['zai', {}, ['ZAI_API_KEY']],
    ['chatcompletion', {}, ['OPENAI_API_KEY']],
    ['chatcompletion', { base_url: 'https://api.cerebras.ai/v1' }, ['CEREBRAS_API_KEY']],
    ['chatcompletion', { base_url: 'https://api.fireworks.ai/inference/v1' }, ['FIREWORKS_API_KEY']],
  ])('is for %s %j one of %j', (type, fields, names) => {
    expect(missing({ type, ...fields })).toEqual([['api_key', ...names, '-']]);
    expect(missing({ type, ...fields }, { [names.at(-1) as string]: 'x' })).toEqual([]);
    expect(missing({ type, ...fields }, { [names[0] as string]: '' })).toHaveLength(1);
    expect(missing({ type, ...fields, api_key: 'written-here' })).toEqual([]);
  });

  it('is a key and an endpoint for Azure', () => {
    expect(missing({ type: 'azure_openai', model: 'm' })).toEqual([
      ['api_key', 'AZURE_OPENAI_API_KEY', '-'],
      ['endpoint', 'AZURE_OPENAI_ENDPOINT', '-'],
    ]);
    const azure_endpoint = 'https://a.openai.azure.com';
    expect(
      missing({ type: 'azure_openai', model: 'm', azure_endpoint }, { AZURE_OPENAI_API_KEY: 'x' }),
    ).toEqual([]);
  });

  it.each([
    ['lmstudio', {}],
    ['claude_code', {}],
    ['script', { turns: [{ steps: [] }] }],
    ['acp', { command: 'x' }],
    ['chatcompletion', { base_url: 'http://192.168.0.7:8000/v1' }],
  ])('is nothing for %s %j', (type, fields) => {
    expect(missing({ type, ...fields })).toEqual([]);
  });

  it('are the variables it refers to, each with its server', () => {
    const backend = {
      type: 'lmstudio',
      api_key: '${KEY_A}',
      mcp_servers: { web: { url: 'https://${HOST}/mcp', headers: { A: 'Bearer ${KEY_A}' } } },
    };
    expect(missing(backend)).toEqual([
      ['variable', 'KEY_A', '-'],
      ['variable', 'HOST', 'web'],
      ['variable', 'KEY_A', 'web'],
    ]);
    expect(missing(backend, { KEY_A: '', HOST: 'x' })).toEqual([]);
  });

  const text = [
    'agents:',
    '  a:',
    '    backend:',
    '      type: openai',
    '      mcp_servers:',
    '        files: { command: "npx x", args: ["${DIR}"] }',
    '',
  ].join('\n');

  it('is told at its place, as warnings', () => {
    const { config, diagnostics } = parseConfig(text, { format: 'yaml', environment: {} });
    expect(config).toBeDefined();
    const found = diagnostics.filter(({ code }) => ['MG1131', 'MG1132'].includes(code));
    expect(
      found.map(({ severity, line, column, keyPath, message }) => [severity, line, column, keyPath, message]),
    ).toEqual([
      ['warning', 3, 5, 'agents.a.backend', 'no API key for agent a: set OPENAI_API_KEY'],
      ['warning', 6, 43, 'agents.a.backend.mcp_servers.files.args[0]', 'the variable DIR is not set'],
    ]);
  });

  it('is told as errors where it is required, and not at all where it is not asked for', () => {
    const required = parseConfig(text, { format: 'yaml', environment: {}, requireEnvironment: true });
    expect(required.config).toBeUndefined();
    const codes = parseConfig(text, { format: 'yaml' }).diagnostics.map(({ code }) => code);
    expect(codes).toEqual([]);
  });
});
