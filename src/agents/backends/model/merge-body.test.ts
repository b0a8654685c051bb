import { expect, test } from 'vitest';
import { mergeBody } from './merge-body.ts';

test('joins objects, appends lists, and never replaces the conversation', () => {
  expect(
    mergeBody(
      { model: 'm', input: ['hi'], stream: true, text: { format: 'plain' }, include: ['a'], top_p: 1 },
      {
        model: 'other',
        input: [],
        stream: false,
        text: { verbosity: 'low' },
        include: ['a', 'b'],
        top_p: 0.5,
        seed: 7,
        unset: null,
      },
    ),
  ).toEqual({
    model: 'm',
    input: ['hi'],
    stream: true,
    text: { format: 'plain', verbosity: 'low' },
    include: ['a', 'b'],
    top_p: 0.5,
    seed: 7,
  });
});
