import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse-config.ts';
import type { StdioServerSpec } from '../../src/mcp/server-spec.ts';
import { knownServers } from '../../src/policy/known-servers.ts';
import { serverSpecs } from '../../src/runtime/server-specs.ts';
import { fileSpeech } from '../fixtures/file-speech.ts';
import { codeBlocks, codeWords, readPage, root, section, tableRows } from './pages.ts';

const page = readPage('docs/filesystem-servers.md');
const examples = codeBlocks(page, 'yaml');

function installed(): ReadonlyMap<string, string> {
  const file = path.join(root, 'test/servers/package.json');
  const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  const official = '@modelcontextprotocol/server-filesystem';
  const entry = createRequire(import.meta.url).resolve(`${official}/package.json`);
  const { version } = JSON.parse(readFileSync(entry, 'utf8')) as { version: string };
  return new Map([...Object.entries(dependencies), [official, version]]);
}

/** `package@version` taken apart. */
function split(word = ''): readonly [string, string] {
  const at = word.lastIndexOf('@');
  return [word.slice(0, at), word.slice(at + 1)];
}

/** The filesystem servers each agent of an example gets. */
function serversOf(text: string): readonly (readonly StdioServerSpec[])[] {
  const { config, diagnostics } = parseConfig(text, { format: 'yaml' });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const places = { workspace: '/ws', views: '/views', context: ['/docs'], home: '/home', cwd: '/' };
  return config.agents.map((agent) =>
    serverSpecs({ agent, filesystem: config.filesystem, ...places, environment: {} }).specs.filter(
      (spec) => spec.type === 'stdio',
    ),
  );
}

test('the examples are whole configs without a complaint', () => {
  expect(examples.length).toBeGreaterThan(3);
  for (const text of examples) {
    expect(parseConfig(text, { format: 'yaml', strict: true }).diagnostics).toEqual([]);
  }
});

test('the first one needs no server of its own', () => {
  const [first = ''] = examples;
  expect(serversOf(first).map((specs) => specs.map(({ name }) => name))).toEqual([
    ['filesystem'],
    ['filesystem'],
  ]);
});

test('the second one picks a server for all and one for one agent, and both are known', () => {
  const [, second = ''] = examples;
  const [[writer], [critic]] = serversOf(second) as [StdioServerSpec[], StdioServerSpec[]];
  expect(writer?.launch.args).toEqual(expect.arrayContaining(['--allowed-directories', '/ws', '/docs']));
  expect(critic?.launch.args.at(-1)).toBe('--no-onboarding');
  expect(critic?.launch.env['HOME']).toBe('/home');
});

test('the third one is told its folders where it names them', () => {
  const [, , third = ''] = examples;
  const [[own, ...beside] = []] = serversOf(third);
  expect(own?.launch.args).toEqual(['--root=/ws', '--read', '/views', '/docs']);
  expect(beside).toEqual([]);
});

test('the table of servers has those that the tests solve the demo on, in the versions that they install', () => {
  const rows = tableRows(section(page, '## What works on each')).filter((row) => row.length === 4);
  const solved = rows
    .filter(([, , task]) => task === 'solved')
    .map(([cell = '']) => split(codeWords(cell)[0]));
  expect(solved.map(([name]) => name).toSorted()).toEqual(Object.keys(fileSpeech).toSorted());
  for (const [name, version] of solved) expect(version).toBe(installed().get(name));
  const all = rows.map(([cell = '']) => split(codeWords(cell)[0])[0]);
  const known = knownServers.filter(({ directories }) => directories !== undefined).map(({ id }) => id);
  expect(all.toSorted()).toEqual(known.toSorted());
});

test('says which are held by a look at each path, and what is left out', () => {
  const rows = tableRows(section(page, '## What works on each'));
  for (const { id, leaks, withheld = [] } of knownServers) {
    const row = rows.find(([cell = '']) => cell.includes(`\`${id}@`));
    if (row === undefined) continue;
    expect(row.join().includes('MG1512')).toBe(leaks === true);
    if (withheld.length > 0) expect(page).toContain('`start_process`');
  }
});

test('the table of other servers has the versions that the tests install', () => {
  const rows = tableRows(section(page, '## Other servers that were tried'));
  const named = rows.flatMap(([, cell = '']) => codeWords(cell)).map(split);
  expect(named.length).toBeGreaterThan(5);
  for (const [name, version] of named) expect(version).toBe(installed().get(name));
});
