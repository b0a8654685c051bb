import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plainReason } from './plain-reason.ts';

test.each([
  ['EACCES', 'no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
])('%s is told in words', (code, words) => {
  expect(plainReason(Object.assign(new Error('x'), { code }))).toBe(words);
});

test('anything else is told as it is, but for our names of directories', () => {
  const missing = (): number => openSync('/proc/self/fd/1000000/closed/file', 'r');
  let thrown: unknown;
  try {
    missing();
  } catch (error) {
    thrown = error;
  }
  expect(plainReason(thrown)).toBe("ENOENT: no such file or directory, open 'closed/file'");
});
