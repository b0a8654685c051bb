import { isAbsolute, join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Effect } from '../events/effect.ts';
import {
  findHidden,
  findProtected,
  isHarmless,
  isWithin,
  mentionedPaths,
  type ProtectedPaths,
} from './protected-paths.ts';

const component = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'a.b', '..a', 'a..', ' ', 'ä', 'views', 'views2'),
  fc
    .string({ minLength: 1, maxLength: 5 })
    .filter((text) => !/[/\0]/u.test(text) && !/^\.{1,2}$/u.test(text)),
);
const components = fc.array(component, { maxLength: 5 });
const pathOf = (parts: readonly string[]): string => `/${parts.join('/')}`;

describe('isWithin', () => {
  test('goes by whole components', () => {
    fc.assert(
      fc.property(components, components, (root, path) => {
        const expected = root.every((part, index) => path[index] === part);
        expect(isWithin(pathOf(path), pathOf(root))).toBe(expected);
      }),
    );
  });

  test('holds for whatever lies below, and not for what is above or beside', () => {
    fc.assert(
      fc.property(components, components, component, (root, below, extra) => {
        expect(isWithin(pathOf([...root, ...below]), pathOf(root))).toBe(true);
        expect(isWithin(pathOf(root), pathOf([...root, extra]))).toBe(false);
        expect(isWithin(`${pathOf([...root, extra])}x`, pathOf([...root, extra]))).toBe(false);
      }),
    );
  });
});

const run = '/logs/run';
const own = '/logs/run/workspaces/agent1';
const rule: ProtectedPaths = {
  roots: [run, '/logs/.store', '/logs/run/workspaces/agent2', '/home/me/project'],
  writable: [own],
};

describe('findProtected', () => {
  test.each<[string, readonly Effect[], string, boolean]>([
    ['reading a view', ['Read'], `${run}/views/agent2.1/notes.md`, false],
    ['reading and the network', ['Read', 'Net'], `${run}/journal.jsonl`, false],
    ['writing to a view', ['Write'], `${run}/views/agent2.1/notes.md`, true],
    ['deleting a view', ['Delete'], `${run}/views`, true],
    ['a shell at the store', ['Exec'], '/logs/.store/ab', true],
    ['something unknown at the journal', ['Unknown'], `${run}/journal.jsonl`, true],
    ['reading and writing', ['Read', 'Write'], `${run}/journal.jsonl`, true],
    ['writing to its own workspace, inside the run', ['Write'], `${own}/deep/file`, false],
    ['deleting in its own workspace', ['Delete'], `${own}/file`, false],
    ['writing beside its own workspace', ['Write'], `${own}x/file`, true],
    ['writing to the workspace of another', ['Write'], '/logs/run/workspaces/agent2/file', true],
    ['writing to a read-only path of the user', ['Write'], '/home/me/project/README.md', true],
    ['writing beside it', ['Write'], '/home/me/project2/README.md', false],
    ['writing where no rule is', ['Write'], '/tmp/file', false],
    ['taking away a directory above a root', ['Write', 'Delete'], '/logs', true],
    ['taking away the workspace with nothing else in it', ['Delete'], own, false],
    ['naming a directory above a root', ['Unknown'], '/home/me', false],
    ['no effects at all, as decisions have', [], `${run}/views`, false],
  ])('%s', (_, effects, path, isProtected) => {
    expect(findProtected(effects, ['/tmp/harmless', path], rule)).toBe(isProtected ? path : undefined);
  });

  test('the innermost directory decides, whichever way they lie in each other', () => {
    const nested: ProtectedPaths = {
      roots: ['/project/ws/massgen_logs/run', '/project/ws/other'],
      writable: ['/project/ws', '/project/ws/massgen_logs/run/workspaces/agent1'],
    };
    const denied = (path: string): boolean => findProtected(['Write'], [path], nested) !== undefined;
    expect(denied('/project/ws/notes.md')).toBe(false);
    expect(denied('/project/ws/massgen_logs/run/views/agent2.1/notes.md')).toBe(true);
    expect(denied('/project/ws/massgen_logs/run/workspaces/agent1/notes.md')).toBe(false);
    expect(denied('/project/ws/other/notes.md')).toBe(true);
  });

  test('what is both, is protected', () => {
    expect(findProtected(['Write'], ['/ws/file'], { roots: ['/ws'], writable: ['/ws'] })).toBe('/ws/file');
  });

  test('another spelling of the same characters does not get past', () => {
    const café: ProtectedPaths = { roots: ['/home/caf\u00E9'], writable: [] };
    expect(findProtected(['Write'], ['/home/cafe\u0301/file'], café)).toBeDefined();
  });

  test('nothing that may change something ever passes into a root without a workspace in it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom<Effect>('Read', 'Write', 'Delete', 'Exec', 'Net', 'Unknown')),
        components,
        fc.array(components, { maxLength: 3 }),
        (effects, below, elsewhere) => {
          const paths = [...elsewhere.map((parts) => join('/other', ...parts)), join('/root', ...below)];
          const found = findProtected(effects, paths, { roots: ['/root'], writable: [] });
          expect(found !== undefined).toBe(!isHarmless(effects));
        },
      ),
    );
  });
});

describe('findHidden', () => {
  const rule = {
    hidden: ['/proj/logs', '/proj/ws/b', '/proj/logs/run/workspaces/agent2'],
    shown: ['/proj', '/proj/logs/run/views', '/proj/logs/run/workspaces', '/named/logs'],
  };

  test.each([
    ['/proj/a.txt', undefined],
    ['/proj/logs', '/proj/logs'],
    ['/proj/logs/run/journal.jsonl', '/proj/logs/run/journal.jsonl'],
    ['/proj/logs2/a', undefined],
    ['/proj/logs/run/views/agent1.1/a', undefined],
    ['/proj/logs/run/workspaces/agent1/a', undefined],
    ['/proj/logs/run/workspaces/agent2/a', '/proj/logs/run/workspaces/agent2/a'],
    ['/proj/ws/b/a', '/proj/ws/b/a'],
    ['/elsewhere', undefined],
  ])('the innermost directory decides on %s', (path, found) => {
    expect(findHidden([path], rule)).toBe(found);
  });

  test('what is named as both is shown, and without a rule everything is', () => {
    expect(findHidden(['/logs/a'], { hidden: ['/logs'], shown: ['/logs'] })).toBeUndefined();
    expect(findHidden(['/logs/a'], {})).toBeUndefined();
  });
});

describe('mentionedPaths', () => {
  test('finds every place where a root is named, up to the end of the path', () => {
    const text = `cp /tmp/x "/run dir/views/a b" && rm -rf '/run dir/../run dir/views/a';cat</run dir/journal.jsonl`;
    expect(mentionedPaths(text, ['/run dir'])).toEqual([
      '/run dir/views/a',
      '/run dir/../run',
      '/run dir/views/a',
      '/run dir/journal.jsonl',
    ]);
  });

  test('gives absolute paths that begin with the root, in a time that grows with the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('/run', '/', ' ', 'x', '..', '"')), (parts) => {
        for (const path of mentionedPaths(parts.join(''), ['/run'])) {
          expect(isAbsolute(path)).toBe(true);
          expect(path.startsWith('/run')).toBe(true);
          expect(resolve(path)).toBeTypeOf('string');
        }
      }),
    );
    expect(mentionedPaths('/run'.repeat(100_000), ['/run'])).toHaveLength(100_000);
  });
});
