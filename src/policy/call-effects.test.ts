import { expect, test } from 'vitest';
import { callEffects } from './call-effects.ts';
import type { ToolEffects } from './tool-effects.ts';

const branch: ToolEffects = {
  effects: ['Write', 'Exec'],
  byArgument: { name: 'mode', values: { list: ['Read'] } },
  source: 'guess',
  why: '',
};

test.each([
  [{ mode: 'list' }, ['Read']],
  [{ mode: 'delete' }, ['Write', 'Exec']],
  [{}, ['Write', 'Exec']],
  [{ mode: ['list'] }, ['Write', 'Exec']],
  [{ mode: 'constructor' }, ['Write', 'Exec']],
  [{ mode: '__proto__' }, ['Write', 'Exec']],
  [JSON.parse('{"__proto__":{"mode":"list"}}'), ['Write', 'Exec']],
])('a call with %j does %j', (args, effects) => {
  expect(callEffects(branch, args)).toEqual(effects);
});

test('a tool that does one thing does it at every call', () => {
  expect(callEffects({ effects: ['Write'] }, { mode: 'list' })).toEqual(['Write']);
});
