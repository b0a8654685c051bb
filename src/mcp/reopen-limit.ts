/**
 * How often a stream that only listens is opened again. The client does it whenever one ends, as soon as the server
 * likes; one that ends at once each time, or sends too much, would keep us busy for ever.
 */
import type { Clock } from '../events/clock.ts';
import type { CutOffReason } from './answer-cut-off.ts';

export interface ReopenLimit {
  readonly mayOpen: () => boolean;
  /** Tell the result when the stream has ended, and why if it was our doing. */
  readonly opened: () => { readonly ended: (how: CutOffReason | undefined) => void };
}

/** A stream that lasted less than this, in milliseconds, ended at once. */
const shortMs = 5_000;
const maxShort = 5;

export function createReopenLimit(clock: Clock): ReopenLimit {
  let short = 0;
  let isOver = false;
  return {
    mayOpen: () => !isOver,
    opened() {
      const start = clock.monotonic();
      return {
        ended(how) {
          if (how === 'silent') return;
          short = clock.monotonic() - start < shortMs ? short + 1 : 0;
          isOver ||= how === 'too_long' || short >= maxShort;
        },
      };
    },
  };
}
