import { describe, expect, test } from 'vitest';
import { checkRooms, findImports } from '../../scripts/check-rooms.mjs';

const check = (files: Readonly<Record<string, string>>) => checkRooms(new Map(Object.entries(files)));

describe('the direction of imports', () => {
  test('allows the same room and earlier ones, packages and Node itself', () => {
    const problems = check({
      'errors/a.ts': `import fs from 'node:fs';\nimport { z } from 'zod';`,
      'events/b.ts': `import { a } from '../errors/a.ts';\nimport './c.ts';`,
      'events/c.ts': '',
      'agents/backends/model/d.ts': `import type { B } from '../../../events/b.ts';`,
    });
    expect(problems).toEqual([]);
  });

  test.each([
    ['an import', `import { x } from '../cli/x.ts';`],
    ['an import of a type', `import type { X } from '../cli/x.ts';`],
    ['an import over several lines', `import {\n  x,\n  y,\n} from '../cli/x.ts';`],
    ['an import for its effect', `import '../cli/x.ts';`],
    ['a re-export', `export { x } from '../cli/x.ts';`],
    ['a re-export of everything', `export type * from "../cli/x.ts";`],
    ['a dynamic import', `const x = await import('../cli/x.ts');`],
    ['the type of a dynamic import', `type X = typeof import('../cli/x.ts');`],
  ])('refuses %s from a later room', (_, statement) => {
    const lines = statement.split('\n').length;
    expect(check({ 'events/a.ts': `// first line\n${statement}\n`, 'cli/x.ts': '' })).toEqual([
      `src/events/a.ts:${lines + 1}: events → cli`,
    ]);
  });

  test('lets tests import from anywhere, and nobody import a test', () => {
    const problems = check({
      'errors/a.test.ts': `import '../cli/x.ts';`,
      'errors/a.test-support.ts': `import '../cli/x.ts';`,
      'errors/a.ts': `import './a.test-support.ts';`,
      'cli/x.ts': '',
    });
    expect(problems).toEqual(['src/errors/a.ts:1: errors → errors/a.test-support.ts: a test']);
  });

  test('refuses what is no room, what is outside src/ and the package by its own name', () => {
    const problems = check({
      'stray.ts': '',
      'helpers/a.ts': '',
      'errors/b.ts': `import '../helpers/a.ts';`,
      'events/c.ts': `import '../../scripts/build.mjs';\nimport 'massgen/testing';`,
    });
    expect(problems).toEqual([
      'src/stray.ts: not in a room',
      'src/helpers/a.ts: not in a room',
      'src/errors/b.ts:1: errors → helpers: not a room',
      'src/events/c.ts:1: events → ../../scripts/build.mjs: outside src/',
      'src/events/c.ts:2: events → massgen/testing: import the file itself',
    ]);
  });

  test('refuses files that import each other in a circle, also by types alone', () => {
    const problems = check({
      'tools/a.ts': `import './b.ts';`,
      'tools/b.ts': `import type { C } from './c.ts';`,
      'tools/c.ts': `import './a.ts';`,
      'tools/d.ts': `import './a.ts';`,
    });
    expect(problems).toEqual(['src/tools/a.ts → tools/b.ts → tools/c.ts → tools/a.ts: a circle']);
  });

  test('does not take comments for imports', () => {
    const text = `/**\n * import x from '../cli/x.ts';\n */\n// import '../cli/x.ts'\nimport './real.ts';`;
    expect(findImports(text)).toEqual([{ line: 5, specifier: './real.ts' }]);
  });
});
