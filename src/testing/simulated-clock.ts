/**
 * A clock that only moves when a test moves it. Timers fire in the order of their times, ties in the order
 * they were set, and after each one all work it caused runs to its end (promises, and I/O that is ready)
 * before time goes on, so that what a test sees does not depend on the speed of the machine.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../events/clock.ts';

export interface SimulatedClock extends Clock {
  /** Moves time by `ms`, firing what falls due on the way at its own time. */
  advance(ms: number): Promise<void>;
  /** Moves time from timer to timer until none is left; throws after `limit` timers (default 100,000). */
  runAll(limit?: number): Promise<void>;
  /** Milliseconds until each waiting timer fires, soonest first. */
  waits(): readonly number[];
  /** Lets real work go on (sockets, child processes) without moving time, until `condition` holds. */
  until(condition: () => boolean): Promise<void>;
}

interface Timer {
  readonly due: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/** A clock that stands at `startMs` (milliseconds since the epoch, default 2026-01-01T00:00:00Z). */
export function createSimulatedClock(startMs = 1_767_225_600_000): SimulatedClock {
  /** Sorted by due time, later ones first, so that the next one is taken from the end. */
  const timers: Timer[] = [];
  let elapsed = 0;

  const next = (): Timer | undefined => {
    while (timers.at(-1)?.cancelled === true) timers.pop();
    return timers.at(-1);
  };

  const fire = async (timer: Timer): Promise<void> => {
    timers.pop();
    elapsed = Math.max(elapsed, timer.due);
    timer.wake();
    await setImmediate();
  };

  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after(ms, wake) {
      const timer: Timer = { due: elapsed + Math.max(0, ms), wake, cancelled: false };
      timers.splice(placeOf(timers, timer.due), 0, timer);
      return () => {
        timer.cancelled = true;
      };
    },
    async advance(ms) {
      const target = elapsed + ms;
      await setImmediate();
      for (let timer = next(); timer !== undefined && timer.due <= target; timer = next()) {
        await fire(timer);
      }
      elapsed = Math.max(elapsed, target);
    },
    async runAll(limit = 100_000) {
      await setImmediate();
      for (let fired = 0, timer = next(); timer !== undefined; fired += 1, timer = next()) {
        if (fired === limit) throw new Error(`the clock still has timers after ${limit} of them fired`);
        await fire(timer);
      }
    },
    waits: () =>
      timers
        .filter((timer) => !timer.cancelled)
        .map((timer) => timer.due - elapsed)
        .toReversed(),
    async until(condition) {
      while (!condition()) await setImmediate();
    },
  };
}

/** Where a timer that is due at `due` belongs: before (so fired after) those due earlier or at the same time. */
function placeOf(timers: readonly Timer[], due: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timers[middle] as Timer).due > due) low = middle + 1;
    else high = middle;
  }
  return low;
}
