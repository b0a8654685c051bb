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

const places = {
  own: { readOnly: ['/run', '/ws/b'], writable: ['/ws/a'] },
  shared: { readOnly: ['/run', '/ws/a', '/ws/b'], writable: [] },
};

async function confinedNames(
  servers: Readonly<Record<string, unknown>>,
  found: Sandbox | 'none' = sandbox,
): Promise<{
  /** Where each may write. */
  readonly writable: Readonly<Record<string, string>>;
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
    places,
  });
  return {
    writable: Object.fromEntries(
      specs.flatMap((spec) =>
        spec.type === 'stdio' && spec.confined !== undefined
          ? [[spec.name, spec.confined.args.join(' ').replace(/^.*\| ?(.*?) ?-- .*$/u, '$1')]]
          : [],
      ),
    ),
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

  test('can be asked for and be turned off', async () => {
    const servers = {
      commander: { ...commander, sandbox: 'off' },
      notes: { command: 'notes', sandbox: 'required' },
    };
    expect(await confinedNames(servers)).toMatchObject({ confined: ['filesystem', 'notes'] });
  });

  test('in which several agents have a program together lets it write into no workspace', async () => {
    const servers = {
      commander,
      shell: { ...commander, scope: 'shared' },
      notes: { command: 'notes', sandbox: 'required' },
      mine: { command: 'notes', sandbox: 'required', scope: 'agent' },
      unknown: { command: 'notes' },
    };
    expect((await confinedNames(servers)).writable).toEqual({
      filesystem: '/ws/a',
      commander: '/ws/a',
      shell: '',
      notes: '',
      mine: '/ws/a',
    });
  });

  test('that is missing keeps only those from starting that need it', async () => {
    const servers = { commander, notes: { command: 'notes', sandbox: 'required' } };
    expect(await confinedNames(servers, 'none')).toMatchObject({
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
      { agent, sandbox: () => Promise.resolve(sandbox), places },
    );
    expect(specs).toMatchObject([
      {
        launch,
        confined: {
          command: 'box',
          args: ['/run', '/ws/b', '|', '/ws/a', '--', 'files', '/ws/a'],
          cwd: '/ws/a',
        },
      },
    ]);
  });
});
