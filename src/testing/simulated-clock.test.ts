import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep } from '../events/clock.ts';
import { createSimulatedClock } from './simulated-clock.ts';

describe('simulated clock', () => {
  it('stands still until it is moved and fires each timer at its own time', async () => {
    const clock = createSimulatedClock(1_000);
    const seen: [string, number][] = [];
    clock.after(30, () => seen.push(['late', clock.now()]));
    clock.after(10, () => seen.push(['early', clock.now()]));
    await clock.advance(9);
    expect(seen).toEqual([]);
    await clock.advance(100);
    expect(seen).toEqual([
      ['early', 1_010],
      ['late', 1_030],
    ]);
    expect(clock.now()).toBe(1_109);
    expect(clock.monotonic()).toBe(109);
  });

  it('runs the work a timer causes before time goes on', async () => {
    const clock = createSimulatedClock();
    const steps: number[] = [];
    const work = (async () => {
      for (let step = 0; step < 3; step += 1) {
        await sleep(clock, 10);
        steps.push(clock.monotonic());
      }
    })();
    await clock.advance(30);
    await work;
    expect(steps).toEqual([10, 20, 30]);
  });

  it('does not fire a cancelled timer and does not count it', async () => {
    const clock = createSimulatedClock();
    let fired = false;
    const cancel = clock.after(5, () => {
      fired = true;
    });
    clock.after(7, () => undefined);
    cancel();
    expect(clock.waits()).toEqual([7]);
    await clock.runAll();
    expect(fired).toBe(false);
  });

  it('gives up on timers that renew themselves for ever', async () => {
    const clock = createSimulatedClock();
    const renew = (): void => void clock.after(1, renew);
    renew();
    await expect(clock.runAll(50)).rejects.toThrow('still has timers after 50');
  });

  it('fires in the order of time, ties in the order they were set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 30 }), async (waits) => {
        const clock = createSimulatedClock();
        const fired: [number, number][] = [];
        for (const [index, wait] of waits.entries()) clock.after(wait, () => fired.push([wait, index]));
        await clock.runAll();
        const expected = waits
          .map((wait, index): [number, number] => [wait, index])
          .toSorted(([a, i], [b, j]) => a - b || i - j);
        expect(fired).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});
