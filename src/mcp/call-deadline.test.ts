import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { startCallDeadline } from './call-deadline.ts';

const never = new AbortController().signal;

test('silence ends a call, a sign of life extends it, and nothing extends it beyond the total', async () => {
  const clock = createSimulatedClock();
  const late = startCallDeadline(clock, { idleMs: 10, totalMs: 25 }, [never]);
  await clock.advance(9);
  late.extend();
  await clock.advance(9);
  late.extend();
  expect(late.signal.aborted).toBe(false);
  await clock.advance(6);
  expect(late.passed()).toBe(false);
  await clock.advance(1);
  expect(late.passed()).toBe(true);
  expect((late.signal.reason as Error).message).toBe('no answer within 25 ms');
});

test('the reason names what was over', async () => {
  const clock = createSimulatedClock();
  const late = startCallDeadline(clock, { idleMs: 10, totalMs: 25 }, [never]);
  await clock.advance(10);
  expect((late.signal.reason as Error).message).toBe('no sign of life for 10 ms');
});

test('while a person is asked nobody is late, and the silence counts from the answer on', async () => {
  const clock = createSimulatedClock();
  let waitedUntil = (): number => clock.monotonic();
  const late = startCallDeadline(clock, { idleMs: 60, totalMs: 1_000 }, [never], () => waitedUntil());
  await clock.advance(119);
  waitedUntil = () => 119;
  await clock.advance(59);
  expect(late.passed()).toBe(false);
  await clock.advance(1);
  expect(late.passed()).toBe(true);
});

test('not even a person may take longer than the total', async () => {
  const clock = createSimulatedClock();
  const late = startCallDeadline(clock, { idleMs: 60, totalMs: 100 }, [never], () => clock.monotonic());
  await clock.advance(100);
  expect(late.passed()).toBe(true);
});

test.each([0, -1])('a time of %i is over at once, also while a person is asked', async (idleMs) => {
  const clock = createSimulatedClock();
  const late = startCallDeadline(clock, { idleMs, totalMs: 100 }, [never], () => clock.monotonic());
  expect(late.passed()).toBe(true);
});

test('whoever gives up is heard, with the reason, and that is not the time', async () => {
  const clock = createSimulatedClock();
  const controller = new AbortController();
  const times = { idleMs: 10, totalMs: 20 };
  const late = startCallDeadline(clock, times, [never, controller.signal]);
  controller.abort(new Error('enough'));
  expect((late.signal.reason as Error).message).toBe('enough');
  await clock.advance(30);
  expect(late.passed()).toBe(false);
  const after = startCallDeadline(clock, times, [controller.signal]);
  expect(after.signal.aborted).toBe(true);
});

test('nothing is left when it was stopped', async () => {
  const clock = createSimulatedClock();
  const controller = new AbortController();
  const late = startCallDeadline(clock, { idleMs: 10, totalMs: 20 }, [controller.signal]);
  late.stop();
  expect(clock.waits()).toEqual([]);
  controller.abort(new Error('later'));
  expect(late.signal.aborted).toBe(false);
});

test('it ends at the first silence that is too long or at the total, whatever the signs of life', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 400 }),
      fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 12 }),
      async (idleMs, totalMs, pauses) => {
        const clock = createSimulatedClock();
        const late = startCallDeadline(clock, { idleMs, totalMs }, [never]);
        let expected = Math.min(idleMs, totalMs);
        let endedAt: number | undefined;
        late.signal.addEventListener('abort', () => {
          endedAt = clock.monotonic();
        });
        for (const pause of pauses) {
          await clock.advance(pause);
          const now = clock.monotonic();
          if (now < expected) expected = Math.min(now + idleMs, totalMs);
          late.extend();
        }
        await clock.advance(totalMs);
        expect(endedAt).toBe(expected);
      },
    ),
  );
});
