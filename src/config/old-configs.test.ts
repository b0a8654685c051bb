import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';
import { configFromValue } from './parse-config.ts';

const folder = fileURLToPath(new URL('../../test/fixtures/configs/', import.meta.url));
const fixtures = readdirSync(folder).filter((name) => name !== 'v0-keys.json');

interface OldKey {
  readonly key: string;
  readonly kinds: readonly ('map' | 'list' | 'text' | 'number' | 'whole number' | 'true or false')[];
  readonly backends?: readonly string[];
  readonly examples?: readonly unknown[];
}

const oldKeys = JSON.parse(readFileSync(`${folder}v0-keys.json`, 'utf8')) as readonly OldKey[];

/** Codes that are no complaint about the key: a secret written out, a key without effect, a type for later. */
const harmless = ['MG1127', 'MG1128', 'MG1130'];

function complaints(diagnostics: readonly { readonly code: string }[]): unknown[] {
  return diagnostics.filter(({ code }) => !harmless.includes(code));
}

type Tree = Record<string, unknown>;

/** Puts a value at a path such as `reasoning.effort`, `args[]` or `env.<NAME>`, making the maps on the way. */
function put(target: Tree, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (name === '') return;
  if (rest.length === 0) target[name.replace('[]', '')] = name.endsWith('[]') ? [value] : value;
  else put((target[name] ??= {}) as Tree, rest, value);
}

/** Configs with the key set, in every form agents and servers can be written in. */
function configsWith(key: string, value: unknown, backendType: string): Tree[] {
  const path = key.split('.');
  if (path[0] !== 'agents[]') {
    const root: Tree = { agents: [{ backend: { type: backendType, model: 'm' } }] };
    put(root, path, value);
    return [root];
  }
  const inServer = path.indexOf('mcp_servers[]');
  const serverPath = path.slice(inServer + 1);
  const serverForms = inServer < 0 ? ['none'] : serverPath[0] === 'name' ? ['list'] : ['list', 'map'];
  const called =
    /^(?:url|headers|timeout|http_read_timeout)$/.test(serverPath[0] ?? '') || value === 'streamable-http';
  return serverForms.flatMap((form) => {
    const agent: Tree = { backend: { type: backendType, model: 'm' } };
    if (inServer < 0) {
      put(agent, path.slice(1), value);
    } else {
      const server: Tree = called ? { url: 'https://mcp.example/mcp' } : { command: 'npx' };
      put(server, serverPath, value);
      put(
        agent,
        ['backend', 'mcp_servers'],
        form === 'list' ? [{ name: 'one', ...server }] : { one: server },
      );
    }
    return [{ agent }, { agents: [agent] }, ...(path[1] === 'id' ? [] : [{ agents: { one: agent } }])];
  });
}

const samples = { map: {}, list: [], text: 'words', number: 1, 'whole number': 1, 'true or false': true };

describe('configs in the shape of v0.0.15 and v0.0.16', () => {
  it.each(fixtures)('%s loads without complaint, also in strict mode', async (name) => {
    const { config, diagnostics } = await loadConfig(folder + name, { strict: true });
    expect(complaints(diagnostics)).toEqual([]);
    expect(config?.agents.length).toBeGreaterThan(0);
  });

  // The groups themselves are in every other row.
  const keys = oldKeys.filter(({ key }) => !/^agents(?:\[\]\.backend)?$/.test(key));

  it.each(keys)('take $key', ({ key, kinds, backends = ['openai'], examples }) => {
    const values = examples ?? kinds.map((kind) => samples[kind]);
    const isServer = key.endsWith('mcp_servers[]');
    for (const backend of backends) {
      for (const value of values) {
        for (const written of configsWith(key, isServer ? undefined : value, backend)) {
          const { config, diagnostics } = configFromValue(written);
          expect(complaints(diagnostics), JSON.stringify(written)).toEqual([]);
          expect(config).toBeDefined();
        }
      }
    }
  });

  it('cover the whole list of keys', () => {
    expect(oldKeys.length).toBe(81);
  });
});
