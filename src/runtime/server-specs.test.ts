import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { serverSpecs, type ServerSpecsOptions } from './server-specs.ts';

const environment = {
  PATH: '/usr/bin',
  HOME: '/home/joe',
  OPENAI_API_KEY: 'never-handed-on',
  TOKEN: 'of-the-server',
};

function specsFor(backend: Readonly<Record<string, unknown>>, more: Partial<ServerSpecsOptions> = {}) {
  const turns = [{ steps: [{ text: 'hello' }] }];
  const { config, diagnostics } = configFromValue({
    agents: [{ id: 'a', backend: { type: 'script', turns, ...backend } }],
  });
  const agent = config?.agents[0];
  if (agent === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return serverSpecs({
    agent,
    filesystem: config?.filesystem ?? {},
    views: '/run/views',
    home: '/run/homes/agent1',
    context: ['/home/joe/thesis'],
    cwd: '/project',
    environment,
    ...more,
  });
}

const place = { workspace: '/project/ws' };
const launchOf = (backend: Readonly<Record<string, unknown>>, more: Partial<ServerSpecsOptions> = {}) => {
  const spec = specsFor(backend, more).specs.at(-1);
  if (spec?.type !== 'stdio') throw new Error('no server to launch');
  return spec.launch;
};

describe('the filesystem server', () => {
  it('comes with a workspace, sees it with the views and the folders of the user, and nothing else', () => {
    const { specs, failed } = specsFor({}, place);
    expect(failed).toEqual([]);
    expect(specs).toMatchObject([{ type: 'stdio', name: 'filesystem', agent: 'a' }]);
    const { command, args, cwd } = launchOf({}, place);
    const [entry = '', ...roots] = args;
    expect(existsSync(entry)).toBe(true);
    expect(roots).toEqual(['/project/ws', '/run/views', '/home/joe/thesis']);
    expect([command, cwd]).toEqual([process.execPath, '/project/ws']);
  });

  it('is not started for an agent without a workspace, nor beside one of that name', () => {
    expect(specsFor({}).specs).toEqual([]);
    const own = [{ name: 'filesystem', type: 'stdio', command: 'my-files' }];
    expect(specsFor({ mcp_servers: own }, place).specs).toMatchObject([{ launch: { command: 'my-files' } }]);
  });
});

describe('a server of the config', () => {
  it('gets the few variables every program needs and its own, and no other', () => {
    const servers = [{ name: 's', type: 'stdio', command: 'run', env: { GITHUB_TOKEN: '${TOKEN}' } }];
    expect(launchOf({ mcp_servers: servers }).env).toMatchObject({
      PATH: '/usr/bin',
      GITHUB_TOKEN: 'of-the-server',
    });
    expect(JSON.stringify(launchOf({ mcp_servers: servers }).env)).not.toContain('never-handed-on');
    expect(Object.keys(launchOf({}, place).env)).not.toContain('TOKEN');
  });

  it('works where the program was started, as in v0.0.15, and a relative `cwd` counts from there', () => {
    const server = { name: 's', type: 'stdio', command: 'run' };
    const cwdOf = (more: object, options = {}): string | undefined =>
      launchOf({ mcp_servers: [{ ...server, ...more }] }, options).cwd;
    expect(cwdOf({}, place)).toBe('/project');
    expect(cwdOf({})).toBe('/project');
    expect(cwdOf({ cwd: 'tools' }, place)).toBe('/project/tools');
    expect(cwdOf({ cwd: '/opt/tools' }, place)).toBe('/opt/tools');
  });

  it('that lacks variables is not started, and the reason names each of them', () => {
    const servers = [
      { name: 's', type: 'stdio', command: 'run', args: ['${ONE}'], env: { KEY: '${TWO}' } },
      { name: 't', type: 'stdio', command: 'run' },
    ];
    const { specs, failed } = specsFor({ mcp_servers: servers });
    expect(specs.map(({ name }) => name)).toEqual(['t']);
    expect(failed).toMatchObject([{ server: 's', error: { message: expect.stringMatching(/ONE.*TWO/u) } }]);
  });

  it('over HTTP has its headers filled in, and 30 seconds a call where the config says nothing', () => {
    const server = { name: 's', type: 'streamable-http', url: 'https://example.org/mcp' };
    const headers = { Authorization: 'Bearer ${TOKEN}' };
    expect(specsFor({ mcp_servers: [{ ...server, headers }] }).specs).toMatchObject([
      { headers: { Authorization: 'Bearer of-the-server' }, callIdleMs: 30_000, connectTimeoutMs: 30_000 },
    ]);
    expect(specsFor({ mcp_servers: [{ ...server, timeout: 5 }] }).specs).toMatchObject([
      { callIdleMs: 5_000 },
    ]);
  });

  it('offers what both the agent and the server allow, without what either excludes', () => {
    const server = {
      name: 's',
      type: 'stdio',
      command: 'run',
      allowed_tools: ['read', 'write'],
      exclude_tools: ['drop'],
    };
    const both = { allowed_tools: ['write', 'list'], exclude_tools: ['burn'], mcp_servers: [server] };
    expect(specsFor(both).specs).toMatchObject([
      {
        allowLists: [
          ['write', 'list'],
          ['read', 'write'],
        ],
        excludedTools: ['burn', 'drop'],
      },
    ]);
    expect(specsFor({ mcp_servers: [server] }).specs).toMatchObject([{ allowLists: [['read', 'write']] }]);
    expect(specsFor({}, place).specs[0]).toMatchObject({ allowLists: [] });
  });
});

describe('a server with a `security` map', () => {
  const stdio = { name: 's', type: 'stdio', command: 'docker', args: ['run', 'x'] };

  it('is not started when it breaks the rules, and the reason names what to change', () => {
    const { specs, failed } = specsFor({ mcp_servers: [{ ...stdio, security: {} }] });
    expect(specs).toEqual([]);
    expect(failed).toMatchObject([
      {
        server: 's',
        error: {
          code: 'MG1414',
          message: expect.stringContaining('the program docker is not on the list'),
          hint: expect.stringContaining('`security.allowed_executables`'),
        },
      },
    ]);
    const security = { allowed_executables: ['docker'] };
    expect(specsFor({ mcp_servers: [{ ...stdio, security }] }).failed).toEqual([]);
  });

  it('is judged with its references filled in, and the values are not told', () => {
    const server = { name: 's', type: 'streamable-http', url: 'http://${HOST}/mcp?key=${TOKEN}' };
    const judged = (host: string): string =>
      JSON.stringify(
        specsFor(
          { mcp_servers: [{ ...server, security: {} }] },
          { environment: { ...environment, HOST: host } },
        ).failed,
      );
    expect(judged('example.com')).toBe('[]');
    expect(judged('127.1')).toContain('127.0.0.1 is a loopback address');
    expect(judged('127.1')).not.toContain('of-the-server');
  });

  it('does not inherit the variables its lists refuse', () => {
    const own = { ...stdio, command: 'npx', env: { API_KEY: 'x' } };
    const names = (security: object | undefined): readonly string[] =>
      Object.keys(launchOf({ mcp_servers: [{ ...own, security }] }).env).toSorted();
    expect(names(undefined)).toEqual(['API_KEY', 'HOME', 'PATH']);
    expect(names({})).toEqual(['API_KEY', 'HOME', 'PATH']);
    expect(names({ env: { denied_vars: ['HOME'] } })).toEqual(['API_KEY', 'PATH']);
    expect(names({ env: { mode: 'allowlist', allowed_vars: ['API_KEY'] } })).toEqual(['API_KEY', 'PATH']);
  });

  it('without one, none of the rules apply', () => {
    const servers = [
      { name: 'a', command: 'bash', args: ['-c', 'x'], env: { LD_PRELOAD: '/x' }, cwd: '../x' },
      { name: 'b', url: 'http://169.254.169.254:22/' },
    ];
    expect(specsFor({ mcp_servers: servers }).specs).toHaveLength(2);
  });
});
