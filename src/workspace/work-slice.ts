/**
 * Bulk file work is done by synchronous calls, several times faster than their promise form, in slices: after a
 * few milliseconds of work the event loop gets its turn. Work is counted in units, not in time, so that a walk
 * is cut at the same places on every machine.
 */
import { setImmediate } from 'node:timers/promises';

/** What a step costs, in units of about five microseconds. */
export const workUnits = {
  look: 1,
  open: 12,
  write: 12,
  link: 3,
  bytes: (count: number): number => count / 16_384,
} as const;

const unitsPerSlice = 1_000;

export interface WorkSlice {
  /** Counts work that was done; await what it returns, if anything. Throws the signal's reason when it aborted. */
  spend(units: number): Promise<void> | undefined;
  /** Lets the event loop have its turn now. */
  rest(): Promise<void>;
}

export function createWorkSlice(signal?: AbortSignal): WorkSlice {
  let spent = 0;
  const rest = async (): Promise<void> => {
    spent = 0;
    await setImmediate();
    signal?.throwIfAborted();
  };
  signal?.throwIfAborted();
  return {
    rest,
    spend(units) {
      spent += units;
      return spent < unitsPerSlice ? undefined : rest();
    },
  };
}
