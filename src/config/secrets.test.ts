import { describe, expect, it } from 'vitest';
import { maskConfig } from './mask-config.ts';
import { configFromValue, parseConfig } from './parse-config.ts';
import { renderDiagnostics } from './render-diagnostics.ts';
import { isLiteral, looksSecret, namesSecret } from './secrets.ts';

const canary = 'zq7canary83w';

/** Everything said about a config, with the canary of the text in it somewhere. */
function said(text: string, format: 'yaml' | 'json' = 'yaml'): string {
  expect(text).toContain(canary);
  const { diagnostics } = parseConfig(text, { format, environment: {}, name: 'a.yaml' });
  return JSON.stringify(diagnostics) + renderDiagnostics(diagnostics);
}

function backend(...lines: readonly string[]): string {
  return [
    'agents:',
    '  - backend:',
    '      type: lmstudio',
    ...lines.map((line) => `      ${line}`),
    '',
  ].join('\n');
}

describe('a secret in a config is not repeated', () => {
  it.each([
    ['an api_key', backend(`api_key: ${canary}`)],
    [
      'an api_key beside a mistake on its line',
      backend(`extra: 1`, `api_key: ${canary} # x`, `temperature: hot`),
    ],
    [
      'an api_key in a flow map with a mistake',
      `agents: [{ id: "..", backend: { type: lmstudio, api_key: "${canary}" } }]\n`,
    ],
    ['an api_key that is a map', backend(`api_key: { ${canary}: 1 }`)],
    ['an api_key that is a list', backend(`api_key: [${canary}]`)],
    ['an api_key over several lines', backend('api_key: |', `  ${canary}`, `  ${canary}`, 'foo: [')],
    ['a key twice', backend(`api_key: a`, `api_key: ${canary}`)],
    ['a key twice on one line', `agents: [{ backend: { type: lmstudio, api_key: a, api_key: ${canary} } }]`],
    [
      'a merged api_key',
      `agents: [{ backend: { type: lmstudio, api_key: a, foo: 1, <<: { api_key: ${canary} } } }]`,
    ],
    ['a value under an unknown key', backend(`api_kye: ${canary}`)],
    ['values under an unknown key', backend(`enviroment: { A: ${canary}, B: 1 }`)],
    ['a value under a key of another type', backend(`append_system_prompt: ${canary}`)],
    ['a value under __proto__', backend(`__proto__: { api_key: ${canary} }`)],
    ['a value in env', backend(`mcp_servers: { a: { command: x, env: { TOKEN: ${canary}, PIN: 1 } } }`)],
    ['a list as env', backend(`mcp_servers: { a: { command: x, env: [A=${canary}] } }`)],
    ['a text as env', backend(`mcp_servers: { a: { command: x, env: "A=${canary}" } }`)],
    [
      'a header',
      backend(`mcp_servers: { a: { url: "https://a.example", headers: { X: ${canary}, Y: 1 } } }`),
    ],
    [
      'an argument after a flag',
      backend(`mcp_servers: { a: { command: x, args: [--token, ${canary}, 1] } }`),
    ],
    [
      'an argument with a flag',
      backend(`mcp_servers: { a: { command: x, args: ["--api-key=${canary}", 1] } }`),
    ],
    ['a command with a flag', backend(`mcp_servers: { a: { command: "x --token ${canary}", timeout: x } }`)],
    ['a command as a list', backend(`mcp_servers: { a: { command: [x, --token, ${canary}], timeout: x } }`)],
    ['a server that is a text', backend(`mcp_servers: { a: "x --token ${canary}" }`)],
    ['a password in an address', backend(`mcp_servers: { a: { url: "ftp://u:${canary}@a.example" } }`)],
    ['a key in an address', backend(`base_url: "ws://a.example/?api_key=${canary}"`)],
    ['a text that looks like a key', `agents:\n  - id: sk-${canary}\n    system_message: 5\n`],
    ['a quote left open', backend(`api_key: "${canary}`)],
    ['a bracket left open', backend(`mcp_servers: { a: { env: { A: ${canary} }`)],
    ['a line without a colon', backend(`api_key: x`, canary)],
    ['odd indentation', backend(`api_key: x`, `  ${canary}`, ` temperature: 1`)],
    ['an alias of nothing', backend(`api_key: ${canary}`, 'cwd: *gone')],
    ['a tag', backend(`api_key: !secret ${canary}`)],
    [
      'a date in YAML 1.1',
      backend('mcp_servers:', '  a:', '    command: x', '    env:', `      A: { ${canary}: 22:22 }`),
    ],
  ])('%s', (_, text) => {
    const words = said(text);
    expect(words).toContain('MG11');
    expect(words).not.toContain(canary);
  });

  it.each([
    ['a comma too many', `{"agent":{"backend":{"type":"lmstudio","api_key":"${canary}",}}}`],
    ['an end too early', `{"agent":{"backend":{"type":"lmstudio","api_key":"${canary}"`],
    ['a quote left open', `{"agent":{"backend":{"type":"lmstudio","api_key":"${canary}}}}`],
    ['a key twice', `{"agent":{"backend":{"type":"lmstudio","api_key":"${canary}","api_key":"a"}}}`],
    ['a mistake on the line', `{"agent":{"backend":{"type":"lmstudi","api_key":"${canary}"}}}`],
    [
      'very many unknown keys',
      `{${Array.from({ length: 60 }, (_, index) => `"k${index}":"${canary}"`).join(',')}}`,
    ],
  ])('in JSON, %s', (_, text) => {
    expect(said(text, 'json')).not.toContain(canary);
  });

  it('keeps the columns of the line that is shown', () => {
    const text = `agents: [{ backend: { type: lmstudio, api_key: ${canary}, temperature: hot } }]\n`;
    const { diagnostics } = parseConfig(text, { format: 'yaml' });
    const wrong = diagnostics.find(({ code }) => code === 'MG1116');
    expect(wrong?.column).toBe(text.indexOf('hot') + 1);
    expect(wrong?.excerpt?.text).toBe(text.replace(canary, '*'.repeat(canary.length)).trimEnd());
  });
});

