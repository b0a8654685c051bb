import { link, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-atomic-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test.each([0o000, 0o022, 0o077])('writes a file for its owner only with umask %i', async (umask) => {
  const path = join(await emptyFolder(), 'file');
  const before = process.umask(umask);
  onTestFinished(() => void process.umask(before));
  await writeFileAtomic(path, 'text');
  expect(await readFile(path, 'utf8')).toBe('text');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('the new content is another file, so who reads the old one is not disturbed', async () => {
  const folder = await emptyFolder();
  const path = join(folder, 'file');
  await writeFileAtomic(path, 'old');
  await link(path, join(folder, 'reader'));
  await writeFileAtomic(path, 'new');
  expect(await readFile(join(folder, 'reader'), 'utf8')).toBe('old');
  expect(await readFile(path, 'utf8')).toBe('new');
});

test('many writers at once leave one whole content and nothing else', async () => {
  const folder = await emptyFolder();
  const contents = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(join(folder, 'file'), content)));
  expect(contents).toContain(await readFile(join(folder, 'file'), 'utf8'));
  expect(await readdir(folder)).toEqual(['file']);
});

test('a write that fails leaves what was there and no scratch files', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'target', 'full'), { recursive: true });
  await expect(writeFileAtomic(join(folder, 'target'), 'text')).rejects.toMatchObject({
    code: journalErrors.storageFailed.code,
  });
  expect(await readdir(folder)).toEqual(['target']);
});

test('a folder that is missing is an error that names the file', async () => {
  const path = join(await emptyFolder(), 'missing', 'file');
  await expect(writeFileAtomic(path, 'text')).rejects.toThrow(path);
});
