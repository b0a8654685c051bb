import { expect, test } from 'vitest';
import type { ServerLaunch } from './server-profile.ts';
import { toolEffects, unknownEffects, type ToolEffects } from './tool-effects.ts';

const entry = '/app/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js';
function effectsOf(launch: ServerLaunch | undefined, name: string): ToolEffects {
  return toolEffects(
    { name, inputSchema: { type: 'object' } },
    { ...(launch === undefined ? {} : { launch }), toolNames: [name] },
  );
}

const official = { command: '/usr/bin/node', args: [entry, '/ws', '/views'] };

test.each([
  ['read_text_file', ['Read'], ['path']],
  ['read_multiple_files', ['Read'], ['paths[]']],
  ['list_allowed_directories', ['Read'], []],
  ['write_file', ['Write'], ['path']],
  ['edit_file', ['Write'], ['path']],
  ['create_directory', ['Write'], ['path']],
  ['move_file', ['Write', 'Delete'], ['source', 'destination']],
])('%s of the official server is known', (tool, effects, pathArguments) => {
  expect(effectsOf(official, tool)).toMatchObject({ effects, pathArguments, directories: ['/ws', '/views'] });
});

test.each([
  ['node', [entry, '/ws']],
  ['/opt/bin/nodejs', [entry, '/ws']],
  ['npx', ['-y', '@modelcontextprotocol/server-filesystem', '/ws']],
  ['npx', ['--yes', '--quiet', '@modelcontextprotocol/server-filesystem@2026.8.31', '/ws']],
  ['npx.cmd', ['@modelcontextprotocol/server-filesystem', '/ws']],
  ['pnpm', ['dlx', '@modelcontextprotocol/server-filesystem', '/ws']],
])('%s %j starts the official server', (command, args) => {
  expect(effectsOf({ command, args }, 'write_file')).toMatchObject({
    effects: ['Write'],
    directories: ['/ws'],
  });
});

test.each([
  ['node', ['evil.js', '@modelcontextprotocol/server-filesystem', '/ws']],
  ['node', ['evil.js', entry, '/ws']],
  ['node', ['--require', 'evil.js', entry, '/ws']],
  ['node', ['--import=data:text/javascript,evil', entry]],
  ['node', [`${entry}.evil.js`]],
  ['node', ['/app/@modelcontextprotocol/server-filesystem-evil/dist/index.js']],
  ['npx', ['-y', 'evil', '@modelcontextprotocol/server-filesystem', '/ws']],
  ['npx', ['-y', '-p', 'evil', '@modelcontextprotocol/server-filesystem']],
  ['npx', ['@modelcontextprotocol/server-filesystem-evil']],
  ['npx', ['--call', 'evil', '@modelcontextprotocol/server-filesystem']],
  ['evil', ['@modelcontextprotocol/server-filesystem', '/ws']],
  ['python', [entry]],
  ['npx', []],
])('%s %j is a stranger, whatever its tools are called', (command, args) => {
  expect(effectsOf({ command, args }, 'read_file')).toBe(unknownEffects);
});

test('a tool that the official server is not known for is unknown, also by names that objects have', () => {
  for (const tool of ['delete_everything', 'constructor', '__proto__', 'toString', '']) {
    expect(effectsOf(official, tool)).toBe(unknownEffects);
  }
});

test('a server that we do not start is a stranger', () => {
  expect(effectsOf(undefined, 'read_file')).toBe(unknownEffects);
});
