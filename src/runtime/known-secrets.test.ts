import { describe, expect, it } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { knownSecrets } from './known-secrets.ts';

/** Replaces in `text` what a server of this shape makes secret. */
function replaced(text: string, server: Readonly<Record<string, unknown>>, environment = {}): string {
  const { config } = configFromValue({
    agents: [
      {
        id: 'a',
        backend: {
          type: 'script',
          turns: [{ steps: [{ text: 'hello' }] }],
          mcp_servers: [{ name: 'server', ...server }],
        },
      },
    ],
  });
  if (config === undefined) throw new Error('the config of this test is wrong');
  return knownSecrets(config, environment).replace(text);
}

const stdio = { type: 'stdio', command: 'server' };
const http = { type: 'streamable-http', url: 'https://example.org/mcp' };

describe('what a config hands to a server', () => {
  it('is replaced where its name says that it is secret, from the variable it refers to', () => {
    const env = { GITHUB_TOKEN: '${MY_TOKEN}', LANGUAGE: 'portuguese' };
    const text = replaced(
      'it printed hunter2hunter2 in portuguese',
      { ...stdio, env },
      { MY_TOKEN: 'hunter2hunter2' },
    );
    expect(text).toBe('it printed [secret GITHUB_TOKEN] in portuguese');
  });

  it('is replaced where it looks like a secret, whatever its name', () => {
    const text = replaced('key sk-abcdefgh12345678', { ...stdio, env: { THING: 'sk-abcdefgh12345678' } });
    expect(text).toBe('key [secret THING]');
  });

  it('is replaced as an argument behind a flag that says so', () => {
    const args = ['--password', 'correct-horse!', '--api-token=battery-staple', 'plain-argument'];
    expect(replaced('correct-horse! battery-staple plain-argument', { ...stdio, args })).toBe(
      '[secret argument] [secret argument] plain-argument',
    );
  });

  it('is replaced as the password of an address, with the address and alone', () => {
    const env = { DATABASE: 'postgres://joe:correct-horse@db.example.org/main' };
    const text = replaced(`cannot open ${env.DATABASE}: wrong password correct-horse`, { ...stdio, env });
    expect(text).toBe('cannot open [secret DATABASE]: wrong password [secret DATABASE]');
  });

  it('is replaced as a header, and the token alone as well as with its scheme', () => {
    const headers = { Authorization: 'Bearer ${TOKEN}', 'X-Tenant': 'acme-7f3a9c2e' };
    const text = replaced(
      'sent "Bearer hunter2hunter2", got hunter2hunter2 for acme-7f3a9c2e',
      { ...http, headers },
      { TOKEN: 'hunter2hunter2' },
    );
    expect(text).not.toMatch(/hunter2|7f3a9c2e/u);
  });

  it('stays where it is an ordinary header', () => {
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'User-Agent': 'massgen-tests',
    };
    const text = 'an application/json file from massgen-tests';
    expect(replaced(text, { ...http, headers })).toBe(text);
  });
});
