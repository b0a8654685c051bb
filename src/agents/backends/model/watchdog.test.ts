import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../testing/simulated-clock.ts';
import { createWatchdog } from './watchdog.ts';

const never = new Promise<never>(() => undefined);

describe('watchdog', () => {
  it('ends a wait that is too long and tells the network', async () => {
    const clock = createSimulatedClock();
    const watchdog = createWatchdog(clock, new AbortController().signal);
    watchdog.expect(1_000, () => new Error('silent'));
    const waiting = expect(watchdog.race(never)).rejects.toThrow('silent');
    await clock.advance(999);
    expect(watchdog.signal.aborted).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(watchdog.signal.aborted).toBe(true);
  });

  it('does not count the time in which nothing is expected', async () => {
    const clock = createSimulatedClock();
    const watchdog = createWatchdog(clock, new AbortController().signal);
    watchdog.expect(1_000, () => new Error('silent'));
    watchdog.rest();
    await clock.advance(10_000);
    await expect(watchdog.race(Promise.resolve('late'))).resolves.toBe('late');
  });

  it('passes the reason of the caller on at once, whatever the network does', async () => {
    const clock = createSimulatedClock();
    const caller = new AbortController();
    const watchdog = createWatchdog(clock, caller.signal);
    const waiting = watchdog.race(never);
    caller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await expect(watchdog.race(Promise.resolve(1))).rejects.toThrow('stop');
    expect(watchdog.signal.reason).toMatchObject({ message: 'stop' });
  });

  it('gives the reason of the end, not the error the network makes of it', async () => {
    const caller = new AbortController();
    const watchdog = createWatchdog(createSimulatedClock(), caller.signal);
    const network = new Promise((_, reject) => {
      watchdog.signal.addEventListener('abort', () => reject(new Error('socket closed')));
    });
    const waiting = watchdog.race(network);
    caller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
  });

  it('leaves neither timer nor listener behind when closed', () => {
    const clock = createSimulatedClock();
    const watchdog = createWatchdog(clock, new AbortController().signal);
    watchdog.expect(1_000, () => new Error('silent'));
    watchdog.close();
    expect(clock.waits()).toEqual([]);
    expect(watchdog.signal.aborted).toBe(true);
  });
});
