/**
 * The port of the append-only truth of a run. One writer a run; nothing outside this room may assume
 * that it is a local file. `seq` is given synchronously, so the order of calls is the order of events.
 */
import type { DurableEvent, DurableEventBody } from '../events/run-event.ts';

export interface Appended {
  /** The events with envelope and `seq`, ready to be folded at once. */
  readonly events: readonly DurableEvent[];
  /** Settles when all of them are as safe as `durabilityOf` asks; nobody may act on them before. */
  readonly durable: Promise<void>;
}

export interface Journal {
  readonly run: string;
  /** The `seq` the next event will get; the first event of a run has 1. */
  readonly nextSeq: number;
  append(bodies: readonly DurableEventBody[]): Appended;
  /** Waits for everything appended so far and releases what is held. */
  close(): Promise<void>;
}
