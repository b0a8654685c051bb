import { expect, test } from 'vitest';
import type { Effect } from '../events/effect.ts';
import type { ServerLaunch } from './server-profile.ts';
import { toolEffects, type ToolEffects } from './tool-effects.ts';

function effectsOf(launch: ServerLaunch | undefined, name: string): ToolEffects {
  return toolEffects(
    { name, inputSchema: { type: 'object' } },
    { ...(launch === undefined ? {} : { launch }), toolNames: [name] },
  );
}

const entry = '/app/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js';
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
  expect(effectsOf(official, tool)).toMatchObject({
    effects,
    pathArguments,
    directories: ['/ws', '/views'],
    source: 'profile',
    why: 'profile of @modelcontextprotocol/server-filesystem',
  });
});

test('what the official server is not known for is guessed, also by names that objects have', () => {
  for (const tool of ['delete_everything', 'constructor', '__proto__', 'toString', '']) {
    expect(effectsOf(official, tool)).toMatchObject({ effects: ['Unknown'], source: 'guess' });
  }
});

test('a server that we do not start is a stranger, whatever its tools are called', () => {
  expect(effectsOf(undefined, 'write_file')).toMatchObject({ effects: ['Unknown'], source: 'guess' });
});

const writer = {
  name: 'save_page',
  inputSchema: { type: 'object', properties: { path: { type: 'string' }, content: { type: 'string' } } },
};

function declared(effects: Readonly<Record<string, readonly Effect[]>>, name = 'save_page'): ToolEffects {
  return toolEffects({ ...writer, name }, { declared: effects, toolNames: [name] });
}

test('the config is stronger than a guess', () => {
  expect(declared({ save_page: ['Read'] })).toEqual({
    effects: ['Read'],
    source: 'config',
    why: 'config: save_page',
  });
  expect(declared({ other: ['Read'] })).toMatchObject({ effects: ['Write'], source: 'guess' });
});

test('the config is stronger than a profile, which still tells where the paths are', () => {
  const tool = { ...writer, name: 'write_file' };
  const told = toolEffects(tool, {
    launch: official,
    declared: { '*': ['Write', 'Delete'] },
    toolNames: ['write_file'],
  });
  expect(told).toMatchObject({
    effects: ['Write', 'Delete'],
    pathArguments: ['path'],
    directories: ['/ws', '/views'],
    source: 'config',
  });
});

test.each<[Readonly<Record<string, readonly Effect[]>>, string]>([
  [{ '*': ['Exec'], 'save_*': ['Net'], save_page: ['Read'] }, 'config: save_page'],
  [{ '*': ['Exec'], 'save_*': ['Net'] }, 'config: save_*'],
  [{ '*_page': ['Net'], 'save_*': ['Exec'] }, 'config: *_page'],
  [{ '*': ['Exec'] }, 'config: *'],
])('of %j the one that says most of the name counts', (effects, why) => {
  expect(declared(effects).why).toBe(why);
  expect(declared(Object.fromEntries(Object.entries(effects).toReversed())).why).toBe(why);
});

test('names that objects have are no declarations', () => {
  expect(declared({}, 'constructor').source).toBe('guess');
  expect(declared(JSON.parse('{"__proto__":["Read"]}'), '__proto__')).toMatchObject({ effects: ['Read'] });
});

test('texts of a tool that writes files may speak of paths, those of one that runs programs may be paths', () => {
  expect(declared({ save_page: ['Write'] })).toMatchObject({ contentArguments: ['content'] });
  expect(declared({ other: [] })).toMatchObject({ effects: ['Write'], contentArguments: ['content'] });
  expect(declared({ save_page: ['Exec'] })).not.toHaveProperty('contentArguments');
  expect(declared({ save_page: ['Unknown'] })).not.toHaveProperty('contentArguments');
});

test('what changes something elsewhere changes the database file that its server was started with', () => {
  const query = { name: 'query', inputSchema: { properties: { sql: { type: 'string' } } } };
  const launch = { command: 'npx', args: ['some-server', './data.sqlite3'] };
  expect(toolEffects(query, { launch, toolNames: [] })).toMatchObject({ effects: ['Write', 'Net'] });
  expect(toolEffects(query, { toolNames: [] })).toMatchObject({ effects: ['Net'] });
  const lists = { name: 'list_tables', inputSchema: {} };
  expect(toolEffects(lists, { launch, toolNames: [] })).toMatchObject({ effects: ['Read', 'Net'] });
});

test('the hint of a server that we know is believed where nothing else tells', () => {
  const tool = {
    name: 'frob',
    inputSchema: writer.inputSchema,
    annotations: { readOnlyHint: true },
  };
  const looks = { ...tool, inputSchema: { type: 'object', properties: { path: { type: 'string' } } } };
  expect(toolEffects(looks, { launch: official, toolNames: [] })).toMatchObject({ effects: ['Read'] });
  expect(toolEffects(looks, { toolNames: [] })).toMatchObject({ effects: ['Unknown'] });
  expect(toolEffects(tool, { launch: official, toolNames: [] })).toMatchObject({ effects: ['Write'] });
});
