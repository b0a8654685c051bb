/** A journal in memory, for tests and benchmarks of what stands above it: durable at once, or failing on demand. */
import type { Clock } from '../events/clock.ts';
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';
import type { Journal } from '../journal/journal.ts';

export interface MemoryJournal extends Journal {
  /** What is durable, as a reader of a file would find it. */
  readonly events: readonly DurableEvent[];
  /** From the first event that `breaks` on, nothing is taken any more: it and all later ones fail with `error`. */
  failFrom(breaks: (body: DurableEventBody) => boolean, error: Error): void;
}

export function createMemoryJournal(clock: Clock): MemoryJournal {
  const kept: DurableEvent[] = [];
  let breaks: (body: DurableEventBody) => boolean = () => false;
  let failure = new Error('not broken');
  let broken = false;
  let nextSeq = 1;
  return {
    run: 'log_20260101_000000_abcd',
    events: kept,
    get nextSeq() {
      return nextSeq;
    },
    append(bodies) {
      const at = new Date(clock.now()).toISOString();
      const events = bodies.map((body, index): DurableEvent => {
        const envelope = { v: 1, seq: nextSeq + index, at, run: this.run } as const;
        return { ...body, ...envelope };
      });
      broken ||= bodies.some((body) => breaks(body));
      if (broken) return { events, durable: Promise.reject(failure) };
      nextSeq += events.length;
      kept.push(...events);
      return { events, durable: Promise.resolve() };
    },
    failFrom(condition, error) {
      breaks = condition;
      failure = error;
    },
    close: () => Promise.resolve(),
  };
}
