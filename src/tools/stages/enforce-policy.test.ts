import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentMcpLog } from '../../logging/mcp-log.ts';
import { createHubRig } from '../../mcp/hub-rig.test-support.ts';
import type { McpHub } from '../../mcp/mcp-hub.ts';
import { launchOf, oddServer } from '../../mcp/servers.test-support.ts';
import { toolEffects } from '../../policy/tool-effects.ts';
import {
  createPipelineRig,
  fakeTool,
  type FakeTool,
  type PipelineRig,
} from '../pipeline-rig.test-support.ts';
import type { ResolvedTool } from '../resolved-tool.ts';
import { createServerTools } from '../server-tools.ts';

const serverTools = (hub: McpHub): readonly ResolvedTool[] =>
  createServerTools({ servers: () => hub.of('writer'), log: silentMcpLog })();

interface Places {
  readonly home: string;
  readonly run: string;
  readonly view: string;
  readonly own: string;
  readonly other: string;
  readonly context: string;
  /** A file in a view, which must stay as it is. */
  readonly published: string;
}

/** A run with a view, two workspaces (this agent's own lies outside of the run) and a read-only folder of the user. */
function createPlaces(): Places {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-policy-')));
  const run = path.join(root, 'project/massgen_logs/log_1');
  const places = {
    home: root,
    run,
    view: path.join(run, 'views/agent2.1'),
    own: path.join(root, 'project/ws/a'),
    other: path.join(run, 'workspaces/agent2'),
    context: path.join(root, 'data'),
    published: path.join(run, 'views/agent2.1/notes.md'),
  };
  for (const place of [places.view, places.own, places.other, places.context])
    mkdirSync(place, { recursive: true });
  writeFileSync(places.published, 'as published');
  return places;
}

function rigOf(places: Places, tools: readonly FakeTool[], base = places.own): PipelineRig {
  return createPipelineRig(tools, {
    rulesOf: () => ({
      roots: [places.run, places.other, places.context],
      writable: base === places.own ? [places.own] : [],
    }),
    baseOf: () => base,
    home: places.home,
  });
}

const entry = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js');

function official(name: string, { own, run, context }: Places): FakeTool {
  const launch = { command: 'node', args: [entry, own, path.join(run, 'views'), context] };
  return fakeTool(name, {
    effects: toolEffects({ name, inputSchema: {} }, { launch, toolNames: [name] }),
    cwd: own,
  });
}

