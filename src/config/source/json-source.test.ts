import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json-source.ts';
import { findNode, plainValue } from './source-node.ts';

function accepts(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('JSON as a tree', () => {
  it('has the values JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { root, problems } = parseJson(text);
        expect(problems).toEqual([]);
        const expected = JSON.parse(text, function (this: object, key, item: unknown) {
          return key === '__proto__' ? undefined : item;
        }) as unknown;
        expect(plainValue(root as never)).toEqual(expected);
      }),
    );
  });

  it('accepts what JSON.parse accepts, keys twice apart, and nothing else', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b',
      '\\"',
      '1',
      '-',
      '.5',
      '1e3',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
      '//',
      '\u0001',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join('');
        fc.pre(text.trim() !== '');
        const errors = parseJson(text).problems.filter(({ definition }) => definition !== 'duplicateKey');
        expect(errors.length === 0, text).toBe(accepts(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"a": 1,}', 'a comma must not stand before the end', 7],
    ['{"a" 1}', 'here should be `:`', 5],
    ['{a: 1}', 'here should be a key in double quotes', 1],
    ['[1 2]', 'here should be `,` or `]`', 3],
    ['["a]', 'this text is not closed, or has a control character in it', 1],
    ['["\\q"]', 'this text has a backslash sequence that is not known', 1],
    ['{"a": [1]', 'the config ends where `,` or `}` should be', 9],
    ['[1] x', 'nothing may follow the end of the config', 4],
    ['{\n// comment\n}', 'JSON has no comments; use a .yaml file for them', 2],
    ["{'a': 1}", 'here should be a key in double quotes', 1],
    ['{"a": 1, "a": 2}', 'the key "a" occurs twice in this map', 9],
    ['['.repeat(70), 'is nested too deep', 65],
  ])('refuses %s', (text, message, offset) => {
    expect(parseJson(text).problems).toMatchObject([{ severity: 'error', message, offset }]);
  });

  it('reads a text of half a megabyte', () => {
    const long = '\\n'.repeat(250_000);
    expect(parseJson(`["${long}"]`).problems).toEqual([]);
  });

  it('knows where its parts stand', () => {
    const text = '{"a": [1, {"b": "c"}]}';
    const { root } = parseJson(text);
    const found = findNode(root as never, ['a', 1, 'b']);
    expect(text.slice(found.node.start, found.node.end)).toBe('"c"');
    expect(text.slice(found.entry?.keyStart, found.entry?.keyEnd)).toBe('"b"');
    expect(findNode(root as never, ['a', 1, 'x', 'y'])).toMatchObject({
      complete: false,
      node: { start: 10 },
    });
  });
});
