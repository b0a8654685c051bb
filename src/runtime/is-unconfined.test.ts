import { expect, test } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { isUnconfined } from './is-unconfined.ts';
import { serverSpecs } from './server-specs.ts';

/** Of an agent with a workspace and these servers, without any sandbox. */
function unconfined(
  servers: Readonly<Record<string, unknown>>,
  filesystem: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const backend = { type: 'script', turns: [{ steps: [{ text: 'x' }] }], mcp_servers: servers };
  const { config } = configFromValue({ agents: [{ id: 'a', backend }], filesystem });
  const agent = config?.agents[0];
  if (config === undefined || agent === undefined) throw new Error('the config is wrong');
  const { specs } = serverSpecs({
    agent,
    filesystem: config.filesystem,
    workspace: '/ws/a',
    views: '/run/views',
    context: [],
    home: '/run/homes/a',
    cwd: '/project',
    environment: {},
  });
  return specs.filter(isUnconfined).map(({ name }) => name);
}

test('who only has the files it is given, or a server whose tools are known, runs nothing by itself', () => {
  const memory = { command: 'npx', args: ['-y', '@modelcontextprotocol/server-memory@2026.8.31'] };
  expect(unconfined({ memory, far: { url: 'https://example.org/mcp' } })).toEqual([]);
});

test.each([
  ['a stranger', { command: 'notes' }],
  ['a shell', { command: 'npx', args: ['-y', '@wonderwhy-er/desktop-commander@0.2.52'] }],
  ['a browser that runs code', { command: 'npx', args: ['-y', '@playwright/mcp@0.0.83'] }],
  ['a server at a loopback address', { url: 'http://127.0.0.1:3000/mcp' }],
  ['the same, as IPv6', { url: 'http://[::1]:3000/mcp' }],
  ['a server on localhost', { url: 'http://localhost:3000/mcp' }],
])('%s may run what no rule on paths holds back', (_, server) => {
  expect(unconfined({ server })).toEqual(['server']);
});

test('the shell of a server for files is not offered, so it counts for nothing; a stranger for files does', () => {
  const commander = { command: 'npx', args: ['-y', '@wonderwhy-er/desktop-commander@0.2.52'] };
  expect(unconfined({}, { server: commander })).toEqual([]);
  expect(unconfined({}, { server: { command: 'my-files', args: ['{{workspace}}'] } })).toContain(
    'filesystem',
  );
});

test('nothing in a sandbox does', () => {
  const launch = { command: 'sh', args: [], env: {}, cwd: '/' };
  const spec = {
    type: 'stdio' as const,
    name: 'shell',
    agent: 'a',
    scope: 'agent' as const,
    mayIdle: false,
    connectTimeoutMs: 1,
    callIdleMs: 1,
    callTotalMs: 1,
    allowLists: [],
    excludedTools: [],
    launch,
  };
  expect(isUnconfined(spec)).toBe(true);
  expect(isUnconfined({ ...spec, confined: launch })).toBe(false);
});
