import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealAliases, seededRandom } from './aliases.ts';

const teams = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 });
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

describe('dealAliases', () => {
  it('gives each id one of agent1 to agentN, none twice', () => {
    fc.assert(
      fc.property(teams, seeds, (ids, seed) => {
        const aliases = dealAliases(ids, seed);
        expect([...aliases.keys()]).toEqual(ids);
        expect([...aliases.values()].toSorted()).toEqual(
          ids.map((_, index) => `agent${index + 1}`).toSorted(),
        );
      }),
    );
  });

  it('deals the same for the same seed', () => {
    fc.assert(
      fc.property(teams, seeds, (ids, seed) => {
        expect([...dealAliases(ids, seed)]).toEqual([...dealAliases(ids, seed)]);
      }),
    );
  });

  it('deals by place, so an id tells nothing about its alias', () => {
    fc.assert(
      fc.property(teams, seeds, (ids, seed) => {
        const places = ids.map((_, index) => `place ${index}`);
        expect([...dealAliases(ids, seed).values()]).toEqual([...dealAliases(places, seed).values()]);
      }),
    );
  });

  it('deals every order about equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6_000; seed += 1) {
      const order = [...dealAliases(['a', 'b', 'c'], seed).values()].join(' ');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
  });

  it('deals what it has always dealt: a seed given again must mean the same in every version', () => {
    expect([...dealAliases(['writer', 'critic', 'editor', 'tester'], 42)]).toEqual([
      ['writer', 'agent1'],
      ['critic', 'agent4'],
      ['editor', 'agent2'],
      ['tester', 'agent3'],
    ]);
  });
});

describe('seededRandom', () => {
  it('gives numbers from 0 up to, but not, 1, and the same ones for the same seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const one = seededRandom(seed);
        const other = seededRandom(seed);
        for (let index = 0; index < 20; index += 1) {
          const number = one();
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThan(1);
          expect(other()).toBe(number);
        }
      }),
    );
  });
});
