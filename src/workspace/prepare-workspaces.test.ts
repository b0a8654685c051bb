import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { adoptWorkspace } from './adopt-workspace.ts';
import {
  contentOf,
  digestOf,
  handOver,
  nobody,
  temporaryDirectory,
  writeFiles,
} from './file-tree.test-support.ts';
import {
  prepareWorkspaces,
  type PreparedWorkspace,
  reopenWorkspaces,
  type WorkspaceContext,
} from './prepare-workspaces.ts';
import { createWorkspaceRegistry } from './workspace-registry.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';

interface Place {
  readonly base: string;
  readonly project: string;
  readonly logs: string;
  readonly warnings: readonly WorkspaceWarning[];
  /** Runs that a process works on; a run that prepares is among them until it is taken out. */
  readonly live: Set<string>;
  context(run: string): WorkspaceContext;
  /** Prepares for a run that goes on. Agents are named a, b, … */
  prepare(run: string, ...paths: readonly string[]): Promise<readonly PreparedWorkspace[]>;
}

const start = Date.UTC(2026, 10, 22, 14, 30, 5);

function place(): Place {
  const base = temporaryDirectory();
  const project = join(base, 'home', 'project');
  const logs = join(project, 'massgen_logs');
  mkdirSync(project, { recursive: true });
  const warnings: WorkspaceWarning[] = [];
  const live = new Set<string>();
  const clock = { ...systemClock, now: () => start };
  const warn = (warning: WorkspaceWarning): void => void warnings.push(warning);
  const context = (run: string): WorkspaceContext => ({
    registry: createWorkspaceRegistry({ logsDirectory: logs, clock, warn }),
    places: { project, home: join(base, 'home'), logs, runWorkspaces: join(logs, run, 'workspaces') },
    run,
    clock,
    isRunLive: (id) => live.has(id),
  });
  return {
    base,
    project,
    logs,
    warnings,
    live,
    context,
    prepare(run, ...paths) {
      live.add(run);
      return prepareWorkspaces(requests(paths), context(run));
    },
  };
}

const requests = (paths: readonly string[]): readonly { agent: string; path: string }[] =>
  paths.map((path, index) => ({ agent: 'abcdefgh'[index] ?? '', path }));
const refusedAs = (name: keyof typeof workspaceErrors): unknown =>
  expect.objectContaining({ code: workspaceErrors[name].code, exitCode: 2 });

describe('what becomes a workspace', () => {
  test('a directory that is missing is made, with its parents', async () => {
    const at = place();
    expect(await at.prepare('r1', 'ws/deep/a', join(at.base, 'elsewhere'))).toEqual([
      {
        agent: 'a',
        given: join(at.project, 'ws/deep/a'),
        path: join(at.project, 'ws/deep/a'),
        created: true,
      },
      { agent: 'b', given: join(at.base, 'elsewhere'), path: join(at.base, 'elsewhere'), created: true },
    ]);
    expect(readdirSync(join(at.project, 'ws/deep/a'))).toEqual([]);
  });

  test('a directory that is empty is used, and is ours from then on', async () => {
    const at = place();
    mkdirSync(join(at.project, 'ws'));
    expect(await at.prepare('r1', 'ws')).toMatchObject([{ created: false }]);
    writeFiles(at.project, { 'ws/a.txt': 'of the run' });
    at.live.delete('r1');
    expect(await at.prepare('r2', 'ws')).toMatchObject([{ created: false, archived: expect.any(String) }]);
  });

  test('one that is ours and idle has all its content moved beside it, and is empty', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    const files = { 'a.txt': 'one', '.hidden/b': 'two', '.git/config': 'three' };
    writeFiles(join(at.project, 'ws'), files);
    symlinkSync('/etc', join(at.project, 'ws/link'));
    writeFileSync(Buffer.concat([Buffer.from(join(at.project, 'ws/bad-')), Buffer.from([0xff])]), 'x');
    execFileSync('mkfifo', [join(at.project, 'ws/pipe')]);
    const before = execFileSync('find', ['ws', '-printf', '%P %i\\n'], {
      cwd: at.project,
      encoding: 'latin1',
    });
    at.live.delete('r1');

    const [prepared] = await at.prepare('r2', 'ws');

    expect(prepared?.archived).toBe(join(at.project, '.massgen-archive/ws/20261122T143005Z'));
    expect(readdirSync(join(at.project, 'ws'))).toEqual([]);
    const after = execFileSync('find', [prepared?.archived ?? '', '-printf', '%P %i\\n'], {
      encoding: 'latin1',
    });
    expect(after.split('\n').slice(1).toSorted()).toEqual(before.split('\n').slice(1).toSorted());
  });

  test('each archive has a name of its own, in the same second too', async () => {
    const at = place();
    for (const run of ['r1', 'r2', 'r3']) {
      await at.prepare(run, 'ws');
      writeFiles(at.project, { 'ws/a.txt': run });
      at.live.delete(run);
    }
    await at.prepare('r4', 'ws');
    expect(contentOf(join(at.project, '.massgen-archive/ws'))).toEqual({
      '20261122T143005Z': 'dir',
      '20261122T143005Z/a.txt': 'file r1',
      '20261122T143005Z_2': 'dir',
      '20261122T143005Z_2/a.txt': 'file r2',
      '20261122T143005Z_3': 'dir',
      '20261122T143005Z_3/a.txt': 'file r3',
    });
  });

  test('a link is resolved: the workspace is where it leads', async () => {
    const at = place();
    mkdirSync(join(at.base, 'real'));
    symlinkSync(join(at.base, 'real'), join(at.project, 'link'));
    expect(await at.prepare('r1', 'link/a', 'link/b')).toMatchObject([
      { given: join(at.project, 'link/a'), path: join(at.base, 'real/a') },
      { path: join(at.base, 'real/b') },
    ]);
  });

  test('a directory of the run itself is made without being entered in the list', async () => {
    const at = place();
    const path = join(at.logs, 'r1/workspaces/agent1');
    expect(await at.prepare('r1', path)).toMatchObject([{ path, created: true }]);
    expect(existsSync(join(at.logs, 'workspaces.json'))).toBe(false);
  });
});

