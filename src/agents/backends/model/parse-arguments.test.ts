import { expect, it } from 'vitest';
import { parseArguments } from './parse-arguments.ts';

it.each([
  ['{"a":1}', { a: 1 }],
  ['', {}],
  [' \n', {}],
  ['null', {}],
  ['[1]', [1]],
  ['{"a":', '{"a":'],
  ['{"a":1}{"b":2}', '{"a":1}{"b":2}'],
  ['plain words', 'plain words'],
])('reads %j', (text, expected) => {
  expect(parseArguments(text)).toEqual(expected);
});
