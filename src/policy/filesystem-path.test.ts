import { expect, test } from 'vitest';
import { filesystemPath } from './filesystem-path.ts';

const place = { directories: ['/proj/ws', '/logs/run/views', '/data'], cwd: '/proj/ws', home: '/home/me' };

test.each([
  ['/proj/ws/a.md', '/proj/ws/a.md'],
  ['/proj/ws/../../etc/passwd', '/etc/passwd'],
  ['notes.md', '/proj/ws/notes.md'],
  ['./deep/notes.md', '/proj/ws/deep/notes.md'],
  ['', '/proj/ws'],
  ['~', '/home/me'],
  ['~/data', '/home/me/data'],
  ['~other/data', '/proj/ws/~other/data'],
  // Not in reach from the workspace, but from another of its directories, which is then where it writes.
  ['../views/agent2.1/x', '/logs/run/views/agent2.1/x'],
  ['../data/x', '/data/x'],
  // In reach from nowhere: the first directory is what its message names.
  ['../../x', '/x'],
])('%j leads to %s', (path, expected) => {
  expect(filesystemPath(path, place)).toBe(expected);
});

test('without directories it goes by where the server runs', () => {
  expect(filesystemPath('a.md', { ...place, directories: [] })).toBe('/proj/ws/a.md');
});
