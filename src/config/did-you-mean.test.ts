import { describe, expect, it } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const words = [
  'command',
  'args',
  'allowed_tools',
  'type',
  'strict',
  'rich_terminal',
  'agent_temporary_workspace',
];

describe('the word that was meant', () => {
  it.each([
    ['comand', 'command'],
    ['alowed_tools', 'allowed_tools'],
    ['typ', 'type'],
    ['strcit', 'strict'],
    ['STRICT', 'strict'],
    ['rich', 'rich_terminal'],
    ['agent_temp_workspace', 'agent_temporary_workspace'],
  ])('for %s is %s', (word, meant) => {
    expect(didYouMean(word, words)).toBe(meant);
  });

  it.each(['', 'x', 'verbosity', 'a'.repeat(200)])('for %j is none', (word) => {
    expect(didYouMean(word, words)).toBeUndefined();
  });

  it('is none where several begin with it', () => {
    expect(didYouMean('enable', ['enable_web_search', 'enable_code_execution'])).toBeUndefined();
  });
});
