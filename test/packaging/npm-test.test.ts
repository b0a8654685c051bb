import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createProjectCopy } from './project-copy.ts';
import type { ProjectCopy } from './project-copy.ts';

const root = path.resolve(import.meta.dirname, '../..');

let copy: ProjectCopy;
beforeAll(() => {
  copy = createProjectCopy();
  for (const file of ['vitest.config.ts', 'vitest.setup.ts']) {
    cpSync(path.join(root, file), path.join(copy.directory, file));
  }
});
afterAll(() => copy[Symbol.dispose]());
beforeEach(() => rmSync(path.join(copy.directory, 'test'), { recursive: true, force: true }));

const body = (text: string) => `import { expect, test } from 'vitest';\n${text}`;
const passes = body(`test('passes', () => expect(1).toBe(1));`);
const skips = body(`test('needs a sandbox', ({ skip }) => { skip('bubblewrap is not installed'); });`);
const fails = body(`test('fails', () => expect(1).toBe(2));`);

/** Runs `npm test` in the copy, as if on a person's machine. */
function npmTest(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { VITEST: _, MASSGEN_CI: _ci, ...outer } = process.env;
  const summary = path.join(copy.directory, 'summary');
  const run = spawnSync('npm', ['test', '--silent', '--', ...args], {
    cwd: copy.directory,
    encoding: 'utf8',
    env: { ...outer, NO_COLOR: '1', MASSGEN_TEST_SUMMARY: summary, ...env },
  });
  return { status: run.status, stdout: run.stdout, summary: readFileSync(summary, 'utf8') };
}

describe('npm test', () => {
  test('passes with the tests, and names each skipped one with its reason', () => {
    copy.write('test/a.test.ts', passes);
    copy.write('test/b.test.ts', skips);
    const { status, stdout, summary } = npmTest([]);
    expect(status).toBe(0);
    expect(stdout).toContain(
      'Skipped tests:\n  test/b.test.ts > needs a sandbox\n      bubblewrap is not installed\n' +
        'Summary: 1 tests passed, 0 failed, 1 skipped\n',
    );
    expect(summary).toBe('1 0 1\n');
  });

  test('fails for a skipped test where every program should be there', () => {
    copy.write('test/a.test.ts', passes);
    expect(npmTest([], { MASSGEN_CI: '1' }).status).toBe(0);
    copy.write('test/b.test.ts', skips);
    expect(npmTest([], { MASSGEN_CI: '1' }).status).toBe(1);
  });

  test('fails with a failing test, and with a file that cannot be loaded', () => {
    copy.write('test/a.test.ts', passes);
    copy.write('test/b.test.ts', fails);
    expect(npmTest([])).toMatchObject({ status: 1, summary: '1 1 0\n' });
    copy.write('test/b.test.ts', `throw new Error('not today');`);
    expect(npmTest([])).toMatchObject({ status: 1, summary: '1 1 0\n' });
  });

  test('hands its arguments to the test runner and lists nothing that a filter left out', () => {
    copy.write('test/a.test.ts', `${passes}\ntest('other', () => expect(1).toBe(2));`);
    copy.write('test/b.test.ts', fails);
    const { status, stdout, summary } = npmTest(['test/a.test.ts', '-t', 'passes']);
    expect({ status, summary }).toEqual({ status: 0, summary: '1 0 0\n' });
    expect(stdout).not.toContain('Skipped tests');
  });

  test('asks for the long forms with --full only', () => {
    copy.write(
      'test/a.test.ts',
      body(`test('full', () => expect(process.env.MASSGEN_TEST_FULL).toBe('1'));`),
    );
    expect(npmTest([], { MASSGEN_TEST_FULL: undefined }).status).toBe(1);
    expect(npmTest(['--full'], { MASSGEN_TEST_FULL: undefined }).status).toBe(0);
  });
});
