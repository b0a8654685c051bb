import { expect, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { createListReader, type ListReader } from './list-reader.ts';

function rig(read: () => Promise<void> = () => Promise.resolve()): {
  readonly clock: ReturnType<typeof createSimulatedClock>;
  readonly lists: ListReader;
  readonly reads: number[];
  readonly failures: string[];
  readonly stop: () => void;
} {
  const clock = createSimulatedClock();
  const controller = new AbortController();
  const reads: number[] = [];
  const failures: string[] = [];
  const lists = createListReader({
    clock,
    signal: controller.signal,
    read: () => {
      reads.push(clock.monotonic());
      return read();
    },
    onFailed: (reason) => failures.push(reason),
  });
  return { clock, lists, reads, failures, stop: () => controller.abort(new Error('over')) };
}

test('it reads at once, and what is announced meanwhile in one go after a pause', async () => {
  const { clock, lists, reads } = rig();
  for (let count = 0; count < 100; count += 1) lists.announce();
  await clock.advance(4_999);
  expect(reads).toEqual([0]);
  lists.announce();
  await clock.advance(20_000);
  expect(reads).toEqual([0, 5_000]);
  lists.announce();
  await clock.advance(0);
  expect(reads).toEqual([0, 5_000, 24_999]);
});

test('a reading that fails is told, and the next announcement is heard all the same', async () => {
  const { clock, lists, reads, failures } = rig(() => Promise.reject(new Error('hung')));
  lists.announce();
  await clock.advance(5_000);
  lists.announce();
  await clock.advance(5_000);
  expect([reads, failures]).toEqual([
    [0, 5_000],
    ['hung', 'hung'],
  ]);
});

test('lists that change without end are read less and less often, until there is a pause', async () => {
  const { clock, lists, reads } = rig();
  lists.announce();
  for (let second = 0; second < 300; second += 1) {
    await clock.advance(1_000);
    lists.announce();
  }
  expect(reads).toEqual([0, 5_000, 15_000, 35_000, 75_000, 135_000, 195_000, 255_000]);
  await clock.advance(200_000);
  lists.announce();
  await clock.advance(5_000);
  lists.announce();
  await clock.advance(0);
  expect(reads.slice(-2)).toEqual([500_000, 505_000]);
});

test('one reading at a time, and none after the end', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { clock, lists, reads, stop } = rig(() => promise);
  lists.announce();
  lists.announce();
  await clock.advance(60_000);
  expect(reads).toEqual([0]);
  stop();
  resolve(undefined);
  await lists.settled();
  lists.announce();
  await clock.advance(60_000);
  expect(reads).toEqual([0]);
  expect(clock.waits()).toEqual([]);
});

test('a reading that is broken off by the end is no failure', async () => {
  const { promise, reject } = Promise.withResolvers<undefined>();
  const { clock, lists, failures, stop } = rig(() => promise);
  lists.announce();
  await clock.advance(0);
  stop();
  reject(new Error('over'));
  await lists.settled();
  expect(failures).toEqual([]);
});
