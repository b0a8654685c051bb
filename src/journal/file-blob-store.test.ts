import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import { createFileBlobStore } from './file-blob-store.ts';

const hello = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const helloFile = '2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

async function emptyStore() {
  const folder = await mkdtemp(join(tmpdir(), 'massgen-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = join(folder, '.store');
  return { store, file: join(store, 'objects', helloFile), blobs: createFileBlobStore(store) };
}

test('bytes are kept under their hash and come back', async () => {
  const { blobs, file } = await emptyStore();
  expect(await blobs.put(Buffer.from('hello'))).toBe(hello);
  expect((await blobs.get(hello)).toString()).toBe('hello');
  expect(await readFile(file, 'utf8')).toBe('hello');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('nothing but the objects is left behind, also when many put the same at once', async () => {
  const { blobs, store } = await emptyStore();
  const other = createFileBlobStore(store);
  const puts = Array.from({ length: 20 }, (_, index) =>
    (index % 2 === 0 ? blobs : other).put(Buffer.from('hello')),
  );
  expect(new Set(await Promise.all(puts))).toEqual(new Set([hello]));
  expect(await readdir(join(store, 'objects', '2c'))).toHaveLength(1);
});

test('an object that exists is not written again', async () => {
  const { blobs, file } = await emptyStore();
  await blobs.put(Buffer.from('hello'));
  const before = await stat(file);
  await blobs.put(Buffer.from('hello'));
  const after = await stat(file);
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
});

test('an object that was cut off is healed when its value comes again', async () => {
  const { blobs, file } = await emptyStore();
  await blobs.put(Buffer.from('hello'));
  await writeFile(file, 'hel');
  await expect(blobs.get(hello)).rejects.toMatchObject({ code: journalErrors.blobDamaged.code });
  await blobs.put(Buffer.from('hello'));
  expect((await blobs.get(hello)).toString()).toBe('hello');
});

test('one changed byte is found', async () => {
  const { blobs, file } = await emptyStore();
  await blobs.put(Buffer.from('hello'));
  await writeFile(file, 'hellp');
  await expect(blobs.get(hello)).rejects.toMatchObject({
    code: journalErrors.blobDamaged.code,
    data: { hash: hello },
  });
});

test('a hash nobody stored is missing', async () => {
  const { blobs } = await emptyStore();
  await expect(blobs.get(hello)).rejects.toMatchObject({ code: journalErrors.blobMissing.code });
});

test.each(['', 'sha256:', 'sha256:../../etc/passwd', `sha256:${'A'.repeat(64)}`, `md5:${'a'.repeat(64)}`])(
  'what is no hash never becomes a path (%j)',
  async (hash) => {
    const { blobs } = await emptyStore();
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: journalErrors.blobMissing.code });
  },
);

test('a store that cannot be made is a clear error', async () => {
  const blobs = createFileBlobStore('/proc/nowhere/.store');
  await expect(blobs.put(Buffer.from('hello'))).rejects.toThrow('/proc/nowhere/.store/objects/2c');
});
