import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ordinaryUser } from '../../test/fixtures/ordinary-user.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createFileDiscoveryCache } from './file-discovery-cache.ts';
import type { ServerDiscovery } from './server-discovery.ts';

const day = 24 * 60 * 60 * 1_000;
const discovery: ServerDiscovery = {
  tools: [
    {
      name: '__proto__',
      description: 'Reads.',
      inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
      annotations: { readOnlyHint: true },
      hash: 'abc',
    },
  ],
  dropped: [{ name: 'odd', reason: 'inputSchema: is wrong' }],
  hasResources: true,
  prompts: [
    { name: 'greet', description: '', arguments: [{ name: 'who', description: '', required: true }] },
  ],
  version: 'fixture 1',
  protocol: '2025-11-25',
};

function place(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'massgen-cache-')), 'deep', 'mcp');
}

test('what one process wrote the next one reads, unchanged and for its owner only', async () => {
  const directory = place();
  const clock = createSimulatedClock();
  await createFileDiscoveryCache(directory, clock).write('key', discovery);
  expect(await createFileDiscoveryCache(directory, clock).read('key')).toEqual(discovery);
  expect(await createFileDiscoveryCache(directory, clock).read('other')).toBeUndefined();
  expect(readdirSync(directory)).toEqual(['key.json']);
  expect(statSync(path.join(directory, 'key.json')).mode & 0o777).toBe(0o600);
});

const whole = { v: 1, at: createSimulatedClock().now(), discovery };
test.each([
  ['is cut off', JSON.stringify(whole).slice(0, -20)],
  ['is empty', ''],
  ['is no text', Buffer.from([0xff, 0xfe, 0x00, 0x01])],
  ['is of another version', JSON.stringify({ ...whole, v: 2 })],
  ['is of another form', JSON.stringify({ ...whole, discovery: { ...discovery, tools: [{ name: 'a' }] } })],
  ['has a tool without a name', JSON.stringify(whole).replace('"__proto__"', '""')],
  ['is older than a month', JSON.stringify({ ...whole, at: whole.at - 31 * day })],
  ['is from the future', JSON.stringify({ ...whole, at: whole.at + 2 * day })],
  ['is nested beyond reading', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ['is larger than any we write', `${JSON.stringify(whole)}${' '.repeat(21 * 1024 * 1024)}`],
])('a file that %s is as good as none, and is replaced', async (_, content) => {
  const directory = place();
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'key.json'), content);
  const cache = createFileDiscoveryCache(directory, createSimulatedClock());
  expect(await cache.read('key')).toBeUndefined();
  await cache.write('key', discovery);
  expect(await createFileDiscoveryCache(directory, createSimulatedClock()).read('key')).toEqual(discovery);
});

test('a directory in the place of the file is as good as no file', async () => {
  const directory = place();
  mkdirSync(path.join(directory, 'key.json'), { recursive: true });
  const cache = createFileDiscoveryCache(directory, createSimulatedClock());
  expect(await cache.read('key')).toBeUndefined();
  await cache.write('key', discovery);
  expect(await cache.read('key')).toEqual(discovery);
});

/** The start of a program that has the cache of `directory` as `cache`. */
function program(directory: string): string {
  const module = path.resolve(import.meta.dirname, 'file-discovery-cache.ts');
  return `
    import { createFileDiscoveryCache } from ${JSON.stringify(module)};
    const clock = { now: () => ${whole.at}, monotonic: () => 0, after: () => () => undefined };
    const discovery = ${JSON.stringify(discovery)};
    const open = () => createFileDiscoveryCache(${JSON.stringify(directory)}, clock);`;
}

test('where nothing can be written, this process remembers all the same', async ({ skip }) => {
  const user = ordinaryUser();
  skip(user === undefined, 'setpriv is not installed: root may write everywhere');
  const directory = mkdtempSync(path.join(tmpdir(), 'massgen-cache-'));
  chmodSync(directory, 0o500);
  const code = `${program(directory)}
    const cache = open();
    await cache.write('key', discovery);
    console.log(JSON.stringify([await cache.read('key'), await open().read('key') ?? null]));`;
  const [command = '', ...args] = [...(user ?? []), process.execPath, '--input-type=module', '-e', code];
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([discovery, null]);
  expect(readdirSync(directory)).toEqual([]);
  chmodSync(directory, 0o700);
});

test('a place that cannot be one does no harm', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'massgen-cache-')), 'file');
  writeFileSync(file, '');
  for (const directory of [path.join(file, 'mcp'), '/proc/no/such/place']) {
    const cache = createFileDiscoveryCache(directory, createSimulatedClock());
    expect(await cache.read('key')).toBeUndefined();
    await cache.write('key', discovery);
    expect(await cache.read('key')).toEqual(discovery);
  }
});

test('a discovery too large for a file is kept in memory only', async () => {
  const directory = place();
  const large = { ...discovery, dropped: [{ name: 'é'.repeat(11 * 1024 * 1024), reason: '' }] };
  const cache = createFileDiscoveryCache(directory, createSimulatedClock());
  await cache.write('key', large);
  expect(await cache.read('key')).toBe(large);
  expect(await createFileDiscoveryCache(directory, createSimulatedClock()).read('key')).toBeUndefined();
});

test('two processes that write the same file leave one of their versions whole, and nothing else', async () => {
  const directory = place();
  const code = `${program(directory)}
    for (let round = 0; round < 15; round += 1)
      await open().write('key', { ...discovery, version: process.argv[1] + round + 'x'.repeat(50_000) });`;
  const writers = ['a', 'b'].map((name) =>
    spawn(process.execPath, ['--input-type=module', '-e', code, name], { stdio: 'inherit' }),
  );
  const ends = Promise.all(writers.map((child) => once(child, 'exit')));
  const seen = new Set<string>();
  while (writers.some(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    const found = await createFileDiscoveryCache(directory, createSimulatedClock()).read('key');
    if (found === undefined) continue;
    expect(found.version).toMatch(/^[ab]\d+x{50000}$/u);
    seen.add(found.version?.slice(0, 1) ?? '');
  }
  expect(await ends).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(seen.size).toBeGreaterThan(0);
  expect(readdirSync(directory)).toEqual(['key.json']);
  expect(() => JSON.parse(readFileSync(path.join(directory, 'key.json'), 'utf8')) as unknown).not.toThrow();
});
