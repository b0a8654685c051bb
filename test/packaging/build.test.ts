import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProjectCopy } from './project-copy.ts';
import type { ProjectCopy } from './project-copy.ts';

let copy: ProjectCopy;
beforeEach(() => {
  copy = createProjectCopy();
});
afterEach(() => copy[Symbol.dispose]());

const inDist = (file: string) => path.join(copy.directory, 'dist', file);
const build = () =>
  spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: copy.directory, encoding: 'utf8' });

describe('building', () => {
  test('compiles the sources and leaves tests out', () => {
    copy.write('src/cli/main.test.ts', 'export {};');
    copy.write('src/cli/rig.test-support.ts', 'export {};');
    expect(build()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(inDist('cli/main.js'))).toBe(true);
    expect(existsSync(inDist('cli/main.d.ts'))).toBe(true);
    expect(existsSync(inDist('cli/main.test.js'))).toBe(false);
    expect(existsSync(inDist('cli/rig.test-support.js'))).toBe(false);
  });

  test('writes nothing when nothing changed', () => {
    build();
    const record = inDist('.build-stamp');
    const before = statSync(record).mtimeMs;
    expect(build().status).toBe(0);
    expect(statSync(record).mtimeMs).toBe(before);
  });

  test('compiles what was added and removes what is left of a deleted source', () => {
    copy.write('src/events/old.ts', 'export const old = 1;');
    build();
    expect(existsSync(inDist('events/old.js'))).toBe(true);
    rmSync(path.join(copy.directory, 'src/events'), { recursive: true });
    copy.write('src/errors/new.ts', 'export const fresh = 1;');
    expect(build().status).toBe(0);
    expect(existsSync(inDist('events'))).toBe(false);
    expect(existsSync(inDist('errors/new.js'))).toBe(true);
  });

  test('makes a compiled file again that was deleted', () => {
    build();
    rmSync(inDist('cli/main.js'));
    expect(build().status).toBe(0);
    expect(existsSync(inDist('cli/main.js'))).toBe(true);
  });

  test('fails with the messages of the compiler, and again until the source is right', () => {
    copy.write('src/errors/wrong.ts', 'export const wrong: string = 1;');
    for (let round = 0; round < 2; round += 1) {
      const { status, stderr } = build();
      expect(status).toBe(1);
      expect(stderr).toContain('src/errors/wrong.ts(1,14): error TS2322');
      expect(stderr).toContain('massgen: src/ does not compile');
    }
    copy.write('src/errors/wrong.ts', 'export const right: string = "";');
    expect(build()).toMatchObject({ status: 0, stderr: '' });
  });
});
