import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveLinks } from './resolve-links.ts';

function place(): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'massgen-links-')));
  mkdirSync(path.join(root, 'real/deep'), { recursive: true });
  writeFileSync(path.join(root, 'real/file'), '');
  symlinkSync('real', path.join(root, 'relative'));
  symlinkSync(path.join(root, 'real'), path.join(root, 'absolute'));
  symlinkSync('../relative/deep', path.join(root, 'real/chained'));
  symlinkSync('real/not-yet', path.join(root, 'dangling'));
  symlinkSync('loop-b', path.join(root, 'loop-a'));
  symlinkSync('loop-a', path.join(root, 'loop-b'));
  return root;
}

test.each([
  ['real/file', 'real/file'],
  ['relative/file', 'real/file'],
  ['absolute/deep', 'real/deep'],
  ['real/chained', 'real/deep'],
  ['relative/chained/new/file', 'real/deep/new/file'],
  ['dangling', 'real/not-yet'],
  ['dangling/below', 'real/not-yet/below'],
  ['new/file', 'new/file'],
  ['real/file/below-a-file', 'real/file/below-a-file'],
  ['', ''],
])('%s leads to %s', async (given, expected) => {
  const root = place();
  expect(await resolveLinks(path.join(root, given))).toBe(path.join(root, expected));
});

test('what exists is resolved as the system does it', async () => {
  const root = place();
  const part = fc.constantFrom('real', 'deep', 'relative', 'absolute', 'chained', '..', '.');
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      const given = path.resolve(root, ...parts);
      let expected: string;
      try {
        expected = realpathSync(given);
      } catch {
        return;
      }
      expect(await resolveLinks(given)).toBe(expected);
    }),
  );
});

test('links in a circle are an error, not an endless walk', async () => {
  await expect(resolveLinks(path.join(place(), 'loop-a'))).rejects.toThrow('too many links');
});

test('names longer than any file can have lead to themselves, quickly', async () => {
  const long = `/${'x'.repeat(300)}/${'y/'.repeat(500_000)}z`;
  expect(await resolveLinks(path.normalize(long))).toBe(path.normalize(long));
});

test('a directory that cannot be looked into leads to itself', async () => {
  const root = place();
  const closed = path.join(root, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o000);
  expect(await resolveLinks(path.join(closed, 'file'))).toBe(path.join(closed, 'file'));
});
