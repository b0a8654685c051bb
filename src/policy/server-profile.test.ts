import { expect, test } from 'vitest';
import { knownServers } from './known-servers.ts';
import { serverArguments, serverProfile } from './server-profile.ts';

const entry = '/app/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js';
const official = '@modelcontextprotocol/server-filesystem';

test.each([
  ['node', [entry, '/ws']],
  ['/opt/bin/nodejs', [entry, '/ws']],
  ['node.exe', [entry.replaceAll('/', '\\'), '/ws']],
  ['npx', ['-y', official, '/ws']],
  ['npx', ['--yes', '--quiet', `${official}@2026.8.31`, '/ws']],
  ['npx.cmd', [official, '/ws']],
  ['bunx', [`${official}@latest`, '/ws']],
  ['pnpm', ['dlx', official, '/ws']],
  ['yarn', ['dlx', official, '/ws']],
  ['npx', ['--offline', '-y', official, '/ws']],
])('%s %j starts the official server', (command, args) => {
  expect(serverProfile({ command, args })?.id).toBe(official);
  expect(serverArguments({ command, args })).toEqual(['/ws']);
});

test.each([
  ['node', ['evil.js', official, '/ws']],
  ['node', ['evil.js', entry, '/ws']],
  ['node', ['--require', 'evil.js', entry, '/ws']],
  ['node', ['--import=data:text/javascript,evil', entry]],
  ['node', [`${entry}.evil.js`]],
  ['node', ['/app/@modelcontextprotocol/server-filesystem-evil/dist/index.js']],
  ['node', ['/app/mcp-filesystem-server/server.js']],
  ['npx', ['-y', 'evil', official, '/ws']],
  ['npx', ['-y', '-p', 'evil', official]],
  ['npx', ['@modelcontextprotocol/server-filesystem-evil']],
  ['npx', [`${official}/evil`]],
  ['npx', [`git+https://example.org/${official}`]],
  ['npx', ['--call', 'evil', official]],
  ['evil', [official, '/ws']],
  ['python', [entry]],
  ['npx', []],
])('%s %j is a stranger', (command, args) => {
  expect(serverProfile({ command, args })).toBeUndefined();
  expect(serverArguments({ command, args })).toBeUndefined();
});

test('an alias of another package is a stranger', () => {
  for (const word of [`${official}@npm:evil`, `${official}@npm:evil@1`, `${official}@file:evil`]) {
    expect(serverProfile({ command: 'npx', args: [word] })).toBeUndefined();
  }
});

test('a program that does not come from npm is known by its name, whatever follows', () => {
  for (const command of [
    'rust-mcp-filesystem',
    '/usr/local/bin/rust-mcp-filesystem',
    'rust-mcp-filesystem.exe',
  ])
    expect(serverProfile({ command, args: ['/ws'] })?.id).toBe('@rustmcp/rust-mcp-filesystem');
  expect(serverProfile({ command: 'rust-mcp-filesystem-evil', args: [] })).toBeUndefined();
});

test('a server that we do not start is a stranger', () => {
  expect(serverProfile(undefined)).toBeUndefined();
});

test.each(knownServers.map((profile) => [profile.id, profile] as const))(
  '%s is found by its package and by its file',
  (id, profile) => {
    expect(serverProfile({ command: 'npx', args: ['-y', id] })).toBe(profile);
    expect(serverProfile({ command: 'node', args: [`/x/node_modules/${id}/${profile.entry}`] })).toBe(
      profile,
    );
  },
);

test('no package is listed twice, and every tool has at least one effect', () => {
  expect(new Set(knownServers.map(({ id }) => id)).size).toBe(knownServers.length);
  for (const { tools } of knownServers) {
    for (const [name, { effects }] of Object.entries(tools)) {
      expect(name).toMatch(/^[A-Za-z_-]+$/u);
      expect(effects.length).toBeGreaterThan(0);
    }
  }
});
