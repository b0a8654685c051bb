import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';
import { configFromValue } from './parse-config.ts';

const folder = fileURLToPath(new URL('../../test/fixtures/configs/', import.meta.url));
const fixtures = readdirSync(folder).filter((name) => name !== 'v0-keys.json');

interface OldKey {
  readonly key: string;
  readonly kinds: readonly string[];
  readonly backends?: readonly string[];
  readonly examples?: readonly unknown[];
}

const oldKeys = JSON.parse(readFileSync(`${folder}v0-keys.json`, 'utf8')) as readonly OldKey[];

/** A value of a kind for keys without examples. */
const samples: Readonly<Record<string, unknown>> = {
  map: {},
  list: [],
  text: 'some text',
};

/** The codes of what does not count as a complaint about a good key. */
const harmless = ['MG1127', 'MG1128', 'MG1130'];

/** A config with one key of an agent or of another section set. */
function configWith(key: string, value: unknown, backend: string, form: 'agent' | 'agents' | 'map', servers: string) {
  const fields: Record<string, unknown> = { type: backend, model: 'some-model' };
  if (backend === 'script' || backend === 'acp') throw new Error('no old backend');
  const agent: Record<string, unknown> = { backend: fields };
  const root: Record<string, unknown> =
    form === 'agent' ? { agent } : { agents: form === 'map' ? { one: agent } : [agent] };
  const isHttp = /url|headers|timeout$/.test(key) && key.includes('mcp_servers');
  const server: Record<string, unknown> = isHttp ? { url: 'https://mcp.example/mcp' } : { command: 'npx' };
  if (key.includes('mcp_servers')) {
    fields['mcp_servers'] = servers === 'list' ? [{ name: 'one', ...server }] : { one: server };
  }
  const target: unknown = key.includes('mcp_servers[]')
    ? Object.values(fields['mcp_servers'] as object)[0]
    : key.startsWith('agents[]')
      ? agent
      : root;
  const rest = key.replace(/^agents\[\]\.backend\.mcp_servers\[\]\.?|^agents\[\]\.?/, '');
  put(target as Record<string, unknown>, rest, value);
  return root;
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const [name = '', ...rest] = path.replaceAll('<NAME>', 'SOME_NAME').split('.');
  const isItem = name.endsWith('[]');
  const key = name.replace('[]', '');
  if (rest.length === 0) {
    target[key] = isItem ? [value] : value;
    return;
  }
  target[key] ??= {};
  put(target[key] as Record<string, unknown>, rest.join('.'), value);
}

describe('configs in the shape of v0.0.15 and v0.0.16', () => {
  it.each(fixtures)('%s loads without an error or an unknown key', async (name) => {
    const { config, diagnostics } = await loadConfig(folder + name);
    expect(diagnostics.filter(({ code }) => !harmless.includes(code))).toEqual([]);
    expect(config?.agents.length).toBeGreaterThan(0);
  });

  it('are not refused by strict mode either', async () => {
    for (const name of fixtures) {
      const { config } = await loadConfig(folder + name, { strict: true });
      expect(config, name).toBeDefined();
    }
  });

  it.each(oldKeys.filter(({ key }) => /\.|^ui|^display|^orch|^time/.test(key) && key !== 'agents[].backend'))(
    'accepts $key',
    ({ key, kinds, backends = ['openai'], examples = kinds.map((kind) => samples[kind]) }) => {
      for (const backend of backends) {
        for (const value of examples) {
          for (const form of ['agent', 'agents', 'map'] as const) {
            for (const servers of ['list', 'map']) {
              if (key.endsWith('mcp_servers[].name') && servers === 'map') continue;
              if (key.endsWith('agents[].id') && form === 'map') continue;
              const isTransport = key.endsWith('mcp_servers[].type') && value === 'streamable-http';
              const written = configWith(isTransport ? `${key.slice(0, -4)}url` : key, value, backend, form, servers);
              if (isTransport) put(written, '', undefined);
              const { config, diagnostics } = configFromValue(isTransport ? undefined : written);
              expect(diagnostics).toEqual([]);
              expect(config).toBeDefined();
            }
          }
        }
      }
    },
  );
});
