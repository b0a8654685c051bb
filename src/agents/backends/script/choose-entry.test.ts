import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TurnKind } from '../../agent.ts';
import { chooseEntry, type ScriptEntry } from './choose-entry.ts';

const entry = (when: ScriptEntry['when']): ScriptEntry => ({ when, steps: [] });

const kinds = fc.constantFrom<TurnKind>('answer', 'decide', 'present');
const whens = fc.constantFrom<ScriptEntry['when']>('no_answers', 'has_answers', 'presenting', 'always');
const turnsOf = fc.array(whens, { minLength: 1, maxLength: 6 }).map((list) => list.map(entry));

/** When an entry may be played. */
const fits: Readonly<Record<ScriptEntry['when'], readonly TurnKind[]>> = {
  no_answers: ['answer'],
  has_answers: ['decide'],
  presenting: ['present'],
  always: ['answer', 'decide'],
};

describe('chooseEntry', () => {
  test('plays the entries that hold one after the other, then the last one again', () => {
    const turns = [entry('no_answers'), entry('has_answers'), entry('always'), entry('has_answers')];
    const played: (ScriptEntry | undefined)[] = [];
    const past: TurnKind[] = [];
    for (const kind of ['answer', 'decide', 'decide', 'decide', 'decide', 'answer'] as const) {
      played.push(chooseEntry(turns, true, past, kind));
      past.push(kind);
    }
    expect(played.map((each) => turns.indexOf(each as ScriptEntry))).toEqual([0, 1, 2, 3, 3, 2]);
  });

  test('without repeating, an entry that is used up is not played again', () => {
    const turns = [entry('no_answers')];
    expect(chooseEntry(turns, false, [], 'answer')).toBe(turns[0]);
    expect(chooseEntry(turns, false, ['answer'], 'answer')).toBeUndefined();
    expect(chooseEntry(turns, false, ['answer'], 'decide')).toBeUndefined();
  });

  test('is a function of the turns that ended before: what it is asked in between changes nothing', () => {
    fc.assert(
      fc.property(
        turnsOf,
        fc.boolean(),
        fc.array(kinds, { maxLength: 8 }),
        kinds,
        (turns, repeat, past, kind) => {
          const before = chooseEntry(turns, repeat, past, kind);
          chooseEntry(turns, repeat, [...past, kind], kind);
          chooseEntry(turns, !repeat, [], 'present');
          expect(chooseEntry(turns, repeat, [...past], kind)).toBe(before);
        },
      ),
    );
  });

  test('only plays what holds, nothing twice while something unused holds, and something whenever it may', () => {
    fc.assert(
      fc.property(turnsOf, fc.boolean(), fc.array(kinds, { maxLength: 10 }), (turns, repeat, order) => {
        const used = new Set<ScriptEntry>();
        for (const [index, kind] of order.entries()) {
          const played = chooseEntry(turns, repeat, order.slice(0, index), kind);
          const holding = turns.filter(({ when }) => fits[when].includes(kind));
          const fresh = holding.filter((each) => !used.has(each));
          expect(played).toBe(fresh[0] ?? (repeat ? holding.at(-1) : undefined));
          if (played !== undefined) used.add(played);
        }
      }),
    );
  });
});
