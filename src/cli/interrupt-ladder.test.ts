import { afterEach, describe, expect, test } from 'vitest';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { RunHandle } from '../runtime/run-options.ts';
import { createInterruptLadder, type InterruptLadder } from './interrupt-ladder.ts';

let ladder: InterruptLadder | undefined;
let now = 0;
afterEach(() => ladder?.release());

/** What the run is told, in order. */
function watched(): string[] {
  const told: string[] = [];
  const run: Pick<RunHandle, 'stop' | 'abort'> = {
    stop: () => void told.push('stop'),
    abort(reason) {
      const status = MassGenError.isInstance(reason) ? reason.exitCode : 'unknown';
      told.push(`abort ${status}: ${errorMessage(reason)}`);
    },
  };
  ladder = createInterruptLadder(run, (text) => told.push(text.trim()), { monotonic: () => now });
  return told;
}

describe('the ladder of Ctrl-C', () => {
  test('asks for an end first, then ends', () => {
    const told = watched();
    process.emit('SIGINT');
    expect(told).toEqual(['Finishing with what exists. Ctrl-C again stops now.', 'stop']);
    expect(ladder?.stoppedNow).toBe(false);
    // The same press, sent by another of those that pass signals on.
    now += 299;
    process.emit('SIGINT');
    expect(told).toHaveLength(2);
    now += 1;
    process.emit('SIGINT');
    expect(told.slice(2)).toEqual(['abort 130: Stopped: by a second Ctrl-C']);
    expect(ladder?.stoppedNow).toBe(true);
  });

  test('starts anew with the next run', () => {
    watched();
    process.emit('SIGINT');
    ladder?.release();
    const told = watched();
    process.emit('SIGINT');
    expect(told).toContain('stop');
  });

  test('is skipped by SIGTERM and by a terminal that is gone', () => {
    expect(watched()).toEqual([]);
    process.emit('SIGTERM');
    expect(ladder?.stoppedNow).toBe(true);
    ladder?.release();
    const told = watched();
    process.emit('SIGHUP');
    expect(told).toEqual(['abort 129: Stopped: because the terminal is gone']);
  });

  test('gives the signals back', () => {
    const before = process.listenerCount('SIGINT');
    watched();
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    ladder?.release();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
