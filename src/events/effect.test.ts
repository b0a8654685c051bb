import { expect, it } from 'vitest';
import { mayChangeFiles, type Effect } from './effect.ts';

it.each<[readonly Effect[], boolean]>([
  [[], false],
  [['Read'], false],
  [['Read', 'Net'], false],
  [['Write'], true],
  [['Read', 'Delete'], true],
  [['Exec'], true],
  [['Unknown'], true],
])('a call with the effects %j may change files: %s', (effects, expected) => {
  expect(mayChangeFiles(effects)).toBe(expected);
});
