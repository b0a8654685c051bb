import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decisionOf, decisionTools } from './decision-tools.ts';

const handler = {
  check: () => Promise.resolve(undefined),
  decide: () => Promise.reject(new Error('not asked')),
};

test.each([
  [true, true, ['new_answer', 'vote']],
  [true, false, ['new_answer']],
  [false, true, ['vote']],
  [false, false, []],
])('may answer %s, may vote %s: offered are %j', (mayAnswer, mayVote, names) => {
  expect(decisionTools(handler, mayAnswer, mayVote).map(({ definition }) => definition.name)).toEqual(names);
});

test('decisions change no files and take no paths', () => {
  for (const tool of decisionTools(handler, true, true)) {
    expect(tool).toMatchObject({ decides: true, effects: { effects: [], pathArguments: [] } });
  }
});

test('anything that is no decision is none, and nothing throws', () => {
  fc.assert(
    fc.property(fc.constantFrom('new_answer', 'vote', 'act'), fc.jsonValue(), (name, args) => {
      const decision = decisionOf(name, args);
      if (decision === undefined) return;
      expect(decision.type).toBe(name);
      expect(typeof (decision.type === 'vote' ? decision.target : decision.content)).toBe('string');
    }),
  );
});

test('a vote without a reason is one all the same', () => {
  expect(decisionOf('vote', { answer: 'agent1.1', reason: 7 })).toEqual({
    type: 'vote',
    target: 'agent1.1',
    reason: '',
  });
});