describe('the official filesystem server', () => {
  test('reads everywhere', async () => {
    const places = createPlaces();
    const tool = official('read_text_file', places);
    const rig = rigOf(places, [tool]);
    for (const file of [places.published, path.join(places.other, 'x'), path.join(places.context, 'x')]) {
      expect(await rig.call('read_text_file', { path: file })).toMatchObject({ outcome: 'ok' });
    }
    expect(tool.calls).toHaveLength(3);
  });

  test.each<[string, (places: Places) => string]>([
    ['an absolute path', ({ own }) => path.join(own, 'deep/new/file')],
    ['a relative path', () => 'notes.md'],
    ['a path with dots', ({ own }) => `${own}/../a/./notes.md`],
    ['a name that looks like a view', () => 'views/agent2.1/notes.md'],
  ])('writes to its own workspace by %s', async (_, given) => {
    const places = createPlaces();
    const tool = official('write_file', places);
    expect(await rigOf(places, [tool]).call('write_file', { path: given(places) })).toMatchObject({
      outcome: 'ok',
    });
  });

  test.each<[string, (places: Places) => string]>([
    ['a view', ({ published }) => published],
    ['a view, with dots', ({ own, run }) => `${own}/${path.relative(own, run)}/views/agent2.1/notes.md`],
    ['a view, relative', ({ own, published }) => path.relative(own, published)],
    ['a view, relative to another directory of the server', () => '../views/agent2.1/notes.md'],
    ['a view, through the home directory', ({ home, published }) => `~/${path.relative(home, published)}`],
    ['a view, in a path longer than any', ({ published }) => `${'/x/..'.repeat(2_000)}${published}`],
    ['a new file in a view', ({ view }) => path.join(view, 'new/deep/file')],
    ['the journal', ({ run }) => path.join(run, 'journal.jsonl')],
    ['the workspace of another', ({ other }) => path.join(other, 'file')],
    ['a read-only folder of the user', ({ context }) => path.join(context, 'file')],
    ['a read-only folder of the user, relative', () => '../data/file'],
    ['a link to a view', ({ own, view }) => link(view, path.join(own, 'link'))],
    [
      'a file below a link to a view',
      ({ own, view }) => path.join(link(view, path.join(own, 'link')), 'file'),
    ],
    [
      'a link to a link',
      ({ own, view }) => link('first', path.join(own, 'second'), link(view, path.join(own, 'first'))),
    ],
    [
      'a link to a file that is not there yet',
      ({ own, view }) => link(path.join(view, 'new'), path.join(own, 'link')),
    ],
  ])('is not let near %s', async (_, given) => {
    const places = createPlaces();
    for (const name of ['write_file', 'edit_file', 'create_directory']) {
      const tool = official(name, places);
      const rig = rigOf(places, [tool]);
      const args = { path: given(places), content: '', edits: [] };
      expect(await rig.call(name, args)).toMatchObject({
        outcome: 'denied',
        error: { code: 'MG1505', hint: expect.stringContaining(places.own) },
      });
      expect(tool.calls).toEqual([]);
      expect(rig.told()).toEqual(['started', 'finished denied']);
    }
  });

  test('may move neither out of a view nor into one, nor what is around it', async () => {
    const places = createPlaces();
    const tool = official('move_file', places);
    const rig = rigOf(places, [tool]);
    const mine = path.join(places.own, 'mine');
    for (const [source, destination] of [
      [places.published, mine],
      [mine, places.published],
      [path.dirname(places.run), mine],
    ]) {
      expect(await rig.call('move_file', { source, destination })).toMatchObject({ outcome: 'denied' });
    }
    expect(tool.calls).toEqual([]);
    expect(await rig.call('move_file', { source: mine, destination: `${mine}2` })).toMatchObject({
      outcome: 'ok',
    });
  });

  test('is not asked about a path with a null character', async () => {
    const places = createPlaces();
    const tool = official('write_file', places);
    expect(
      await rigOf(places, [tool]).call('write_file', { path: `${places.published}\0.md` }),
    ).toMatchObject({
      outcome: 'denied',
      error: { code: 'MG1503' },
    });
    expect(tool.calls).toEqual([]);
  });

  test('text that is no path may say anything', async () => {
    const places = createPlaces();
    const tool = official('write_file', places);
    const args = { path: 'notes.md', content: `see ${places.published}` };
    expect(await rigOf(places, [tool]).call('write_file', args)).toMatchObject({ outcome: 'ok' });
  });

  test('for real: what its tricks lead to is refused before it is asked, and the view stays as it was', async () => {
    const places = createPlaces();
    const { hub, call: bareCall } = createHubRig();
    const views = path.join(places.run, 'views');
    const launch = launchOf('', { args: [entry, places.own, views, places.context], cwd: places.own });
    await hub.start(
      [oddServer('filesystem', { launch: { ...launch, env: { ...launch.env, HOME: places.home } } })],
      new AbortController().signal,
    );
    const rig = createPipelineRig(serverTools(hub), {
      rulesOf: () => ({ roots: [places.run, places.context], writable: [places.own] }),
      baseOf: () => places.own,
      home: places.home,
    });
    const write = (given: string): Promise<unknown> =>
      rig.call('mcp__filesystem__write_file', { path: given, content: 'changed' });
    // Each of these would be carried out by the server.
    for (const given of [
      places.published,
      '../views/agent2.1/notes.md',
      `~/${path.relative(places.home, places.published)}`,
      path.join(link(places.view, path.join(places.own, 'link')), 'notes.md'),
    ]) {
      const bare = await bareCall('filesystem', { tool: 'get_file_info', args: { path: given } });
      expect(bare.outcome).toBe('ok');
      expect(await write(given)).toMatchObject({ outcome: 'denied' });
    }
    expect(readFileSync(places.published, 'utf8')).toBe('as published');
    expect(await write('mine.md')).toMatchObject({ outcome: 'ok' });
    expect(readFileSync(path.join(places.own, 'mine.md'), 'utf8')).toBe('changed');
    await hub.close();
  });
});

describe('a server that is known by its profile', () => {
  const shtse8 = (name: string, places: Places): FakeTool =>
    fakeTool(name, {
      effects: toolEffects(
        { name, inputSchema: {} },
        { launch: { command: 'npx', args: ['@shtse8/filesystem-mcp'] }, toolNames: [name] },
      ),
      cwd: places.own,
    });

  test('has its paths found in lists of objects', async () => {
    const places = createPlaces();
    const tool = shtse8('write_content', places);
    const rig = rigOf(places, [tool]);
    const away = path.relative(places.own, places.published);
    const mine = { path: 'mine.md', content: `see ${places.published}` };
    expect(await rig.call('write_content', { items: [mine] })).toMatchObject({ outcome: 'ok' });
    for (const items of [[mine, { path: away, content: '' }], { path: away }]) {
      expect(await rig.call('write_content', { items })).toMatchObject({ outcome: 'denied' });
    }
    expect(tool.calls).toHaveLength(1);
  });

  test('is held to both meanings of a path that begins like the home directory', async () => {
    const places = createPlaces();
    link(places.view, path.join(places.own, 'link'));
    const tool = shtse8('delete_items', places);
    const rig = rigOf(places, [tool]);
    for (const given of ['~/../link/notes.md', `~/${path.relative(places.home, places.published)}`]) {
      expect(await rig.call('delete_items', { paths: [given] })).toMatchObject({ outcome: 'denied' });
    }
    expect(tool.calls).toEqual([]);
  });
});

