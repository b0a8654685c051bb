import { expect, test } from 'vitest';
import type { ProposedChange } from '../runtime/describe-changes.ts';
import { changeText } from './runs-diff-command.ts';

const textDiff = { type: 'text', hunks: '@@ -1,1 +1,1 @@\n-a\n+b\n', added: 1, removed: 1 } as const;

test.each<[string, ProposedChange, readonly string[]]>([
  [
    'a file that changes',
    { path: 'a.txt', kind: 'modified', state: 'pending', diff: textDiff },
    ['--- a/a.txt', '+++ b/a.txt', '@@ -1,1 +1,1 @@', '-a', '+b'],
  ],
  [
    'a conflict, with the reason before it',
    {
      path: 'a.txt',
      kind: 'modified',
      state: 'conflict',
      reason: 'it was changed meanwhile',
      diff: textDiff,
    },
    [
      '# conflict: a.txt: it was changed meanwhile',
      '# --- a/a.txt',
      '# +++ b/a.txt',
      '# @@ -1,1 +1,1 @@',
      '# -a',
      '# +b',
    ],
  ],
  [
    'an empty file',
    {
      path: 'a b',
      kind: 'added',
      state: 'pending',
      diff: { type: 'text', hunks: '', added: 0, removed: 0 },
    },
    ['--- /dev/null', '+++ b/a b\t', '# added: empty file a b'],
  ],
  [
    'a file that only becomes executable',
    {
      path: 'a',
      kind: 'modified',
      state: 'pending',
      executable: true,
      diff: { type: 'text', hunks: '', added: 0, removed: 0 },
    },
    ['# a becomes executable'],
  ],
  ['a folder', { path: 'new/', kind: 'added', state: 'pending' }, ['# added: folder new/']],
  [
    'a link',
    { path: 'l', kind: 'modified', state: 'pending', link: { from: 'x', to: 'y' } },
    ['# modified: link l to y, now to x'],
  ],
  [
    'what is no text',
    { path: 'a', kind: 'modified', state: 'pending', diff: { type: 'binary' } },
    ['Binary files a/a and b/a differ'],
  ],
  [
    'what is too large',
    { path: 'a', kind: 'deleted', state: 'pending', diff: { type: 'large' } },
    ['# deleted: a, too large or too different to be shown'],
  ],
])('%s', (_, change, lines) => {
  expect(changeText(change)).toBe(`${lines.join('\n')}\n`);
});

test('a name with line ends makes no lines of its own', () => {
  const path = 'a\n--- a/b\n"\\\u001B[2J';
  const text = changeText({ path, kind: 'modified', state: 'refused', reason: 'no', diff: textDiff });
  expect(text.split('\n').slice(0, 3)).toEqual([
    '# refused: "a\\012--- a/b\\012\\"\\\\\\033[2J": no',
    '# --- "a/a\\012--- a/b\\012\\"\\\\\\033[2J"',
    '# +++ "b/a\\012--- a/b\\012\\"\\\\\\033[2J"',
  ]);
});