describe('what is refused, and stays untouched', () => {
  test('a directory with files that are not ours, naming the ways out', async () => {
    const at = place();
    writeFiles(at.project, { 'mine/a.txt': '1', 'mine/b/c.txt': '2' });
    const before = digestOf(join(at.project, 'mine'));
    const refused = at.prepare('r1', 'mine');
    await expect(refused).rejects.toEqual(refusedAs('notOurs'));
    await expect(refused).rejects.toThrow(/agent a, .*\/mine: it holds "a.txt", "b"/u);
    await expect(refused).rejects.toMatchObject({
      hint: expect.stringMatching(/cwd.*context_paths.*massgen workspace adopt DIR/u) as string,
    });
    expect(digestOf(join(at.project, 'mine'))).toBe(before);
  });

  test('the root, home, project, logs and what lies around them, however it is spelled', async () => {
    const at = place();
    const { base, project } = at;
    symlinkSync(project, join(base, 'to-project'));
    symlinkSync('/', join(base, 'to-root'));
    const before = digestOf(base);
    const refusals: readonly (readonly [string, keyof typeof workspaceErrors])[] = [
      ['/', 'isRoot'],
      ['//', 'isRoot'],
      ['../../../../../../../../../..', 'isRoot'],
      [join(base, 'to-root'), 'isRoot'],
      [join(base, 'home'), 'holdsHome'],
      ['..', 'holdsHome'],
      [base, 'holdsHome'],
      [`${base}/home/project/../`, 'holdsHome'],
      ['', 'holdsProject'],
      ['.', 'holdsProject'],
      [join(base, 'to-project'), 'holdsProject'],
      [join(base, 'to-project/massgen_logs'), 'holdsLogs'],
      ['massgen_logs', 'holdsLogs'],
      ['massgen_logs/.store', 'holdsLogs'],
      ['massgen_logs/.store/snapshots/x', 'holdsLogs'],
      ['massgen_logs/r1', 'holdsLogs'],
      ['massgen_logs/r1/workspaces', 'holdsLogs'],
      ['massgen_logs/r1/views/agent1.1', 'holdsLogs'],
      ['massgen_logs/r2/workspaces/agent1', 'holdsLogs'],
      ['massgen_logs/r1/workspaces-x/agent1', 'holdsLogs'],
    ];
    for (const [path, error] of refusals) {
      await expect(at.prepare('r1', path), path).rejects.toEqual(refusedAs(error));
    }
    rmSync(at.logs, { recursive: true });
    expect(digestOf(base).replaceAll(/(\S+) \d+ \d+ \d+ \d+ \d+ \d+/gu, '$1')).toBe(
      before.replaceAll(/(\S+) \d+ \d+ \d+ \d+ \d+ \d+/gu, '$1'),
    );
  });

  test('a directory above the logs, where they lie elsewhere', async () => {
    const at = place();
    const logs = join(at.base, 'data/massgen_logs');
    const context = at.context('r1');
    const places = { ...context.places, logs };
    await expect(
      prepareWorkspaces(requests([join(at.base, 'data')]), { ...context, places }),
    ).rejects.toEqual(refusedAs('holdsLogs'));
  });

  test('what is no directory or cannot be one', async () => {
    const at = place();
    writeFiles(at.project, { file: 'mine', 'closed/': '' });
    symlinkSync('nowhere', join(at.project, 'dangling'));
    symlinkSync('loop', join(at.project, 'loop'));
    symlinkSync('file', join(at.project, 'to-file'));
    execFileSync('mkfifo', [join(at.project, 'pipe')]);
    const refusals: readonly (readonly [string, keyof typeof workspaceErrors])[] = [
      ['file', 'notDirectory'],
      ['to-file', 'notDirectory'],
      ['pipe', 'notDirectory'],
      ['file/below', 'unusable'],
      ['dangling', 'unusable'],
      ['dangling/below', 'unusable'],
      ['loop', 'unusable'],
      ['x'.repeat(300), 'unusable'],
      [`new/${'x'.repeat(300)}`, 'unusable'],
      [`${'deep/'.repeat(1_000)}x`, 'unusable'],
      ['nul\0name', 'unusable'],
    ];
    for (const [path, error] of refusals) {
      await expect(at.prepare('r1', path), path).rejects.toEqual(refusedAs(error));
    }
    expect(Object.keys(contentOf(at.project)).filter((path) => !path.startsWith('massgen_logs'))).toEqual([
      'closed',
      'dangling',
      'file',
      'loop',
      'pipe',
      'to-file',
    ]);
  });

  test('a directory that may not be written to, and a place where none may be made', () => {
    const at = place();
    mkdirSync(join(at.project, 'closed'));
    chmodSync(join(at.project, 'closed'), 0o555);
    for (const path of ['', 'home', 'home/project']) handOver(join(at.base, path));
    const script = `
      const [room, project, logs] = process.argv.slice(1);
      const { prepareWorkspaces } = await import(room + 'prepare-workspaces.ts');
      const { createWorkspaceRegistry } = await import(room + 'workspace-registry.ts');
      const { systemClock: clock } = await import(room + '../runtime/system-clock.ts');
      if (process.getuid() === 0) process.setuid(${nobody});
      const registry = createWorkspaceRegistry({ logsDirectory: logs, clock, warn() {} });
      const context = { registry, clock, places: { project, logs, home: '/root' }, run: 'r1', isRunLive: () => true };
      for (const path of ['closed', 'closed/new']) {
        await prepareWorkspaces([{ agent: 'a', path }], context).then(() => console.log('done'), (error) => console.log(error.code));
      }`;
    const room = new URL('./', import.meta.url).href;
    const args = ['--input-type=module', '-e', script, room, at.project, at.logs];
    const output = execFileSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(output).toBe(`${workspaceErrors.unusable.code}\n`.repeat(2));
    expect(contentOf(join(at.project, 'closed'))).toEqual({});
  });

  test('a place where the system lets nobody make anything, without hanging', async () => {
    const at = place();
    await expect(at.prepare('r1', '/proc/massgen/ws')).rejects.toEqual(refusedAs('unusable'));
  });

  test('the same or a nested directory for two agents, links resolved', async () => {
    const at = place();
    mkdirSync(join(at.base, 'real'));
    symlinkSync(join(at.base, 'real'), join(at.project, 'link'));
    for (const [one, other] of [
      ['ws', 'ws'],
      ['ws', './x/../ws/'],
      ['ws', 'ws/inner'],
      ['ws/inner', 'ws'],
      ['link/ws', join(at.base, 'real/ws')],
      ['link/ws/a', join(at.base, 'real/ws')],
    ] as const) {
      await expect(at.prepare('r1', one, 'between', other), `${one} ${other}`).rejects.toEqual(
        refusedAs('overlap'),
      );
    }
    expect(existsSync(join(at.project, 'between'))).toBe(false);
    expect(await at.prepare('r1', 'ws', 'ws-2', 'ws2', 'ws.d/x')).toHaveLength(4);
  });

  test('one that a live run works in, or around, or inside, naming the run', async () => {
    const at = place();
    await at.prepare('r1', 'ws/a');
    writeFiles(at.project, { 'ws/a/work.txt': 'going on' });
    const before = digestOf(join(at.project, 'ws/a'));
    for (const path of ['ws/a', 'ws/a/inner', 'ws']) {
      const refused = at.prepare('r2', path);
      await expect(refused).rejects.toEqual(refusedAs('inUse'));
      await expect(refused).rejects.toThrow(/run r1/u);
    }
    expect(digestOf(join(at.project, 'ws/a'))).toBe(before);
  });

  test('all problems are told at once, and agents without one get nothing either', async () => {
    const at = place();
    writeFiles(at.project, { 'mine/a.txt': '1', file: '2' });
    const refused = at.prepare('r1', 'good', 'mine', 'file', '/', 'same', 'same');
    await expect(refused).rejects.toEqual(refusedAs('severalRefused'));
    await expect(refused).rejects.toMatchObject({
      data: {
        problems: [
          { code: workspaceErrors.notOurs.code, agent: 'b' },
          { code: workspaceErrors.notDirectory.code, agent: 'c' },
          { code: workspaceErrors.isRoot.code, agent: 'd' },
          { code: workspaceErrors.overlap.code, agent: 'f' },
        ],
      },
    });
    expect(existsSync(join(at.project, 'good'))).toBe(false);
  });
});

