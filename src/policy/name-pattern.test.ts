import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPattern } from './name-pattern.ts';

test.each([
  ['get_*', 'get_page', true],
  ['get_*', 'get_', true],
  ['get_*', 'forget_page', false],
  ['*_file', 'read_file', true],
  ['*_file', 'read_files', false],
  ['*', '', true],
  ['**', 'anything', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['a*a', 'a', false],
  ['a*ba', 'aba', true],
  ['ab*b', 'ab', false],
  ['*ab*ab', 'ab', false],
  ['', '', true],
  ['', 'x', false],
  ['get.page', 'getXpage', false],
])('%j on %j: %s', (pattern, name, matches) => {
  expect(matchesPattern(pattern, name)).toBe(matches);
});

test('says what a regular expression says', () => {
  const text = fc.stringMatching(/^[ab]{0,8}$/u);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), text, (parts, name) => {
      const expression = new RegExp(`^${parts.join('.*')}$`, 'u');
      expect(matchesPattern(parts.join('*'), name)).toBe(expression.test(name));
    }),
  );
});

test('a pattern of many stars and a long name are done in a moment', () => {
  expect(matchesPattern('*a'.repeat(100), 'a'.repeat(100_000) + 'b')).toBe(false);
});
