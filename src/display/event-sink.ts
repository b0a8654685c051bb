/** Something that shows or keeps the events of a run: a fold with an end. */
import type { RunEvent } from '../events/run-event.ts';

export interface EventSink {
  event(event: RunEvent): void;
  /** Called once after the last event; resolves when everything has been written. */
  close(): Promise<void>;
}
