import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  closeSync,
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeIndex, readIndex } from './bundle-index.ts';
import { quickParent, temporaryDirectory } from './file-tree.test-support.ts';
import { type ObjectFiles, openObjectFiles } from './object-files.ts';
import { createObjectReader } from './object-reader.ts';
import { createObjectWriter } from './object-writer.ts';
import { createUnsyncedPaths } from './unsynced-paths.ts';
import { createWorkSlice } from './work-slice.ts';

function open(directory = join(temporaryDirectory(), 'store')): ObjectFiles {
  if (!existsSync(directory)) mkdirSync(directory);
  return openObjectFiles(directory, createUnsyncedPaths());
}

function put(files: ObjectFiles, contents: readonly Buffer[]): void {
  using writer = createObjectWriter(files, createWorkSlice());
  for (const bytes of contents) writer.putBytes(bytes);
  writer.finish();
}

async function problemOf(files: ObjectFiles, bytes: Buffer, target?: string): Promise<string | undefined> {
  using reader = createObjectReader(files, createWorkSlice());
  const object = { sha256: hash('sha256', bytes), size: bytes.length };
  return target === undefined ? reader.check(object) : reader.copyTo(object, target, 0o644);
}

const many = Array.from({ length: 100 }, (_, n) => Buffer.from(`content ${n}`));
const bundlesIn = ({ directory }: ObjectFiles): readonly string[] =>
  existsSync(join(directory, 'bundles'))
    ? readdirSync(join(directory, 'bundles')).map((name) => join(directory, 'bundles', name))
    : [];

test('a few contents are files of their own, many are one file', async () => {
  const files = open();
  put(files, many.slice(0, 10));
  expect(bundlesIn(files)).toEqual([]);
  expect(many.slice(0, 10).every((bytes) => existsSync(files.pathOf(hash('sha256', bytes))))).toBe(true);
  put(files, many);
  expect(bundlesIn(files)).toHaveLength(1);
  for (const bytes of many) expect(await problemOf(files, bytes)).toBeUndefined();
  expect(statSync(bundlesIn(files)[0] ?? '').mode & 0o777).toBe(0o400);
});

test('a content that is there already is not written again, in whichever form it is kept', () => {
  const files = open();
  put(files, many);
  const before = bundlesIn(files);
  put(files, [...many, ...many]);
  put(open(files.directory), many);
  expect(bundlesIn(files)).toEqual(before);
  expect(existsSync(join(files.directory, 'objects'))).toBe(false);
});

test('bundles that other processes make are found', async () => {
  const files = open();
  expect(await problemOf(files, many[0] as Buffer)).toMatch(/it is missing/u);
  put(open(files.directory), many);
  expect(await problemOf(files, many[0] as Buffer)).toBeUndefined();
});

test('whatever byte of a bundle is changed, no other content is served than was stored', async () => {
  const contents = many.slice(0, 40);
  const files = open(temporaryDirectory(quickParent));
  put(files, contents);
  const [bundle = ''] = bundlesIn(files);
  const whole = readFileSync(bundle);
  chmodSync(bundle, 0o600);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (whole[at] ?? 0) ^ change;
      writeFileSync(bundle, spoilt);
      const fresh = open(files.directory);
      const problems: (string | undefined)[] = [];
      for (const bytes of contents) problems.push(await problemOf(fresh, bytes));
      expect(problems.some((problem) => problem !== undefined)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a bundle that is cut off or gone is named', async () => {
  const files = open();
  put(files, many);
  const [bundle = ''] = bundlesIn(files);
  chmodSync(bundle, 0o600);
  const bytes = many[7] as Buffer;
  truncateSync(bundle, 50);
  expect(await problemOf(files, bytes)).toContain(`kept in ${bundle}: `);
  expect(await problemOf(open(files.directory), bytes)).toContain(`damaged are ${bundle}`);
  unlinkSync(bundle);
  expect(await problemOf(files, bytes)).toContain(`kept in ${bundle}: it is missing`);
});

test('a file with holes has them again', async ({ skip }) => {
  const files = open();
  const directory = temporaryDirectory();
  const source = join(directory, 'source');
  writeFileSync(source, 'x'.repeat(100));
  truncateSync(source, 40_000_000);
  skip(statSync(source).blocks * 512 > 1_000_000, 'this file system has no holes');
  const file = openSync(source, 'r');
  using writer = createObjectWriter(files, createWorkSlice());
  const { sha256, size } = await writer.putFile(file, 40_000_000);
  closeSync(file);
  expect(size).toBe(40_000_000);
  expect(statSync(files.pathOf(sha256)).blocks * 512).toBeLessThan(1_000_000);
  using reader = createObjectReader(files, createWorkSlice());
  const copy = join(directory, 'copy');
  expect(await reader.copyTo({ sha256, size }, copy, 0o644)).toBeUndefined();
  expect(statSync(copy).blocks * 512).toBeLessThan(1_000_000);
  execFileSync('cmp', [source, copy]);
});

test('modes are exact whatever the umask is', async () => {
  const files = open();
  const before = process.umask(0o377);
  try {
    put(files, many);
    put(files, [Buffer.from('alone')]);
    await problemOf(files, Buffer.from('alone'), join(files.directory, 'copy'));
    await problemOf(files, many[3] as Buffer, join(files.directory, 'other'));
  } finally {
    process.umask(before);
  }
  const paths = [bundlesIn(files)[0] ?? '', files.pathOf(hash('sha256', 'alone'))];
  expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o400, 0o400]);
  const copies = ['copy', 'other'].map((name) => statSync(join(files.directory, name)).mode & 0o777);
  expect(copies).toEqual([0o644, 0o644]);
});

test('an index finds what is in it and nothing else', () => {
  const path = join(temporaryDirectory(quickParent), 'index');
  const sha256 = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  const contents = fc.uniqueArray(fc.record({ sha256, offset: fc.maxSafeNat(), size: fc.maxSafeNat() }), {
    selector: (content) => content.sha256,
  });
  fc.assert(
    fc.property(contents, sha256, fc.uint8Array(), (given, other, before) => {
      writeFileSync(path, Buffer.concat([before, encodeIndex(given)]));
      const file = openSync(path, 'r');
      const index = readIndex(file);
      closeSync(file);
      for (const content of given) expect(index?.find(content.sha256)).toEqual(content);
      if (!given.some((content) => content.sha256 === other)) expect(index?.find(other)).toBeUndefined();
      expect([...(index?.all() ?? [])]).toHaveLength(given.length);
    }),
  );
});
