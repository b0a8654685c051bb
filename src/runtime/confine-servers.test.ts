import { describe, expect, test } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import type { StdioServerSpec } from '../mcp/server-spec.ts';
import type { Sandbox } from '../process/sandbox.ts';
import { confineServers } from './confine-servers.ts';
import { serverSpecs } from './server-specs.ts';

const sandbox: Sandbox = (launch, { readOnly, writable }) => ({
  ...launch,
  command: 'box',
  args: [...readOnly, '|', ...writable, '--', launch.command, ...launch.args],
});

async function confinedNames(
  servers: Readonly<Record<string, unknown>>,
  found: Sandbox | 'none' = sandbox,
): Promise<{
  readonly confined: readonly string[];
  readonly failed: readonly string[];
  readonly asked: number;
}> {
  const turns = [{ steps: [{ text: 'hello' }] }];
  const backend = { type: 'script', turns, mcp_servers: servers };
  const { config } = configFromValue({ agents: [{ id: 'a', backend }] });
  const agent = config?.agents[0];
  if (agent === undefined) throw new Error('the config is wrong');
  const planned = serverSpecs({
    agent,
    filesystem: {},
    workspace: '/ws/a',
    views: '/run/views',
    context: [],
    home: '/run/homes/a',
    cwd: '/project',
    environment: { PATH: '/usr/bin', HOME: '/home/joe' },
  });
  let asked = 0;
  const { specs, failed } = await confineServers(planned, {
    agent,
    sandbox: () => {
      asked += 1;
      return Promise.resolve(found === 'none' ? undefined : found);
    },
    places: { readOnly: ['/run', '/ws/b'], writable: ['/ws/a'] },
  });
  return {
    confined: specs.flatMap((spec) =>
      spec.type === 'stdio' && spec.confined !== undefined ? [spec.name] : [],
    ),
    failed: failed.map(({ server, error }) => `${server} ${error.code}`),
    asked,
  };
}

const commander = { command: 'npx', args: ['-y', '@wonderwhy-er/desktop-commander@0.2.52'] };

describe('a sandbox', () => {
  test('is for the server that gives an agent its files, and for those with files and a shell', async () => {
    const servers = { commander, notes: { command: 'notes' }, far: { url: 'https://example.org/mcp' } };
    expect(await confinedNames(servers)).toMatchObject({ confined: ['filesystem', 'commander'], failed: [] });
  });

  test('can be asked for and be turned off, but not for a server that others share', async () => {
    const servers = {
      commander: { ...commander, sandbox: 'off' },
      notes: { command: 'notes', sandbox: 'required' },
      shared: { ...commander, scope: 'shared' },
    };
    expect(await confinedNames(servers)).toMatchObject({ confined: ['filesystem', 'notes'] });
  });

  test('that is missing keeps only those from starting that need it', async () => {
    const servers = { commander, notes: { command: 'notes', sandbox: 'required' } };
    expect(await confinedNames(servers, 'none')).toEqual({
      confined: [],
      failed: ['notes MG1430'],
      asked: 3,
    });
  });

  test('leaves the launch as it is known, and wraps what is started', async () => {
    const { config } = configFromValue({
      agents: [{ id: 'a', backend: { type: 'script', turns: [{ steps: [{ text: 'x' }] }] } }],
    });
    const agent = config?.agents[0];
    if (agent === undefined) throw new Error('the config is wrong');
    const launch = { command: 'files', args: ['/ws/a'], env: {}, cwd: '/ws/a' };
    const spec = { type: 'stdio', name: 'filesystem', scope: 'agent', launch } as unknown as StdioServerSpec;
    const { specs } = await confineServers(
      { specs: [spec], failed: [], notices: [], homes: [] },
      { agent, sandbox: () => Promise.resolve(sandbox), places: { readOnly: ['/run'], writable: ['/ws/a'] } },
    );
    expect(specs).toMatchObject([
      {
        launch,
        confined: { command: 'box', args: ['/run', '|', '/ws/a', '--', 'files', '/ws/a'], cwd: '/ws/a' },
      },
    ]);
  });
});