describe('a secret written in a config is told with what to write instead', () => {
  function hints(fields: Record<string, unknown>): unknown[] {
    const { diagnostics } = configFromValue({ agent: { backend: { type: 'chatcompletion', ...fields } } });
    return diagnostics.filter(({ code }) => code === 'MG1127').map(({ hint, keyPath }) => [keyPath, hint]);
  }

  it('for API keys, the variable of the provider', () => {
    const hint = (name: string): unknown => [
      ['agent.backend.api_key', `Write \`api_key: \${${name}}\` and set that variable.`],
    ];
    expect(hints({ api_key: 'abc' })).toEqual(hint('OPENAI_API_KEY'));
    expect(hints({ api_key: '$GROQ_API_KEY', base_url: 'https://api.groq.com/v1' })).toEqual(
      hint('GROQ_API_KEY'),
    );
    expect(hints({ api_key: 'abc', base_url: 'https://a.example/v1' })).toEqual(hint('API_KEY'));
    expect(hints({ api_key: '${ANY}' })).toEqual([]);
    expect(hints({ api_key: 'EMPTY' })).toEqual([]);
  });

  it('for servers, a variable of the same or a fitting name', () => {
    const mcp_servers = [
      {
        name: 'my-files',
        command: 'x',
        args: ['--token', 'abc'],
        env: { A_KEY: 'abc', LANG: 'C', B_KEY: '${B_KEY}' },
      },
      {
        name: 'web',
        url: 'https://a.example',
        headers: { Authorization: 'Bearer abc', Accept: 'x', 'X-Key': 'abc' },
      },
    ];
    const path = 'agent.backend.mcp_servers';
    expect(hints({ mcp_servers })).toEqual([
      [`${path}[0].args[1]`, 'Write `${MY_FILES_TOKEN}` in its place and set that variable.'],
      [`${path}[0].env.A_KEY`, 'Write `A_KEY: ${A_KEY}` and set that variable.'],
      [
        `${path}[1].headers.Authorization`,
        'Write `Authorization: "Bearer ${WEB_TOKEN}"` and set that variable.',
      ],
      [`${path}[1].headers.X-Key`, 'Write `X-Key: "${WEB_TOKEN}"` and set that variable.'],
    ]);
  });
});

