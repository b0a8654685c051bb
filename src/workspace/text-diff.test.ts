import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quickParent, temporaryDirectory } from './file-tree.test-support.ts';
import { diffContents } from './text-diff.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('two texts have hunks and counts', () => {
  expect(diffContents(bytes('a\nb\nc\n'), bytes('a\nB\nc\n'))).toEqual({
    type: 'text',
    hunks: '@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n',
    added: 1,
    removed: 1,
  });
  expect(diffContents(undefined, bytes('a\n'))).toMatchObject({ hunks: '@@ -0,0 +1,1 @@\n+a\n', added: 1 });
  expect(diffContents(bytes('a\n'), undefined)).toMatchObject({ hunks: '@@ -1,1 +0,0 @@\n-a\n', removed: 1 });
});

test('the same content has no hunks', () => {
  expect(diffContents(bytes('a\n'), bytes('a\n'))).toEqual({ type: 'text', hunks: '', added: 0, removed: 0 });
});

test.each([
  ['a null character', Buffer.from('a\0b')],
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x41])],
])('a content with %s is binary, on either side', (_, content) => {
  expect(diffContents(content, bytes('a'))).toEqual({ type: 'binary' });
  expect(diffContents(undefined, content)).toEqual({ type: 'binary' });
});

test('what is too long, or too different, is named as such', () => {
  const long = bytes('x'.repeat(2_500_000));
  expect(diffContents(long, long)).toEqual({ type: 'large' });
  const lines = (word: string): Buffer =>
    bytes(Array.from({ length: 30_000 }, (_, index) => `${word} ${index}`).join('\n'));
  expect(diffContents(lines('one'), lines('other'))).toEqual({ type: 'large' });
});

test('patch makes the one content of the other', ({ skip }) => {
  skip(spawnSync('patch', ['--version']).error !== undefined, 'patch is not installed');
  const base = temporaryDirectory(quickParent);
  const line = fc.constantFrom('', 'a', 'b', '-', '+', '@@ -1 +1 @@', '\\ No newline', 'ä', '  x', '\r');
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
  fc.assert(
    fc.property(text, text, (one, other) => {
      const diff = diffContents(bytes(one), bytes(other));
      if (diff.type !== 'text' || diff.hunks === '') return;
      const file = join(base, 'file');
      writeFileSync(file, one);
      const { status, stdout } = spawnSync('patch', ['--binary', '-s', '-u', file], {
        input: `--- file\n+++ file\n${diff.hunks}`,
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      // It removes a file that becomes empty.
      expect(other === '' ? '' : readFileSync(file, 'utf8')).toBe(other);
    }),
    { numRuns: 60 },
  );
});
