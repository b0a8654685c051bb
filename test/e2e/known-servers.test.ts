/**
 * Well-known servers that are not about files start and list their tools, with credentials that are no real ones where
 * they ask for any. `test/servers` installs them; without it they are skipped. No call is made: none leaves the machine.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, run, type Ended, type Place } from '../fixtures/command-line.ts';
import { nothingRunsIn } from '../fixtures/runs-on-disk.ts';
import { answer, writeTeam } from '../fixtures/script-team.ts';
import { testServer } from '../fixtures/test-servers.ts';

interface Known {
  readonly id: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many; undefined where that depends on when it is asked. */
  readonly tools?: number;
  /** Some of what it offers. */
  readonly some: readonly string[];
}

const known: Readonly<Record<string, Known>> = {
  // A token would make it call its service when it starts.
  discord: { id: 'mcp-discord', tools: 22, some: ['discord_send', 'discord_read_messages'] },
  notion: {
    id: '@notionhq/notion-mcp-server',
    env: { NOTION_TOKEN: '${NOTION_TOKEN}' },
    tools: 24,
    some: ['API-post-search', 'API-post-page'],
  },
  playwright: {
    id: '@playwright/mcp',
    args: ['--headless', '--isolated'],
    tools: 25,
    some: ['browser_navigate', 'browser_snapshot'],
  },
  memory: {
    id: '@modelcontextprotocol/server-memory',
    env: { MEMORY_FILE_PATH: '{{cwd}}/memory.jsonl' },
    tools: 9,
    some: ['create_entities', 'search_nodes'],
  },
  // It adds tools when it knows what its client can do, and says so afterwards.
  everything: { id: '@modelcontextprotocol/server-everything', some: ['echo', 'get-env'] },
  brave: {
    id: '@brave/brave-search-mcp-server',
    env: { BRAVE_API_KEY: '${BRAVE_API_KEY}' },
    tools: 8,
    some: ['brave_web_search', 'brave_local_search'],
  },
};

/** No real ones; enough to start. */
const credentials = { NOTION_TOKEN: 'ntn_none', BRAVE_API_KEY: 'none' };

interface Report {
  readonly ok: boolean;
  readonly servers: readonly {
    readonly name: string;
    readonly state: string;
    readonly tools: readonly string[];
  }[];
}

async function configOf(names: readonly string[], { cwd }: Place): Promise<string> {
  const servers = names.map((name) => {
    const { id, args = [], env = {} } = known[name] ?? { id: name };
    const filled = Object.entries(env).map(([key, text]) => [key, text.replace('{{cwd}}', cwd)]);
    return {
      name,
      type: 'stdio',
      command: process.execPath,
      args: [testServer(id).entry, ...args],
      env: Object.fromEntries(filled),
      cwd,
    };
  });
  return writeTeam(cwd, [{ backend: { mcp_servers: servers }, answers: [answer('')] }]);
}

function missingOf(names: readonly string[]): string | undefined {
  return names.map((name) => testServer(known[name]?.id ?? name).missing).find((why) => why !== undefined);
}

async function mcp(place: Place, args: readonly string[], env = {}): Promise<Ended> {
  const ended = await run(['mcp', ...args], { cwd: place.cwd, env: { ...credentials, ...env } });
  await nothingRunsIn(place.path);
  return ended;
}

describe.each(Object.keys(known))('%s', (name) => {
  test('starts and lists its tools', async ({ skip }) => {
    const missing = missingOf([name]);
    skip(missing !== undefined, missing);
    const place = await makePlace();
    const config = await configOf([name], place);
    const { code, stdout, stderr } = await mcp(place, ['test', config, '--output', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { ok, servers } = JSON.parse(stdout) as Report;
    expect(ok).toBe(true);
    expect(servers).toMatchObject([{ name, state: 'ready' }]);
    expect(servers[0]?.tools).toEqual(expect.arrayContaining([...(known[name]?.some ?? [])]));
    const count = known[name]?.tools ?? servers[0]?.tools.length;
    expect(servers[0]?.tools).toHaveLength(count ?? 0);
  });
});

test('all of them at once are listed side by side', async ({ skip }) => {
  const names = Object.keys(known);
  const missing = missingOf(names);
  skip(missing !== undefined, missing);
  const place = await makePlace();
  const { code, stdout } = await mcp(place, [
    'list',
    '--config',
    await configOf(names, place),
    '--output',
    'json',
  ]);
  expect(code).toBe(0);
  const servers = JSON.parse(stdout) as Report['servers'];
  expect(servers.map(({ name, state }) => [name, state]).toSorted()).toEqual(
    names.map((name) => [name, 'ready']).toSorted(),
  );
});

test('one without the key it needs fails alone, and says what it lacks', async ({ skip }) => {
  const missing = missingOf(['brave', 'everything']);
  skip(missing !== undefined, missing);
  const place = await makePlace();
  const config = await configOf(['brave', 'everything'], place);
  const text = await readFile(join(place.cwd, config), 'utf8');
  await writeFile(join(place.cwd, config), text.replace('"BRAVE_API_KEY": "${BRAVE_API_KEY}"', ''));
  const { code, stdout } = await mcp(place, ['test', config, '--output', 'json']);
  expect(code).toBe(4);
  const { servers } = JSON.parse(stdout) as Report;
  expect(servers).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'everything', state: 'ready' }),
      expect.objectContaining({
        name: 'brave',
        state: 'failed',
        error: expect.objectContaining({ message: expect.stringContaining('BRAVE_API_KEY') }),
      }),
    ]),
  );
});

test('a server is given none of our keys: what it sees of the environment is told by itself', async ({
  skip,
}) => {
  const missing = missingOf(['everything']);
  skip(missing !== undefined, missing);
  const place = await makePlace();
  const config = await configOf(['everything'], place);
  const { code, stdout } = await mcp(place, ['call', '--config', config, 'everything', 'get-env'], {
    OPENAI_API_KEY: 'sk-canary-of-the-environment',
    ELSEWHERE: 'canary-too',
  });
  expect(code).toBe(0);
  expect(stdout).toContain('"PATH"');
  expect(stdout).not.toContain('canary');
});