describe('what is ours stays ours only while it is the same directory', () => {
  test('one that somebody removed and made again is not', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    at.live.delete('r1');
    // The file system gives the number of an inode to the next directory.
    rmSync(join(at.project, 'ws'), { recursive: true });
    mkdirSync(join(at.project, 'ws'));
    writeFiles(at.project, { 'ws/mine.txt': 'mine' });
    await expect(at.prepare('r2', 'ws')).rejects.toEqual(refusedAs('notOurs'));
  });

  test('one with the same number that was born at another time is not', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    at.live.delete('r1');
    writeFiles(at.project, { 'ws/mine.txt': 'mine' });
    const list = join(at.logs, 'workspaces.json');
    writeFileSync(list, readFileSync(list, 'utf8').replace(/"born": "\d+/u, '$&1'));
    await expect(at.prepare('r2', 'ws')).rejects.toEqual(refusedAs('notOurs'));
  });

  test('one that was moved in from elsewhere is not', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    at.live.delete('r1');
    writeFiles(at.project, { 'other/mine.txt': 'mine' });
    renameSync(join(at.project, 'ws'), join(at.project, 'old'));
    renameSync(join(at.project, 'other'), join(at.project, 'ws'));
    await expect(at.prepare('r2', 'ws')).rejects.toEqual(refusedAs('notOurs'));
    expect(contentOf(join(at.project, 'ws'))).toEqual({ 'mine.txt': 'file mine' });
  });

  test.each(['', 'not json', '{"v":2,"workspaces":[]}', '{"v":1,"workspaces":[{"path":1}]}'])(
    'with a damaged list (%j) nothing is ours, and the list is kept',
    async (damage) => {
      const at = place();
      await at.prepare('r1', 'ws');
      at.live.delete('r1');
      writeFiles(at.project, { 'ws/a.txt': 'x' });
      const list = join(at.logs, 'workspaces.json');
      writeFileSync(`${list}.damaged-1`, 'an earlier one');
      writeFileSync(list, damage);
      await expect(at.prepare('r2', 'ws')).rejects.toEqual(refusedAs('notOurs'));
      expect(contentOf(at.logs)['workspaces.json.damaged-2']).toBe(`file ${damage}`);
      expect(at.warnings).toEqual([expect.objectContaining({ code: workspaceErrors.registryDamaged.code })]);
      expect(contentOf(join(at.project, 'ws'))).toEqual({ 'a.txt': 'file x' });
    },
  );

  test('a link in the place of the archive moves nothing away', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    at.live.delete('r1');
    writeFiles(at.project, { 'ws/a.txt': 'x' });
    mkdirSync(join(at.base, 'elsewhere'));
    symlinkSync(join(at.base, 'elsewhere'), join(at.project, '.massgen-archive'));
    await expect(at.prepare('r2', 'ws')).rejects.toMatchObject({ code: workspaceErrors.archiveFailed.code });
    expect(contentOf(join(at.project, 'ws'))).toEqual({ 'a.txt': 'file x' });
    expect(readdirSync(join(at.base, 'elsewhere'))).toEqual([]);
  });
});