describe('a tool whose effects are guessed', () => {
  const text = { type: 'string' };
  const guessed = (name: string, properties: Readonly<Record<string, unknown>>): FakeTool => {
    const inputSchema = { type: 'object', properties };
    return fakeTool(name, {
      inputSchema,
      effects: toolEffects({ name, inputSchema }, { toolNames: [name] }),
    });
  };

  test('may write what it likes, but not where it likes', async () => {
    const places = createPlaces();
    const tool = guessed('create_note', { file: text, content: {}, heading: text });
    const rig = rigOf(places, [tool]);
    const content = `see ${places.published}`;
    expect(await rig.call('create_note', { file: 'mine.md', content })).toMatchObject({ outcome: 'ok' });
    for (const args of [
      { file: places.published },
      { heading: places.published },
      { content: { at: places.published } },
    ]) {
      expect(await rig.call('create_note', { file: 'mine.md', ...args })).toMatchObject({
        outcome: 'denied',
      });
    }
  });

  test('is judged by the call where an argument says what it does', async () => {
    const places = createPlaces();
    const tool = guessed('git_tag', { path: text, mode: { enum: ['list', 'create'] } });
    const rig = rigOf(places, [tool]);
    const args = { path: places.view };
    expect(await rig.call('git_tag', { ...args, mode: 'list' })).toMatchObject({ outcome: 'ok' });
    expect(await rig.call('git_tag', { ...args, mode: 'create' })).toMatchObject({ outcome: 'denied' });
    expect(await rig.call('git_tag', args)).toMatchObject({ outcome: 'denied' });
  });
});

describe('a tool that we do not know', () => {
  test.each<[string, (places: Places) => unknown]>([
    ['as an argument', ({ published }) => ({ file: published })],
    ['deep inside', ({ published }) => ({ options: [{ targets: { first: [published] } }] })],
    ['as a key', ({ published }) => ({ files: { [published]: 'new content' } })],
    ['relative', ({ own, published }) => ({ file: path.relative(own, published) })],
    ['with dots', ({ own, run }) => ({ file: `${own}/../../massgen_logs/${path.basename(run)}/views` })],
    ['from the home directory', ({ home, run }) => ({ file: `~/${path.relative(home, run)}` })],
    ['as an address', ({ published }) => ({ uri: `file://${published}` })],
    ['encoded', ({ published }) => ({ uri: encodeURIComponent(published) })],
    ['in a shell command', ({ published }) => ({ command: `cd /tmp && rm -f "${published}"` })],
    [
      'in a shell command, relative',
      ({ own, run }) => ({ command: `rm -rf ${path.relative(own, run)}/views` }),
    ],
    [
      'out of its own workspace again',
      ({ own, run }) => ({ command: `rm -rf ${own}/${path.relative(own, run)}/views` }),
    ],
    ['inside JSON', ({ published }) => ({ body: JSON.stringify({ path: published }) })],
    ['behind a null character', ({ published }) => ({ file: `x\0${published}` })],
    ['through a link', ({ own, view }) => ({ file: link(view, path.join(own, 'link')) })],
    [
      'through a link, by its name alone',
      ({ own, view }) => (link(view, path.join(own, 'link')), { file: 'link' }),
    ],
    ['in the middle of a long text', ({ published }) => ({ text: `${'word '.repeat(5_000)}${published}` })],
  ])('is not called with a protected path %s', async (_, args) => {
    const places = createPlaces();
    const tool = fakeTool('act', { cwd: places.own });
    const rig = rigOf(places, [tool]);
    expect(await rig.call('act', args(places))).toMatchObject({
      outcome: 'denied',
      error: { code: 'MG1505' },
    });
    expect(tool.calls).toEqual([]);
  });

  test.each<[string, (places: Places) => unknown]>([
    ['its own workspace', ({ own }) => ({ file: path.join(own, 'a'), command: `cat ${own}/b > ./c` })],
    ['words', () => ({ city: 'Paris', text: 'and/or 50% off' })],
    ['addresses of the network', () => ({ url: 'https://example.org/views/agent2.1/notes.md' })],
    ['nothing', () => ({})],
    ['other things than text', () => ({ count: 3, deep: [true, null, 1.5] })],
    ['an empty text', () => ({ text: '' })],
  ])('may be called with %s', async (_, args) => {
    const places = createPlaces();
    const tool = fakeTool('act', { cwd: places.own });
    expect(await rigOf(places, [tool]).call('act', args(places))).toMatchObject({ outcome: 'ok' });
  });

  test('may be called with words where the agent has no workspace and the current directory is protected', async () => {
    const places = createPlaces();
    writeFileSync(path.join(places.context, 'README'), '');
    const tool = fakeTool('act', { cwd: places.context });
    const rig = rigOf(places, [tool], places.context);
    expect(await rig.call('act', { city: 'Paris' })).toMatchObject({ outcome: 'ok' });
    expect(await rig.call('act', { file: 'README' })).toMatchObject({ outcome: 'denied' });
    expect(await rig.call('act', { file: './new' })).toMatchObject({
      outcome: 'denied',
      error: { hint: 'You have no workspace to write into.' },
    });
  });

  test('is judged by where its server runs, too', async () => {
    const places = createPlaces();
    const tool = fakeTool('act', { cwd: path.dirname(places.run) });
    expect(await rigOf(places, [tool]).call('act', { file: 'log_1/journal.jsonl' })).toMatchObject({
      outcome: 'denied',
    });
  });

  test('gains nothing from the names of official tools when it writes', async () => {
    const { hub } = createHubRig();
    const places = createPlaces();
    await hub.start([oddServer('impostor')], new AbortController().signal);
    const rig = createPipelineRig(serverTools(hub), {
      rulesOf: () => ({ roots: [places.run], writable: [places.own] }),
      baseOf: () => places.own,
      home: places.home,
    });
    expect(await rig.call('mcp__impostor__write_file', { path: places.published })).toMatchObject({
      outcome: 'denied',
    });
    expect(rig.journal.events[0]).toMatchObject({ type: 'tool.call.started', effects: [] });
    await rig.call('mcp__impostor__write_file', { path: 'mine' });
    expect(rig.journal.events[2]).toMatchObject({ type: 'tool.call.started', effects: ['Unknown'] });
    await hub.close();
  });
});

