/**
 * Bulk file work is done by synchronous calls, several times faster than their promise form, in slices: after a
 * few milliseconds of work the event loop gets its turn. Work is counted in units, so that a walk is cut at the same
 * places on every machine; where the disk is slow, it is cut earlier.
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
const msPerSlice = 10;
/** Work after which the time is looked at. */
const unitsPerLook = 100;

export interface WorkSlice {
  /** Counts work that was done; await what it returns, if anything. Throws the signal's reason when it aborted. */
  spend(units: number): Promise<void> | undefined;
  /** Lets the event loop have its turn now. */
  rest(): Promise<void>;
}

/** `now` in milliseconds, for work that may wait for a disk; it decides nothing but when there is a rest. */
export function createWorkSlice(signal?: AbortSignal, now: () => number = () => 0): WorkSlice {
  let spent = 0;
  let looked = 0;
  let began = now();
  const rest = async (): Promise<void> => {
    await setImmediate();
    spent = 0;
    looked = 0;
    began = now();
    signal?.throwIfAborted();
  };
  const isLate = (): boolean => {
    looked = spent;
    return now() - began > msPerSlice;
  };
  signal?.throwIfAborted();
  return {
    rest,
    spend(units) {
      spent += units;
      return spent >= unitsPerSlice || (spent - looked >= unitsPerLook && isLate()) ? rest() : undefined;
    },
  };
}
