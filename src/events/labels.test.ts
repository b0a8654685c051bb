import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerLabel, parseAnswerLabel } from './labels.ts';

describe('labels of answers', () => {
  it('are read back as they were made, whatever the name holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('gpt-4.1', 'a.2', '.', 'x.1.1', 'line\nbreak')),
        fc.integer({ min: 1, max: 999_999_999 }),
        (name, number) => {
          expect(parseAnswerLabel(answerLabel(name, number))).toEqual({ name, number });
        },
      ),
    );
  });

  it('keep answers of different agents apart, also when one id looks like the label of another', () => {
    expect(parseAnswerLabel('gpt-4.1')).toEqual({ name: 'gpt-4', number: 1 });
    expect(parseAnswerLabel('gpt-4.1.1')).toEqual({ name: 'gpt-4.1', number: 1 });
  });

  it.each([
    '',
    'agent1',
    'agent1.',
    '.1',
    'agent1.0',
    'agent1.01',
    'agent1.-1',
    'agent1.1.5.',
    'agent1.1 ',
    'agent1.1e3',
  ])('%j is no label', (text) => {
    expect(parseAnswerLabel(text)).toBeUndefined();
  });

  it('have numbers of at most nine digits', () => {
    expect(parseAnswerLabel('agent1.1000000000')).toBeUndefined();
  });
});
