import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { toolEffects } from '../../policy/tool-effects.ts';
import { createPipelineRig, fakeTool, reading, type FakeTool } from '../pipeline-rig.test-support.ts';
import type { ResolvedTool } from '../resolved-tool.ts';

interface Places {
  readonly root: string;
  readonly own: string;
  readonly view: string;
}

/** A workspace and a view, and beside them what is none of the agent's business. */
function createPlaces(): Places {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-confine-')));
  const places = { root, own: path.join(root, 'ws/a'), view: path.join(root, 'run/views') };
  for (const place of [places.own, places.view, path.join(root, 'ws/ab')])
    mkdirSync(place, { recursive: true });
  writeFileSync(path.join(root, 'secret'), 'x');
  symlinkSync(path.join(root, 'secret'), path.join(places.own, 'link'));
  symlinkSync(root, path.join(places.own, 'out'));
  return places;
}

function toolOf(
  server: string,
  name: string,
  { own, view, root }: Places,
  more: Partial<ResolvedTool> = {},
): FakeTool {
  const launch = { command: 'npx', args: [server] };
  return fakeTool(name, {
    effects: toolEffects({ name, inputSchema: {} }, { launch, toolNames: [name] }),
    cwd: own,
    home: path.join(root, 'run/home'),
    folders: [own, view],
    ...more,
  });
}

const rigOf = (tool: FakeTool, { own }: Places) =>
  createPipelineRig([tool], { baseOf: () => own, home: '/home/someone' });

test.each<[string, (places: Places) => string]>([
  ['outside', () => '/etc/hostname'],
  ['beside its folders', ({ root }) => path.join(root, 'secret')],
  ['in a folder whose name begins like that of its own', ({ own }) => `${own}b/file`],
  ['in such a folder, relative', () => '../ab/file'],
  ['behind a link', () => 'link'],
  ['below a link', () => 'out/secret'],
  ['in its home directory', () => '~/file'],
  ['around its folders', () => '..'],
])('what lies %s is neither read nor written', async (_, given) => {
  const places = createPlaces();
  for (const [name, args] of [
    ['read_file', { path: given(places) }],
    ['read_multiple_files', { paths: ['mine.md', given(places)] }],
    ['write_file', { path: given(places), content: '' }],
    ['move_file', { source: 'mine.md', destination: given(places) }],
  ] as const) {
    const tool = toolOf('@agent-infra/mcp-server-filesystem', name, places);
    expect(await rigOf(tool, places).call(name, args)).toMatchObject({
      outcome: 'denied',
      error: { code: 'MG1512', hint: expect.stringContaining(places.own) },
    });
    expect(tool.calls).toEqual([]);
  }
});

test('what lies in one of its folders passes, by any spelling', async () => {
  const places = createPlaces();
  const tool = toolOf('@agent-infra/mcp-server-filesystem', 'read_file', places);
  const rig = rigOf(tool, places);
  for (const given of [
    'mine.md',
    './deep/../mine.md',
    'out/ws/a/mine.md',
    places.own,
    path.join(places.view, 'agent2.1/list.md'),
    path.relative(places.own, places.view),
  ])
    expect(await rig.call('read_file', { path: given })).toMatchObject({ outcome: 'ok' });
});

test('a path that points nowhere yet counts for where it would be', async () => {
  const places = createPlaces();
  symlinkSync(path.join(places.root, 'new'), path.join(places.own, 'dangling'));
  const tool = toolOf('@agent-infra/mcp-server-filesystem', 'write_file', places);
  const args = { path: 'dangling', content: '' };
  expect(await rigOf(tool, places).call('write_file', args)).toMatchObject({ outcome: 'denied' });
});

test('a tool whose paths nobody knows has each whole text looked at, and long ones left alone', async () => {
  const places = createPlaces();
  const tool = toolOf('@agent-infra/mcp-server-filesystem', 'look_around', places);
  const rig = rigOf(tool, places);
  expect(await rig.call('look_around', { where: '/etc' })).toMatchObject({ outcome: 'denied' });
  expect(await rig.call('look_around', { where: 'deep', text: 'x'.repeat(5_000) })).toMatchObject({
    outcome: 'ok',
  });
});

test('a server that sees to its folders itself is not looked at', async () => {
  const places = createPlaces();
  const tool = fakeTool('read_file', { effects: { ...reading, pathArguments: ['path'] } });
  expect(await rigOf(tool, places).call('read_file', { path: '/etc/hostname' })).toMatchObject({
    outcome: 'ok',
  });
});