test('of two runs that want the same directory at once, one gets it', async () => {
  const at = place();
  const results = await Promise.allSettled([at.prepare('r1', 'ws', 'one'), at.prepare('r2', 'two', 'ws')]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const rejected = results.find((result) => result.status === 'rejected');
  expect(rejected?.reason).toEqual(refusedAs('inUse'));
  const [one, two] = ['one', 'two'].map((name) => existsSync(join(at.project, name)));
  expect(one).not.toBe(two);
});

describe('a run that is taken up again', () => {
  test('finds its directories as they were', async () => {
    const at = place();
    const inRun = join(at.logs, 'r1/workspaces/agent2');
    await at.prepare('r1', 'ws', inRun);
    writeFiles(at.project, { 'ws/a.txt': 'x' });
    writeFiles(inRun, { 'b.txt': 'y' });
    const before = [digestOf(join(at.project, 'ws')), digestOf(inRun)];
    const reopened = await reopenWorkspaces(requests(['ws', inRun]), at.context('r1'));
    expect(reopened).toMatchObject([{ created: false }, { path: inRun, created: false }]);
    expect(reopened.some(({ archived }) => archived !== undefined)).toBe(false);
    expect([digestOf(join(at.project, 'ws')), digestOf(inRun)]).toEqual(before);
  });

  test('gets a new empty one for one that is gone', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    rmSync(join(at.project, 'ws'), { recursive: true });
    expect(await reopenWorkspaces(requests(['ws']), at.context('r1'))).toMatchObject([{ created: true }]);
  });

  test('does not get what another run has used since', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    at.live.delete('r1');
    await at.prepare('r2', 'ws');
    await expect(reopenWorkspaces(requests(['ws']), at.context('r1'))).rejects.toEqual(refusedAs('inUse'));
    at.live.delete('r2');
    writeFiles(at.project, { 'ws/a.txt': 'of r2' });
    await expect(reopenWorkspaces(requests(['ws']), at.context('r1'))).rejects.toEqual(
      refusedAs('takenOver'),
    );
    expect(contentOf(join(at.project, 'ws'))).toEqual({ 'a.txt': 'file of r2' });
  });
});

