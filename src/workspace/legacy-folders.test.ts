import { appendFileSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { contentOf, digestOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { createLegacyFolders, type LegacyFolders } from './legacy-folders.ts';
import { createViews } from './views.ts';
import { createWorkspaceRegistry } from './workspace-registry.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';

interface Place {
  readonly base: string;
  readonly storage: string;
  readonly temporary: string;
  folders(run: string, agents?: readonly string[]): LegacyFolders;
  /** That of the newest answer. */
  snapshot(): string;
  /** An answer of agent `ann` with one file. */
  answer(
    folders: LegacyFolders,
    number: number,
    files: Readonly<Record<string, string>>,
  ): Promise<readonly WorkspaceWarning[]>;
}

function place(): Place {
  const base = temporaryDirectory();
  const project = join(base, 'home/project');
  const logs = join(project, 'massgen_logs');
  const storage = join(project, 'snapshots');
  const temporary = join(project, 'temp');
  mkdirSync(project, { recursive: true });
  const clock = { ...systemClock, now: () => Date.UTC(2026, 10, 22, 14, 30, 5) };
  const store = createContentSnapshotStore({ directory: join(logs, '.store/snapshots') });
  let newest = '';
  return {
    base,
    storage,
    temporary,
    snapshot: () => newest,
    folders: (run, agents = ['ann', 'bob']) =>
      createLegacyFolders({
        store,
        registry: createWorkspaceRegistry({ logsDirectory: logs, clock, warn: () => undefined }),
        places: { project, home: join(base, 'home'), logs },
        run,
        clock,
        isRunLive: () => false,
        snapshotStorage: storage,
        agentTemporaryWorkspace: temporary,
        agents,
        workspaces: [join(project, 'ws/ann')],
      }),
    async answer(folders, number, files) {
      const workspace = join(base, `ws${number}`);
      mkdirSync(workspace);
      writeFiles(workspace, files);
      const { id } = await store.publish(workspace);
      newest = id;
      const views = createViews({ store, directory: join(logs, 'r1/views'), aside: join(logs, 'r1/aside') });
      const view = await views.publish({ label: `agent2.${number}`, snapshot: id, author: 'ann' });
      return folders.show({ agent: 'ann', alias: 'agent2', snapshot: id, view });
    },
  };
}

const archive = '.massgen-archive/ann/20261122T143005Z';
const warned = (name: keyof typeof workspaceErrors): unknown =>
  expect.objectContaining({ code: workspaceErrors[name].code });

test('hold the newest files of an agent, and lead every agent to the newest view', async () => {
  const at = place();
  const folders = at.folders('r1');
  expect(await at.answer(folders, 1, { 'a.txt': 'one', 'dir/b.txt': 'two' })).toEqual([]);
  expect(await at.answer(folders, 2, { 'c.txt': 'three' })).toEqual([]);
  expect(contentOf(at.storage)).toEqual({ ann: 'dir', 'ann/c.txt': 'file three' });
  const views = join(at.base, 'home/project/massgen_logs/r1/views');
  expect(contentOf(at.temporary)).toEqual({
    ann: 'dir',
    'ann/agent2': `link ${views}/agent2.2`,
    bob: 'dir',
    'bob/agent2': `link ${views}/agent2.2`,
  });
});

test('a later run replaces what an earlier one left, moving the copy aside', async () => {
  const at = place();
  await at.answer(at.folders('r1'), 1, { 'a.txt': 'one' });
  expect(await at.answer(at.folders('r2'), 2, { 'a.txt': 'two' })).toEqual([]);
  expect(contentOf(at.storage)).toMatchObject({ 'ann/a.txt': 'file two', [`${archive}/a.txt`]: 'file one' });
});

test('are there and empty when a run begins; what an earlier team left is moved aside', async () => {
  const at = place();
  const first = at.folders('r1');
  expect(await first.prepare()).toEqual([]);
  expect(contentOf(at.storage)).toEqual({ ann: 'dir', bob: 'dir' });
  expect(contentOf(at.temporary)).toEqual({ ann: 'dir', bob: 'dir' });
  await at.answer(first, 1, { 'a.txt': 'one' });
  writeFiles(at.temporary, { 'bob/notes.txt': 'mine' });
  symlinkSync('/etc', join(at.temporary, 'bob/etc'));
  expect(await at.folders('r2', ['bob', 'cid']).prepare()).toEqual([]);
  expect(contentOf(at.storage)).toMatchObject({ bob: 'dir', cid: 'dir', [`${archive}/a.txt`]: 'file one' });
  expect(Object.keys(contentOf(at.storage))).not.toContain('ann');
  expect(contentOf(at.temporary)).toEqual({
    bob: 'dir',
    'bob/etc': 'link /etc',
    'bob/notes.txt': 'file mine',
    cid: 'dir',
  });
});

test('of one agent that are in the way of something foreign do not keep those of others from being used', async () => {
  const at = place();
  await at.folders('r1', ['ann']).prepare();
  writeFiles(at.storage, { 'bob/thesis.txt': 'years of work' });
  const folders = at.folders('r2');
  expect(await folders.prepare()).toEqual([warned('folderNotOurs')]);
  expect(await at.answer(folders, 1, { 'a.txt': 'one' })).toEqual([]);
  expect(contentOf(at.storage)).toMatchObject({
    'ann/a.txt': 'file one',
    'bob/thesis.txt': 'file years of work',
  });
});

test('the final files have a place of their own, unless an agent has that name', async () => {
  const at = place();
  for (const [run, agents] of [
    ['r1', ['ann', 'bob']],
    ['r2', ['ann', 'final']],
  ] as const) {
    const folders = at.folders(run, agents);
    await folders.prepare();
    await at.answer(folders, run === 'r1' ? 1 : 2, { 'a.txt': run });
    const { snapshot } = at;
    expect(await folders.showFinal({ agent: 'ann', snapshot: snapshot() })).toEqual([]);
    const content = contentOf(at.storage);
    expect(content).toMatchObject({ 'ann/a.txt': `file ${run}` });
    expect(content['final/ann/a.txt']).toBe(run === 'r1' ? 'file r1' : undefined);
  }
});

describe('what somebody put into a copy is kept', () => {
  test.each([
    [
      'a changed file',
      (copy: string) => appendFileSync(join(copy, 'a.txt'), ' and more'),
      'a.txt',
      'file one and more',
    ],
    ['a new file', (copy: string) => writeFiles(copy, { 'dir/new.txt': 'mine' }), 'dir/new.txt', 'file mine'],
    ['a history', (copy: string) => writeFiles(copy, { '.git/HEAD': 'mine' }), '.git/HEAD', 'file mine'],
    [
      'an installed package',
      (copy: string) => writeFiles(copy, { 'node_modules/m/': '' }),
      'node_modules/m',
      'dir',
    ],
  ])('%s', async (_, put, path, content) => {
    const at = place();
    const folders = at.folders('r1');
    await at.answer(folders, 1, { 'a.txt': 'one', 'dir/b.txt': 'two' });
    put(join(at.storage, 'ann'));
    expect(await at.answer(folders, 2, { 'c.txt': 'three' })).toEqual([]);
    expect(contentOf(at.storage)).toMatchObject({
      [`${archive}/${path}`]: content,
      [`${archive}/dir/b.txt`]: 'file two',
      'ann/c.txt': 'file three',
    });
  });
});

describe('what is not ours stays and is told', () => {
  test('a folder with files', async () => {
    const at = place();
    writeFiles(at.storage, { 'ann/mine.txt': 'mine' });
    writeFiles(at.temporary, { 'mine.txt': 'mine' });
    const before = [digestOf(at.storage), digestOf(at.temporary)];
    const warnings = await at.answer(at.folders('r1'), 1, { 'a.txt': 'one' });
    expect(warnings).toEqual([warned('folderNotOurs'), warned('folderNotOurs')]);
    expect(warnings[0]?.message).toMatch(/snapshots/u);
    expect([digestOf(at.storage), digestOf(at.temporary)]).toEqual(before);
  });

  test('a directory, a file or a link in a folder of ours', async () => {
    const at = place();
    const folders = at.folders('r1');
    mkdirSync(at.storage);
    mkdirSync(at.temporary);
    await at.answer(folders, 1, {});
    for (const name of ['ann', 'bob']) expect(contentOf(at.temporary)[`${name}/agent2`]).toMatch(/^link /u);
    const other = at.folders('r2');
    // An agent of another name meets what somebody put there.
    writeFiles(at.storage, { 'carl/mine.txt': 'mine', dora: 'mine' });
    symlinkSync(at.base, join(at.storage, 'eve'));
    symlinkSync(at.base, join(at.temporary, 'bob/agent7'));
    const before = digestOf(at.storage);
    const view = join(at.base, 'nowhere');
    for (const agent of ['carl', 'dora', 'eve']) {
      expect(await other.show({ agent, alias: 'agent7', snapshot: '0'.repeat(64), view })).toEqual([
        warned('folderNotOurs'),
        warned('folderNotOurs'),
      ]);
    }
    expect(digestOf(at.storage)).toBe(before);
    expect(readlinkSync(join(at.temporary, 'bob/agent7'))).toBe(at.base);
  });

  test('a folder in or around a workspace', async () => {
    const at = place();
    const inside = createLegacyFolders({
      ...optionsOf(at),
      snapshotStorage: join(at.base, 'home/project/ws'),
      agentTemporaryWorkspace: join(at.base, 'home/project/ws/ann/temp'),
    });
    expect(await at.answer(inside, 1, { 'a.txt': 'one' })).toEqual([
      warned('folderNotOurs'),
      warned('folderNotOurs'),
    ]);
  });

  test('an agent whose name is a path', async () => {
    const at = place();
    const show = { agent: '../ann', alias: 'agent1', snapshot: '0'.repeat(64), view: '/nowhere' };
    expect(await at.folders('r1').show(show)).toEqual([warned('folderFailed')]);
  });
});

function optionsOf(at: Place): Parameters<typeof createLegacyFolders>[0] {
  const project = join(at.base, 'home/project');
  const logs = join(project, 'massgen_logs');
  return {
    store: createContentSnapshotStore({ directory: join(logs, '.store/snapshots') }),
    registry: createWorkspaceRegistry({ logsDirectory: logs, clock: systemClock, warn: () => undefined }),
    places: { project, home: join(at.base, 'home'), logs },
    run: 'r1',
    clock: systemClock,
    isRunLive: () => false,
    agents: ['ann', 'bob'],
    workspaces: [join(project, 'ws/ann')],
  };
}
