import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentOf, digestOf, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { removeTree } from './remove-tree.ts';

test('paths longer than the system allows, closed directories and names that are no text all go', async () => {
  const base = temporaryDirectory();
  mkdirSync(join(base, 'ours'));
  // Made from inside: no path of the whole length can be given.
  const script = 'for i in $(seq 40); do d=$(printf "%0200d" $i); mkdir $d; cd -P $d; done; echo deep > file';
  execFileSync('bash', ['-c', script], { cwd: join(base, 'ours') });
  writeFiles(base, { 'ours/closed/a': 'x' });
  writeFileSync(Buffer.from(`${base}/ours/\u00ff`, 'latin1'), '');
  chmodSync(join(base, 'ours/closed'), 0o000);
  await removeTree(join(base, 'ours'));
  expect(readdirSync(base)).toEqual([]);
});

test('links are removed, in it and in its place, and what they lead to stays', async () => {
  const base = temporaryDirectory();
  writeFiles(base, { 'theirs/a.txt': 'x', 'ours/dir/b.txt': 'y' });
  for (const [target, path] of [
    ['../theirs', 'ours/link'],
    ['../../theirs/a.txt', 'ours/dir/link'],
    ['theirs', 'in-its-place'],
  ] as const)
    symlinkSync(target, join(base, path));
  const before = digestOf(join(base, 'theirs'));
  await removeTree(join(base, 'ours'));
  await removeTree(join(base, 'in-its-place'));
  expect(digestOf(join(base, 'theirs'))).toBe(before);
  expect(readdirSync(base)).toEqual(['theirs']);
});

// Never a path outside of this place: whoever breaks what is tested here would have it removed.
test.each(['', '.', '..', 'dir', './dir', 'BASE/ours/.', 'BASE/ours/dir/..'])(
  '%j names nothing that was made here, and nothing goes',
  async (path) => {
    const base = temporaryDirectory();
    writeFiles(base, { 'ours/dir/a.txt': 'x' });
    const before = contentOf(base);
    const cwd = process.cwd();
    process.chdir(join(base, 'ours'));
    try {
      await expect(removeTree(path.replace('BASE', base))).rejects.toThrow(/not the path of something made/u);
    } finally {
      process.chdir(cwd);
    }
    expect(contentOf(base)).toEqual(before);
  },
);
