import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerPath } from './answer-path.ts';
import { entryName } from './random-tree.test-support.ts';
import { directoriesAbove, joined, liesIn, pathInWorkspace, sortedByPlace } from './workspace-path.ts';

const root = '/runs/ws/agent1';
const part = fc.oneof(entryName, fc.constantFrom('.', '..', '', 'ws', 'agent1', 'agent10'));
const written = fc.oneof(
  fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/')),
  fc.array(part, { maxLength: 6 }).map((parts) => `${root}/${parts.join('/')}`),
  fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

test('a path of the workspace never leads out of it, and what leads out is none', () => {
  fc.assert(
    fc.property(written, (given) => {
      const path = pathInWorkspace(given, root);
      const whole = posix.resolve(root, given);
      const inside =
        given !== '' && !given.includes('\0') && (whole === root || whole.startsWith(`${root}/`));
      if (path === undefined) {
        expect(!inside || whole.split('/').some((name) => Buffer.byteLength(name) > 255)).toBe(true);
        return;
      }
      expect(inside).toBe(true);
      expect(posix.join(root, path)).toBe(whole);
      expect(path.split('/')).not.toContain('..');
      expect(path.startsWith('/')).toBe(false);
    }),
  );
});

test('relative and absolute name the same place, and naming a place again changes nothing', () => {
  fc.assert(
    fc.property(written, (given) => {
      const path = pathInWorkspace(given, root);
      if (path === undefined || path === '') return;
      expect(pathInWorkspace(path, root)).toBe(path);
      expect(pathInWorkspace(`${root}/${path}`, root)).toBe(path);
      expect(pathInWorkspace(`./${path}/`, root)).toBe(path);
    }),
  );
});

test.each([
  '',
  '\0',
  '..',
  '../agent10',
  `${root}0/x`,
  '/',
  '/etc/passwd',
  'a'.repeat(256),
  'ab/'.repeat(2_000),
])('%j is not in it', (given) => {
  expect(pathInWorkspace(given, root)).toBeUndefined();
});

test('a path of an answer stays in the files of that answer', () => {
  const views = '/runs/views';
  fc.assert(
    fc.property(written, (given) => {
      const place = answerPath(given, views);
      if (place === undefined) return;
      expect(place.label).not.toBe('');
      expect(`${place.label}/${place.path}`.split('/')).not.toContain('..');
      expect(answerPath(`${views}/${joined(place.label, place.path)}`, views)).toEqual(place);
    }),
  );
  expect(answerPath('agent2.1', views)).toEqual({ label: 'agent2.1', path: '' });
  expect(answerPath('./agent2.1/src/', views)).toEqual({ label: 'agent2.1', path: 'src' });
  expect(answerPath('/runs/views/agent2.1/a b', views)).toEqual({ label: 'agent2.1', path: 'a b' });
  for (const none of ['', '.', '..', '/runs/views', '/runs/other/agent2.1', 'agent2.1/../..', '\0'])
    expect(answerPath(none, views)).toBeUndefined();
});

test('what is in a directory comes right behind it, wherever names with other characters stand', () => {
  const paths = ['a b', 'a/c', 'a.b', 'a', 'a/b/c', 'a/b', 'a-b'];
  expect(sortedByPlace(paths, (path) => path)).toEqual(['a', 'a/b', 'a/b/c', 'a/c', 'a b', 'a-b', 'a.b']);
  expect(directoriesAbove('a/b/c')).toEqual(['a', 'a/b']);
  expect([liesIn('a/b', 'a'), liesIn('a', 'a'), liesIn('ab', 'a'), liesIn('x', '')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});
