import { expect, test } from 'vitest';
import { madeLines, type MadeChanges } from './made-lines.ts';

const envelope = { v: 1, seq: 1, at: '2026-01-01T00:00:00.000Z', run: 'log_1', snapshot: 'x' } as const;
const applied = (more: Partial<Extract<MadeChanges, { type: 'changes.applied' }>>): MadeChanges => ({
  ...envelope,
  type: 'changes.applied',
  path: '/here/proj',
  applied: [],
  conflicts: [],
  refused: [],
  cut: false,
  by: 'config',
  ...more,
});
const kept = (more: Partial<Extract<MadeChanges, { type: 'changes.kept' }>>): MadeChanges => ({
  ...envelope,
  type: 'changes.kept',
  path: '/here/proj',
  reason: 'never',
  ...more,
});
const changed: MadeChanges = {
  ...envelope,
  type: 'context.changed',
  agent: 'a',
  turn: 1,
  path: '/here/proj',
  added: ['b'],
  modified: ['a'],
  deleted: [],
  cut: false,
  complete: true,
};
const lines = (...changes: readonly MadeChanges[]): readonly string[] =>
  madeLines(changes, 'log_1', (path) => path.replace('/here/', ''));

const see = '      see: massgen runs diff log_1; make: massgen runs apply log_1';
const undo = '      put back: massgen runs undo log_1';

test.each<[string, readonly MadeChanges[], readonly string[]]>([
  ['nothing', [], []],
  [
    'all made',
    [applied({ applied: ['a', 'b'] }), applied({ path: '/here/x', applied: ['c'] })],
    ['Made  2 changes in proj', 'Made  1 change in x', undo],
  ],
  [
    'all made, with what it was',
    [changed, applied({ applied: ['a', 'b'] })],
    ['Made  2 changes in proj: +b ~a', undo],
  ],
  [
    'some wait, some are refused',
    [
      changed,
      applied({
        applied: ['a'],
        conflicts: [{ path: 'b', reason: 'it was changed meanwhile' }],
        refused: [{ path: '.git', reason: 'is left out of copies' }],
      }),
    ],
    [
      'Made  1 change in proj',
      'Wait  b in proj: it was changed meanwhile',
      'Not   .git in proj: is left out of copies',
      see,
      undo,
    ],
  ],
  [
    'more than an event holds',
    [applied({ applied: ['a'], cut: true })],
    ['Made  more than 1 change in proj', undo],
  ],
  ['kept', [kept({})], ['Wait  changes in proj: the config says `apply: never`', see]],
  [
    'kept by an error',
    [kept({ reason: 'failed', error: { code: 'MG1345', message: 'The disk is full' } })],
    ['Wait  changes in proj: The disk is full', see],
  ],
  [
    'only refused',
    [applied({ refused: [{ path: 'k', reason: 'is protected' }] })],
    ['Not   k in proj: is protected'],
  ],
])('%s', (_, changes, wanted) => {
  expect(lines(...changes)).toEqual(wanted);
});

test('long lists are cut, and no name makes a line of its own', () => {
  const conflicts = Array.from({ length: 30 }, (_, index) => ({ path: `a\nWon ${index}`, reason: 'x' }));
  const shown = lines(applied({ conflicts }));
  expect(shown).toHaveLength(11);
  expect(shown.join('')).not.toContain('\n');
});