describe('what is hidden', () => {
  function hiddenRig(places: Places, tools: readonly FakeTool[]): PipelineRig {
    return createPipelineRig(tools, {
      rulesOf: () => ({
        roots: [places.run],
        writable: [places.own],
        hidden: [path.dirname(places.run), places.other],
        shown: [path.join(places.run, 'views'), places.own],
      }),
      baseOf: () => places.own,
      home: places.home,
    });
  }

  test('is not read by a tool whose paths are known, through no link and no spelling', async () => {
    const places = createPlaces();
    writeFileSync(path.join(places.run, 'journal.jsonl'), 'all of it');
    symlinkSync(places.run, path.join(places.own, 'link'));
    const tool = official('read_text_file', places);
    const rig = hiddenRig(places, [tool]);
    for (const given of [
      path.join(places.run, 'journal.jsonl'),
      path.join(places.other, 'theirs.md'),
      path.dirname(places.run),
      '../../massgen_logs/log_1/journal.jsonl',
      'link/journal.jsonl',
    ]) {
      const result = await rig.call('read_text_file', { path: given });
      expect(result, given).toMatchObject({ outcome: 'denied', error: { code: 'MG1515' } });
    }
    for (const given of [places.published, 'notes.md', path.join(places.home, 'project/README.md')])
      expect(await rig.call('read_text_file', { path: given }), given).toMatchObject({ outcome: 'ok' });
  });
});

test('roots may be given through links', async () => {
  const places = createPlaces();
  const alias = link(places.run, path.join(places.home, 'logs'));
  const tool = fakeTool('act');
  const rig = createPipelineRig([tool], {
    rulesOf: () => ({ roots: [alias], writable: [] }),
    baseOf: () => places.own,
    home: places.home,
  });
  for (const file of [places.published, path.join(alias, 'journal.jsonl')]) {
    expect(await rig.call('act', { file })).toMatchObject({ outcome: 'denied' });
  }
});

test('what cannot be resolved is refused', async () => {
  const places = createPlaces();
  link('b', path.join(places.own, 'a'), link('a', path.join(places.own, 'b')));
  const tool = fakeTool('act');
  expect(await rigOf(places, [tool]).call('act', { file: 'a' })).toMatchObject({
    outcome: 'denied',
    error: { code: 'MG1506' },
  });
  expect(tool.calls).toEqual([]);
});

test('the refusal names what was given, never what it leads to', async () => {
  const places = createPlaces();
  const tool = fakeTool('act');
  link(places.other, path.join(places.own, 'innocent'));
  const { error } = await rigOf(places, [tool]).call('act', { file: 'innocent' });
  expect(error?.message).toContain('innocent');
  expect(JSON.stringify(error)).not.toContain(places.other);
});

function link(target: string, at: string, ..._before: string[]): string {
  try {
    symlinkSync(target, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return at;
}
