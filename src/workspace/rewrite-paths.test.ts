import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparableAnswer, rewritePaths } from './rewrite-paths.ts';

const rules = [
  { from: '/ws/1', to: '/views/agent1.1' },
  { from: '/ws/1/inner', to: '/views/inner' },
];
const rewritten = (text: string): string => rewritePaths(text, rules);

describe('a root is found', () => {
  test.each([
    ['/ws/1', '/views/agent1.1'],
    ['/ws/1/', '/views/agent1.1/'],
    ['See /ws/1.', 'See /views/agent1.1.'],
    ['See /ws/1...', 'See /views/agent1.1...'],
    ['See /ws/1. Done', 'See /views/agent1.1. Done'],
    ['in `/ws/1/notes.md`, and (/ws/1)', 'in `/views/agent1.1/notes.md`, and (/views/agent1.1)'],
    ['"/ws/1":/ws/1:12', '"/views/agent1.1":/views/agent1.1:12'],
    ['file:///ws/1/a.html', 'file:///views/agent1.1/a.html'],
    ['@/ws/1/a **/ws/1**', '@/views/agent1.1/a **/views/agent1.1**'],
    ['/ws/1\n/ws/1', '/views/agent1.1\n/views/agent1.1'],
    ['/ws/1/inner/x /ws/1/inner2', '/views/inner/x /views/agent1.1/inner2'],
  ])('in %j', (text, expected) => {
    expect(rewritten(text)).toBe(expected);
  });
});

test.each([
  '/ws/10',
  '/ws/1.bak',
  '/ws/1.d/x',
  '/ws/1./x',
  '/ws/1-old',
  '/ws/1_',
  '/ws/1é',
  '/ws/1~',
  '/old/ws/1',
  'x/ws/1',
  '../ws/1',
  './ws/1',
  '~/ws/1',
  '//ws/1',
  '/WS/1',
  '/ws',
  'ws/1',
  '/ws/ 1',
  '',
])('no root is found in %j', (text) => {
  expect(rewritten(text)).toBe(text);
});

test('roots are text, not patterns, and replacements neither', () => {
  const odd = [{ from: '/w.s/(1)+[a]\\$', to: "$& $1 $' \\" }];
  expect(rewritePaths('/w.s/(1)+[a]\\$/x /wxs/(1)+[a]\\$', odd)).toBe("$& $1 $' \\/x /wxs/(1)+[a]\\$");
});

test('the root of the file system and nothing are no roots; a slash at the end means nothing', () => {
  expect(
    rewritePaths('/ a /b', [
      { from: '/', to: 'X' },
      { from: '', to: 'Y' },
    ]),
  ).toBe('/ a /b');
  expect(rewritePaths('/b/c', [{ from: '/b//', to: '/X' }])).toBe('/X/c');
  expect(rewritePaths('/b', [])).toBe('/b');
});

const component = fc.stringMatching(/^[a-z0-9][a-z0-9._ -]{0,5}[a-z0-9]$/u);
const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const prose = fc.stringMatching(/^[ ,:;()"'\n]{0,5}$/u);
const filler = fc.array(fc.oneof(prose, path, component), { maxLength: 6 }).map((parts) => parts.join(' '));

test('each path below a root leads to the same place below its replacement', () => {
  fc.assert(
    fc.property(path, path, fc.option(path, { nil: '' }), prose, prose, (from, to, rest, before, behind) => {
      expect(rewritePaths(`${before}${from}${rest}${behind}`, [{ from, to }])).toBe(
        `${before}${to}${rest}${behind}`,
      );
    }),
  );
});

test('a path that only begins or ends like a root stays', () => {
  fc.assert(
    fc.property(path, component, path, (from, more, to) => {
      for (const other of [from + more, `/${more}${from}`]) {
        expect(rewritePaths(other, [{ from, to }])).toBe(other);
      }
    }),
  );
});

test('the order of rules means nothing, and text without any root is untouched', () => {
  const several = fc.uniqueArray(fc.record({ from: path, to: path }), {
    selector: ({ from }) => from,
    maxLength: 5,
  });
  fc.assert(
    fc.property(several, filler, (given, text) => {
      const result = rewritePaths(text, given);
      expect(rewritePaths(text, given.toReversed())).toBe(result);
      if (!given.some(({ from }) => text.includes(from))) expect(result).toBe(text);
    }),
  );
});

describe('answers are compared', () => {
  const roots = ['/ws/1', '/ws/2', '/run/views/agent1.1'];
  test('without regard to whose paths they name, line ends and the space around', () => {
    const one = comparableAnswer('See /ws/1/a.md\r\nand b\r', roots);
    expect(one).toBe('See /workspace/a.md\nand b');
    expect(comparableAnswer('\n See /ws/2/a.md\nand b', roots)).toBe(one);
    expect(comparableAnswer('See /run/views/agent1.1/a.md\nand b', roots)).toBe(one);
    expect(comparableAnswer('See /ws/3/a.md\nand b', roots)).not.toBe(one);
  });

  test('as what they are: comparing what is comparable changes nothing', () => {
    fc.assert(
      fc.property(filler, fc.array(path, { maxLength: 4 }), (text, some) => {
        const once = comparableAnswer(text, some);
        expect(
          comparableAnswer(
            once,
            some.filter((root) => !'/workspace'.startsWith(root)),
          ),
        ).toBe(once);
      }),
    );
  });
});