describe('a secret in another place is told', () => {
  it.each([
    [
      'base_url',
      { base_url: 'https://u:abc@a.example' },
      'Write `${SERVER_TOKEN}` in its place and set that variable.',
    ],
    [
      'cwd',
      { cwd: 'sk-abcdefghijkl' },
      'Move it into an environment variable; only keys of providers and servers can refer to one.',
    ],
    [
      'token',
      { token: 'abc' },
      'Move it into an environment variable; only keys of providers and servers can refer to one.',
    ],
  ])('as at %s', (_, fields, hint) => {
    const { diagnostics } = configFromValue({ agent: { backend: { type: 'chatcompletion', ...fields } } });
    expect(diagnostics.filter(({ code }) => code === 'MG1127').map((found) => found.hint)).toEqual([hint]);
  });
});

describe('a masked config', () => {
  it('shows references and no secret', () => {
    const { config } = configFromValue({
      agent: {
        backend: {
          type: 'lmstudio',
          api_key: `\${KEY}`,
          mcp_servers: {
            a: {
              command: 'x',
              args: ['--token', canary, 'plain', '--key=${KEY}'],
              env: { A: canary, B: '${B}', C: `${canary}\${C}` },
            },
            b: { url: `https://u:${canary}@a.example`, headers: { A: 'Bearer ${T}', B: `Bearer ${canary}` } },
          },
        },
      },
    });
    expect(maskConfig(config)?.agents[0].backend).toMatchObject({
      api_key: '${KEY}',
      mcp_servers: [
        { args: ['--token', '***', 'plain', '--key=${KEY}'], env: { A: '***', B: '${B}', C: '***${C}' } },
        { url: '***', headers: { A: 'Bearer ${T}', B: '***' } },
      ],
    });
    expect(JSON.stringify(maskConfig(config))).not.toContain(canary);
    expect(JSON.stringify(config)).toContain(canary);
  });
});

describe('what a secret looks like', () => {
  it.each([
    'sk-proj-abcdefgh1234',
    `ghp_${'a1'.repeat(18)}`,
    'xoxb-1234567890-abc',
    'AKIAABCDEFGHIJKLMNOP',
    'eyJhbGciOiJIUzI1.eyJzdWIiOiIx',
    'https://user:pass@host/',
    'https://host/?access_token=abc',
    'run --password hunter2',
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('%s', (text) => {
    expect(looksSecret(text)).toBe(true);
  });

  it.each([
    '',
    '-y',
    '@modelcontextprotocol/server-filesystem',
    'https://api.z.ai/api/paas/v4/',
    '--token=${TOKEN}',
    'https://host/?key=${KEY}',
    'You use tokens sparingly.',
    'accounts/fireworks/models/gpt-oss-20b',
    'claude-sonnet-4-20250514',
  ])('not %j', (text) => {
    expect(looksSecret(text)).toBe(false);
  });

  it('and what its names are', () => {
    for (const name of [
      'API_KEY',
      'apiKey',
      'apikey',
      '--github-token',
      'PASSWORD',
      'Authorization',
      'X-Auth',
    ]) {
      expect(namesSecret(name), name).toBe(true);
    }
    for (const name of ['monkey', 'keyboard', 'LANG', 'author', 'tokenizer', 'max_turns']) {
      expect(namesSecret(name), name).toBe(false);
    }
  });

  it('and that a reference is none', () => {
    expect(['${A}', 'Bearer ${A}', ' ', '${A}${B}'].map(isLiteral)).toEqual([false, false, false, false]);
    expect(['a', 'Bearer', '${A}x', '$A'].map(isLiteral)).toEqual([true, true, true, true]);
  });
});
