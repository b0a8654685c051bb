import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, parseLogFile, stemOf } from './log-file-name.ts';

const stem = (server: string): string => stemOf(server, server);

test('a plain name is its own', () => {
  expect(stem('filesystem')).toBe('filesystem');
  expect(stem('brave-search_2')).toBe('brave-search_2');
});

test.each([
  'Files',
  'FILES',
  'index',
  'con',
  'lpt1',
  '',
  '.',
  '../x',
  'a b',
  'ü',
  '-x',
  'x'.repeat(65),
  '__proto__',
])('%j gets a piece of its hash, and is a name on every disk', (server) => {
  expect(stem(server)).toMatch(/^[A-Za-z0-9_-]{0,64}~[0-9a-f]{8}$/u);
});

test('two servers share no file, whatever the file system thinks of case', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_~-]{1,9}$/u))),
      (servers) => {
        const stems = servers.map((server) => stem(server).toLowerCase());
        expect(new Set(stems).size).toBe(servers.length);
      },
    ),
  );
  expect(stem('files').toLowerCase()).not.toBe(stem('Files').toLowerCase());
});

test('a name that had to be masked is in no name of a file', () => {
  expect(stemOf('sk-proj-secret', '[masked]')).toMatch(/^server~[0-9a-f]{8}$/u);
});

test('a file tells what it is', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom('lines' as const, 'wire' as const, 'stderr' as const),
      fc.nat(100),
      (server, kind, generation) => {
        const file = { stem: stem(server), kind, generation };
        fc.pre(file.stem !== '');
        expect(parseLogFile(fileOf(file))).toEqual(file);
      },
    ),
  );
});

test.each(['notes.txt', 'x.jsonl.bak', '.jsonl', 'x.log', 'x.wire.log', 'x.stderr.jsonl', 'x.1.2.jsonl'])(
  '%s is no file of ours',
  (file) => {
    expect(parseLogFile(file)).toBeUndefined();
  },
);
