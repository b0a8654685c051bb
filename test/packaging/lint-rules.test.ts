import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'massgen-lint-'));
  cpSync(path.join(root, '.oxlintrc.json'), path.join(directory, '.oxlintrc.json'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The names of the rules that refuse `text` as the file at `file`. */
function refusals(file: string, text: string): readonly string[] {
  const target = path.join(directory, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  const oxlint = path.join(root, 'node_modules/oxlint/bin/oxlint');
  const run = spawnSync(process.execPath, [oxlint, '--format=unix', '.'], {
    cwd: directory,
    encoding: 'utf8',
  });
  rmSync(target);
  return [...run.stdout.matchAll(/\[\w+\/[\w-]+\(([\w-]+)\)\]$/gm)].map(([, rule = '']) => rule);
}

describe('lint', () => {
  test.each([
    ['any', 'export const a = (b: any): void => b();', 'no-explicit-any'],
    [
      'an assertion that something is there',
      'export const a = (b?: string): string => b!;',
      'no-non-null-assertion',
    ],
    ['an empty catch', 'export function a(b: () => void) { try { b(); } catch {} }', 'no-empty'],
    [
      'a type imported as a value',
      `import { B } from './b.ts';\nexport const a: B = 1;`,
      'consistent-type-imports',
    ],
    [
      'a process started elsewhere',
      `import { spawn } from 'node:child_process';\nspawn('ls');`,
      'no-restricted-imports',
    ],
    ['the present time', 'export const a = Date.now();', 'no-restricted-properties'],
    ['chance', 'export const a = Math.random();', 'no-restricted-properties'],
    ['a timer', 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
    [
      'a timer as a promise',
      `import { setTimeout } from 'node:timers/promises';\nawait setTimeout(1);`,
      'no-restricted-imports',
    ],
    [
      'a random id',
      `import { randomUUID } from 'node:crypto';\nexport const a = randomUUID();`,
      'no-restricted-imports',
    ],
    ['output past the displays', `console.log('a');`, 'no-console'],
    ['a default export', 'export default 1;', 'no-default-export'],
  ])('refuses %s', (_, text, rule) => {
    expect(refusals('src/tools/a.ts', text)).toEqual([rule]);
  });

  test('refuses a shell also where processes may be started', () => {
    const spawning = `import { spawn } from 'node:child_process';\nspawn('ls');`;
    const shell = `import { exec } from 'node:child_process';\nexec('ls');`;
    expect(refusals('src/process/a.ts', spawning)).toEqual([]);
    expect(refusals('src/process/a.ts', shell)).toEqual(['no-restricted-imports']);
  });

  test('refuses a bad file name, a focused test and a test skipped without a reason', () => {
    expect(refusals('src/tools/badName.ts', 'export const a = 1;')).toEqual(['filename-case']);
    const withTest = (call: string) =>
      `import { expect, test } from 'vitest';\n${call}('a', () => expect(1).toBe(1));`;
    expect(refusals('src/tools/a.test.ts', withTest('test'))).toEqual([]);
    expect(refusals('src/tools/a.test.ts', withTest(['test', 'only'].join('.')))).toEqual([
      'no-focused-tests',
    ]);
    expect(refusals('src/tools/a.test.ts', withTest('test.skip'))).toEqual(['no-disabled-tests']);
  });

  test('allows the real clock and ids where they are made', () => {
    const text = `import { randomUUID } from 'node:crypto';\nexport const a = [Date.now(), Math.random(), randomUUID()];`;
    expect(refusals('src/runtime/system-clock.ts', text)).toEqual([]);
  });
});
