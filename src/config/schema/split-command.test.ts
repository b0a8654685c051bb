import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCommand } from './split-command.ts';

describe('a command as a text', () => {
  it.each([
    ['npx -y  pkg ', ['npx', '-y', 'pkg']],
    [`a "b c" 'd e'`, ['a', 'b c', 'd e']],
    [`a b"c d"e ''`, ['a', 'bc de', '']],
    [`a\\ b "c\\"d" 'e\\f'`, ['a b', 'c"d', 'e\\f']],
    ['', []],
    [' \t ', []],
    ['$HOME *.js', ['$HOME', '*.js']],
  ])('%j is %j', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  it.each([`a "b`, `a 'b`, 'a \\'])('%j is open', (text) => {
    expect(splitCommand(text)).toBeUndefined();
  });

  it('gives back the words it was put together from', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`);
        expect(splitCommand(quoted.join(' '))).toEqual(words);
      }),
    );
  });
});
