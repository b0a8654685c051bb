import { describe, expect, it } from 'vitest';
import { plainValue } from './source-node.ts';
import { parseYaml } from './yaml-source.ts';

function value(text: string): unknown {
  const { root, problems } = parseYaml(text);
  expect(problems).toEqual([]);
  return root === undefined ? undefined : plainValue(root);
}

describe('YAML as a tree', () => {
  it('has the values of the core schema', () => {
    const text = 'a: [1, 0x1f, 1.5, true, ~, null, "x", y]\nb: |\n  two\n  lines\n"c d": {e: .5}\n1: \n';
    expect(value(text)).toEqual({
      a: [1, 31, 1.5, true, null, null, 'x', 'y'],
      b: 'two\nlines\n',
      'c d': { e: 0.5 },
      '1': null,
    });
  });

  it('writes out aliases and merge keys, each time as a part of its own', () => {
    const { root } = parseYaml(
      'base: &b {x: 1, y: [1]}\none: *b\ntwo: {<<: *b, x: 2}\nthree: {<<: [*b, {z: 3}]}\n',
    );
    const plain = plainValue(root as never) as Record<string, { y: number[] }>;
    expect(plain).toEqual({
      base: { x: 1, y: [1] },
      one: { x: 1, y: [1] },
      two: { x: 2, y: [1] },
      three: { x: 1, y: [1], z: 3 },
    });
    expect(plain['one']?.y).not.toBe(plain['base']?.y);
  });

  it('takes an alias for the last anchor of its name above it', () => {
    expect(value('- &a 1\n- &a 2\n- *a\n')).toEqual([1, 2, 2]);
  });

  it('is empty for a text without content', () => {
    expect(parseYaml('# nothing\n')).toEqual({ problems: [] });
  });

  const broken: readonly (readonly [what: string, text: string, definition: string, offset: number])[] = [
    ['a tab as indentation', 'a:\n\tb: 1\n', 'syntax', 3],
    ['a quote left open', 'a: "b\nc: 1\n', 'syntax', 3],
    ['a missing colon', 'a: 1\nb\nc: 1\n', 'syntax', 5],
    ['a text with a colon', 'a: b: c\n', 'syntax', 3],
    ['a bracket left open', 'a: [1, 2\nb: 1\n', 'syntax', 3],
    ['an inner bracket left open', 'a: [[1, 2], [3, 4]\n', 'syntax', 3],
    ['a missing comma', "a: ['x' 'y']\n", 'syntax', 8],
    ['odd indentation', 'a:\n    b: 1\n  c: 1\n', 'syntax', 12],
    ['a character that starts no text', 'a: @b\n', 'syntax', 3],
    ['an unknown backslash sequence', 'a: "\\q"\n', 'syntax', 4],
    ['two documents', 'a: 1\n---\nb: 1\n', 'unsupportedYaml', 5],
    ['a tag', 'a: !ruby/object x\n', 'unsupportedYaml', 3],
    ['a tag of binary data', 'a: !!binary aGk=\n', 'unsupportedYaml', 12],
    ['a key that is a list', '[a]: 1\n', 'unsupportedYaml', 0],
    ['a key that is empty', '? \n: 1\n', 'unsupportedYaml', 2],
    ['a merge of a text', 'a: {<<: b}\n', 'unsupportedYaml', 8],
    ['an alias of nothing', 'a: *b\n', 'badAlias', 3],
    ['an alias of what is below', 'a: *b\nb: &b 1\n', 'badAlias', 3],
    ['an alias of its own list', 'a: &b [*b]\n', 'badAlias', 7],
    ['an alias of a part around it', 'a: &b {c: {d: *b}}\n', 'badAlias', 14],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'duplicateKey', 10],
    ['deep flow nesting', '['.repeat(100) + ']'.repeat(100), 'tooDeep', 64],
    ['deep nesting on one line', `${'- '.repeat(100)}a`, 'tooDeep', 128],
    [
      'deep nesting by lines',
      Array.from({ length: 70 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'tooDeep',
      2272,
    ],
    ['a million brackets', '['.repeat(1_000_000), 'tooDeep', 64],
    ['very many parts', '- a\n'.repeat(150_000), 'fileTooLarge', 319_999],
  ];

  it.each(broken)('refuses %s', (_, text, definition, offset) => {
    const { problems } = parseYaml(text);
    expect(problems.map((problem) => [problem.severity, problem.definition, problem.offset])).toEqual([
      ['error', definition, offset],
    ]);
  });

  it('refuses aliases that multiply', () => {
    const lines = Array.from({ length: 10 }, (_, level) => {
      const items = Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
      return `a${level}: &a${level} [${items.join(', ')}]`;
    });
    expect(parseYaml(lines.join('\n')).problems).toMatchObject([{ definition: 'badAlias' }]);
  });

  it('takes many aliases of small parts', () => {
    const text = `base: &b {x: 1}\nall:\n${'  - *b\n'.repeat(500)}`;
    expect((value(text) as { all: unknown[] }).all).toHaveLength(500);
  });

  it('does not quote the text in its messages', () => {
    const secret = 'canary-8f3a';
    for (const text of [
      `a: "${secret}\n`,
      `a: [${secret}\nb: 1\n`,
      `${secret}\na: 1\n`,
      `a: !${secret} b`,
      `@${secret}`,
    ]) {
      const { problems } = parseYaml(text);
      expect(problems).not.toEqual([]);
      expect(JSON.stringify(problems)).not.toContain(secret);
    }
  });
});
