import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { sleep } from './clock.ts';

describe('sleep', () => {
  it('wakes after its time, and not before', async () => {
    const clock = createSimulatedClock();
    let awake = false;
    const slept = sleep(clock, 100).then(() => (awake = true));
    await clock.advance(99);
    expect(awake).toBe(false);
    await clock.advance(1);
    await slept;
    expect(awake).toBe(true);
  });

  it('ends with the reason of the signal, and leaves no timer behind', async () => {
    const clock = createSimulatedClock();
    const controller = new AbortController();
    const slept = sleep(clock, 100, controller.signal);
    controller.abort(new Error('stopped'));
    await expect(slept).rejects.toThrow('stopped');
    expect(clock.waits()).toEqual([]);
  });

  it('does not begin when the signal was given before', async () => {
    const clock = createSimulatedClock();
    await expect(sleep(clock, 100, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(clock.waits()).toEqual([]);
  });

  it('is not disturbed by a signal that comes after it has ended', async () => {
    const clock = createSimulatedClock();
    const controller = new AbortController();
    const slept = sleep(clock, 100, controller.signal);
    await clock.advance(100);
    controller.abort(new Error('stopped'));
    await expect(slept).resolves.toBeUndefined();
  });
});
