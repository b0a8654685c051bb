import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reconnectDelay } from './reconnect-delay.ts';

/** Starts again as soon as it may, until it may not; the times of the starts. */
function startsFrom(now: number): readonly number[] {
  const starts: number[] = [];
  let at = now;
  for (let delay = reconnectDelay(starts, at); delay !== undefined; delay = reconnectDelay(starts, at)) {
    at += delay;
    starts.push(at);
  }
  return starts;
}

test('the first time at once, then after longer and longer pauses, five times in all', () => {
  expect(startsFrom(0)).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
});

test('after ten minutes an old start is forgotten', () => {
  const starts = startsFrom(0);
  expect(reconnectDelay(starts, 599_999)).toBeUndefined();
  expect(reconnectDelay(starts, 600_000)).toBe(0);
});

test('time that has passed since the last start counts', () => {
  expect(reconnectDelay([0, 0], 1_500)).toBe(500);
  expect(reconnectDelay([0, 0], 3_000)).toBe(0);
});

test('never negative, never more than a minute, and never more than five starts in ten minutes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300_000), { maxLength: 60 }), (pauses) => {
      const starts: number[] = [];
      let now = 0;
      for (const pause of pauses) {
        now += pause;
        const delay = reconnectDelay(starts, now);
        if (delay === undefined) continue;
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(60_000);
        now += delay;
        starts.push(now);
        expect(starts.filter((at) => now - at < 600_000).length).toBeLessThanOrEqual(5);
      }
    }),
  );
});
