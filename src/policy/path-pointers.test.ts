import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allStrings, stringsAt } from './path-pointers.ts';

test.each<[readonly string[], unknown, readonly string[]]>([
  [['path'], { path: 'a', content: 'b' }, ['a']],
  [['paths[]'], { paths: ['a', 'b'] }, ['a', 'b']],
  [['items[].path'], { items: [{ path: 'a', content: 'x' }, { path: 'b' }] }, ['a', 'b']],
  [['source', 'destination'], { source: 'a', destination: 'b' }, ['a', 'b']],
  [['operations[].source'], { operations: { source: 'not in a list' } }, ['not in a list']],
  [['paths[]'], { paths: 'a' }, ['a']],
  [['path'], { path: ['a', ['b']] }, ['a', 'b']],
  [['path'], { path: { hidden: 'a' } }, ['hidden', 'a']],
  [['items[].path'], { items: [[{ path: 'a' }], null, 3, 'x'] }, ['a']],
  [['path'], {}, []],
  [[], { path: 'a' }, []],
  [['constructor', '__proto__.x'], {}, []],
  [['__proto__'], JSON.parse('{"__proto__":"a"}'), ['a']],
])('%j in %j', (pointers, args, strings) => {
  expect(stringsAt(args as Readonly<Record<string, unknown>>, pointers)).toEqual(strings);
});

test('texts under the names of contents are left out, at any depth, and nothing else', () => {
  const value = {
    path: 'a',
    content: 'long text',
    items: [{ content: ['one', 'two'], path: 'b' }],
    options: { content: { path: 'c' } },
  };
  expect(allStrings(value, new Set(['content']))).toEqual([
    'path',
    'a',
    'items',
    'path',
    'b',
    'options',
    'path',
    'c',
  ]);
});

test('every string of a value is found', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const found = new Set(allStrings(value));
      const text = JSON.stringify(value);
      for (const quoted of text.match(/"(?:[^"\\]|\\.)*"/gu) ?? [])
        expect(found.has(JSON.parse(quoted))).toBe(true);
    }),
  );
});
