import { describe, expect, test } from 'vitest';
import { filesystemServerSchema } from '../config/schema/filesystem-config.ts';
import type { StdioServerSpec } from '../mcp/server-spec.ts';
import {
  filesystemServers,
  type FilesystemServerPlace,
  type FilesystemServers,
} from './filesystem-server-spec.ts';

const place: FilesystemServerPlace = {
  agent: 'a',
  workspace: '/p/ws',
  views: '/run/views',
  context: ['/p/data', '/p/more'],
  home: '/run/homes/agent1',
  cwd: '/p',
  environment: { PATH: '/bin', HOME: '/home/joe' },
  filters: { allowLists: [], excludedTools: [] },
  taken: [],
};
const folders = ['/p/ws', '/run/views', '/p/data', '/p/more'];

function chosen(
  server: Readonly<Record<string, unknown>>,
  more: Partial<FilesystemServerPlace> = {},
): FilesystemServers & { readonly own: StdioServerSpec; readonly beside: readonly StdioServerSpec[] } {
  const servers = filesystemServers({ ...place, ...more }, filesystemServerSchema.parse(server));
  const [own, ...beside] = servers.specs.filter((spec) => spec.type === 'stdio');
  if (own === undefined) throw new Error('no server was chosen');
  return { ...servers, own, beside };
}

describe('a well-known server is told of the folders in its own way', () => {
  test('as arguments', () => {
    const args = ['-y', '@modelcontextprotocol/server-filesystem'];
    const { own, beside, homes } = chosen({ command: 'npx', args });
    expect(own.launch).toMatchObject({ command: 'npx', args: [...args, ...folders], cwd: '/p/ws' });
    expect([own.folders, own.withheld, beside, homes]).toEqual([undefined, undefined, [], []]);
  });

  test('by a flag, once for each; and since it can be led out of them, we look at each path', () => {
    const { own, beside } = chosen({ command: 'npx -y @agent-infra/mcp-server-filesystem@1.2.29' });
    expect(own.launch.args).toEqual([
      '-y',
      '@agent-infra/mcp-server-filesystem@1.2.29',
      ...folders.flatMap((folder) => ['--allowed-directories', folder]),
    ]);
    expect([own.folders, beside]).toEqual([folders, []]);
  });

  test('by where it is started; the others are shown by the official server, which then writes nothing', () => {
    const { own, beside } = chosen({ command: ['npx', '-y', '@shtse8/filesystem-mcp@0.5.8'] });
    expect(own.launch).toMatchObject({ args: ['-y', '@shtse8/filesystem-mcp@0.5.8'], cwd: '/p/ws' });
    expect(own.folders).toEqual(folders);
    expect(beside.map(({ name, launch }) => [name, launch.args.slice(1)])).toEqual([
      ['views', ['/run/views', '/p/data', '/p/more']],
    ]);
    expect(Object.keys(beside[0]?.withheld ?? {})).toContain('write_file');
  });

  test('by where it is started; where the agent may get copies to change, they are changed with the official one', () => {
    const { beside } = chosen(
      { command: 'npx @shtse8/filesystem-mcp' },
      { context: ['/p/data', '/run/staged/agent1'], writesContext: true },
    );
    expect(beside.map(({ launch }) => launch.args.slice(1))).toEqual([
      ['/run/views', '/p/data', '/run/staged/agent1'],
    ]);
    expect(beside[0]?.withheld).toBeUndefined();
  });

  test('beside a server of the config that is called `views`, ours has another name', () => {
    const { beside } = chosen({ command: 'npx @shtse8/filesystem-mcp' }, { taken: ['views'] });
    expect(beside.map(({ name }) => name)).toEqual(['views_of_others']);
  });

  test('not at all, where it goes everywhere: then only our look at each path holds it', () => {
    const { own, beside } = chosen({ command: 'npx mcp-filesystem-server@1.0.3' });
    expect(own.launch.args).toEqual(['mcp-filesystem-server@1.0.3']);
    expect([own.folders, beside]).toEqual([folders, []]);
  });

  test('with the option that lets it write, unless that is there', () => {
    const args = (...written: string[]): readonly string[] =>
      chosen({ command: 'rust-mcp-filesystem', args: written }).own.launch.args;
    expect(args()).toEqual(['--allow-write', ...folders]);
    expect(args('-w')).toEqual(['-w', ...folders]);
  });
});

describe('a server that reads its folders from the home directory', () => {
  const server = { command: 'npx', args: ['-y', '@wonderwhy-er/desktop-commander@0.2.52'] };

  test('gets one of its own, with a file that names them and turns off what nobody asked for', () => {
    const { own, homes, beside } = chosen(server);
    expect(beside).toEqual([]);
    expect(own.launch.args).toEqual([...server.args, '--no-onboarding']);
    expect(own.launch.env).toMatchObject({ HOME: place.home, DESKTOP_COMMANDER_DISABLE_TELEMETRY: '1' });
    const [home] = homes;
    expect(homes).toHaveLength(1);
    expect(home?.path).toBe(place.home);
    expect(JSON.parse(home?.files['.claude-server-commander/config.json'] ?? '')).toEqual({
      allowedDirectories: folders,
      telemetryEnabled: false,
      pendingWelcomeOnboarding: false,
      welcomeOnboardingEligible: false,
    });
  });

  test('through npx it still has what the user has downloaded, and the user’s registry', () => {
    expect(chosen(server).own.launch.env).toMatchObject({
      npm_config_cache: '/home/joe/.npm',
      npm_config_userconfig: '/home/joe/.npmrc',
    });
    const installed = '/x/node_modules/@wonderwhy-er/desktop-commander/dist/index.js';
    expect(Object.keys(chosen({ command: 'node', args: [installed] }).own.launch.env)).not.toContain(
      'npm_config_cache',
    );
  });

  test('is not offered with what knows no folders: shells, its own settings', () => {
    expect(Object.keys(chosen(server).own.withheld ?? {})).toEqual(
      expect.arrayContaining(['start_process', 'set_config_value', 'kill_process']),
    );
  });

  test('with a home directory from the config it uses that, and nothing is written there', () => {
    const { own, homes } = chosen({ ...server, env: { HOME: '/home/joe/dc' } });
    expect([own.launch.env['HOME'], homes]).toEqual(['/home/joe/dc', []]);
    expect(own.folders).toEqual(folders);
  });
});

describe('any other server', () => {
  test('is told what the config says, where the config says it', () => {
    const { own, beside } = chosen({
      command: 'my-files',
      args: ['--root={{workspace}}', '{{context}}', '{{views}}'],
      env: { READ: '{{context}}' },
      cwd: '{{workspace}}/deep',
    });
    expect(own.launch).toMatchObject({
      args: ['--root=/p/ws', '/p/data', '/p/more', '/run/views'],
      env: { READ: '/p/data,/p/more' },
      cwd: '/p/ws/deep',
    });
    expect([own.folders, beside]).toEqual([undefined, []]);
    expect(chosen({ command: 'my-files', cwd: 'tools' }).own.launch.cwd).toBe('/p/tools');
  });

  test('that is told nothing works in the workspace, and the official server shows the rest', () => {
    const { own, beside } = chosen({ command: 'my-files' });
    expect(own.launch).toMatchObject({ args: [], cwd: '/p/ws' });
    expect(beside.map(({ name }) => name)).toEqual(['views']);
  });
});