describe('adopting', () => {
  test('makes a directory ours without touching it; the next run moves its content aside', async () => {
    const at = place();
    writeFiles(at.project, { 'mine/a.txt': '1' });
    const before = digestOf(join(at.project, 'mine'));
    expect(await adoptWorkspace('mine', at.context(''))).toBe(realpathSync(join(at.project, 'mine')));
    expect(digestOf(join(at.project, 'mine'))).toBe(before);
    const [prepared] = await at.prepare('r1', 'mine');
    expect(contentOf(prepared?.archived ?? '')).toEqual({ 'a.txt': 'file 1' });
  });

  test('is refused for places that can never be workspaces, for files and for what is not there', async () => {
    const at = place();
    writeFiles(at.project, { file: 'x' });
    const refusals: readonly (readonly [string, keyof typeof workspaceErrors])[] = [
      ['/', 'isRoot'],
      ['.', 'holdsProject'],
      ['..', 'holdsHome'],
      ['massgen_logs', 'holdsLogs'],
      ['file', 'notDirectory'],
      ['gone', 'unusable'],
    ];
    for (const [path, error] of refusals) {
      await expect(adoptWorkspace(path, at.context('')), path).rejects.toEqual(refusedAs(error));
    }
    expect(existsSync(join(at.logs, 'workspaces.json'))).toBe(false);
  });

  test('is refused while a run works there', async () => {
    const at = place();
    await at.prepare('r1', 'ws');
    await expect(adoptWorkspace('ws', at.context(''))).rejects.toEqual(refusedAs('inUse'));
  });
});

test('the list can be read by its owner only', async () => {
  const at = place();
  await at.prepare('r1', 'ws');
  expect(lstatSync(join(at.logs, 'workspaces.json')).mode & 0o777).toBe(0o600);
  expect(lstatSync(at.logs).mode & 0o777).toBe(0o700);
});
