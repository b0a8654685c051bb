import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { contextPaths, refuseInsideWorkspaces, type ContextPath } from './context-paths.ts';
import { leftOut } from './stage-context.ts';

let place: string;

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-context-')));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  for (const file of ['proj/src/a.ts', 'proj/docs/b.md', 'proj/keys/c', 'home/x', 'logs/run/y', 'notes.md']) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), '');
  }
});

async function found(...written: readonly unknown[]): Promise<readonly ContextPath[]> {
  const { config, diagnostics } = configFromValue({
    agents: [{ id: 'a', backend: { type: 'lmstudio' } }],
    orchestrator: { context_paths: written },
  });
  if (config === undefined) throw new Error(JSON.stringify(diagnostics));
  return contextPaths(config, { cwd: place, home: join(place, 'home'), logs: join(place, 'logs') });
}

const write = (path: string, ...closed: readonly string[]): unknown => ({
  path,
  permission: 'write',
  protected_paths: closed,
});

describe('a context path', () => {
  test('is absolute with links resolved, a folder or a file, and numbered', async () => {
    symlinkSync('proj', join(place, 'link'));
    expect(await found('link/docs', './notes.md', write('link', 'keys', './src/../Makefile'))).toEqual([
      { number: 1, path: join(place, 'proj/docs'), kind: 'folder', writable: false, protectedPaths: [] },
      { number: 2, path: join(place, 'notes.md'), kind: 'file', writable: false, protectedPaths: [] },
      {
        number: 3,
        path: join(place, 'proj'),
        kind: 'folder',
        writable: true,
        // The one to read that lies in it is closed as a whole.
        protectedPaths: ['keys', 'Makefile', 'docs'],
      },
    ]);
  });

  test('that leads over a link is protected at both ends', async () => {
    symlinkSync('keys', join(place, 'proj/secret'));
    expect(await found(write('proj', 'secret/c'))).toMatchObject([
      { protectedPaths: ['secret/c', 'keys/c'] },
    ]);
  });

  test('to write inside another one to write is a part of it, with what it protects', async () => {
    expect(await found(write('proj', 'keys'), write('proj/src', 'a.ts'))).toEqual([
      {
        number: 1,
        path: join(place, 'proj'),
        kind: 'folder',
        writable: true,
        protectedPaths: ['keys', 'src/a.ts'],
      },
    ]);
  });

  test.each<[string, unknown]>([
    ['is missing', 'nothing'],
    ['is a device', '/dev/null'],
    ['is the home directory, to write', write('~')],
    ['is above the home directory, to write', write('.')],
    ['is a run, to write', write('logs/run')],
    ['protects what is beside it', write('proj', '../notes.md')],
    ['protects what is anywhere', write('proj', '/etc')],
  ])('that %s is refused', async (_, written) => {
    await expect(found(written)).rejects.toMatchObject({ code: 'MG1716' });
  });

  test('is refused when it is named twice, under whatever name', async () => {
    symlinkSync('proj', join(place, 'link'));
    await expect(found('proj', write('link'))).rejects.toThrow('it is named twice');
  });

  test('must not lie in a workspace, which is emptied', async () => {
    const context = await found('proj/docs');
    await refuseInsideWorkspaces(context, [join(place, 'home'), join(place, 'missing')]);
    await expect(refuseInsideWorkspaces(context, [join(place, 'proj')])).rejects.toThrow(
      'is in the workspace',
    );
  });
});

test('a copy is made without what is not the user’s, where it lies in the folder', async () => {
  const [context, file] = await found(write('proj'), write('notes.md'));
  if (context === undefined || file === undefined) throw new Error('they are missing');
  const aside = {
    places: [join(place, 'logs'), join(place, 'proj/ws'), join(place, 'proj/deep/temp'), join(place, 'proj')],
    names: ['target'],
  };
  expect(leftOut(context, aside)).toEqual(['target', '/ws', '/deep/temp']);
  expect(leftOut(file, aside)).toEqual([]);
});
