import { expect, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { LineRate } from './line-rate.ts';

function rig() {
  const clock = createSimulatedClock();
  const told: string[] = [];
  const rate = new LineRate<'a' | 'b'>(clock, (key, dropped) => told.push(`${key} ${dropped}`));
  const take = (key: 'a' | 'b', count: number): number =>
    Array.from({ length: count }, () => rate.allows(key, 10)).filter(Boolean).length;
  return { clock, told, rate, take };
}

test('so many a second and no more; what was dropped is told when the second is over', async () => {
  const { clock, told, take } = rig();
  expect(take('a', 10)).toBe(10);
  await clock.advance(400);
  expect(take('a', 25)).toBe(0);
  await clock.advance(599);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['a 25']);
  expect(take('a', 15)).toBe(10);
  await clock.advance(1_000);
  expect(told).toEqual(['a 25', 'a 5']);
});

test('each is counted for itself, and nobody else is told of', async () => {
  const { clock, told, take } = rig();
  expect(take('a', 20)).toBe(10);
  expect(take('b', 10)).toBe(10);
  await clock.advance(10_000);
  expect(told).toEqual(['a 10']);
  expect(clock.waits()).toEqual([]);
});

test('the end tells what would be told later, once', async () => {
  const { clock, told, rate, take } = rig();
  take('a', 12);
  rate.close();
  expect(told).toEqual(['a 2']);
  await clock.advance(5_000);
  expect(told).toEqual(['a 2']);
});
