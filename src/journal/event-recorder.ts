/**
 * The one place where events come from: durable ones go through the journal, and everybody who watches the run
 * gets them afterwards, in the order of `seq`; ephemeral ones go to the watchers at once and cost next to nothing.
 * Because of the order, a durable event also waits for the ones before it.
 */
import type { Clock } from '../events/clock.ts';
import type {
  DurableEvent,
  DurableEventBody,
  EphemeralEvent,
  EphemeralEventBody,
  RunEvent,
} from '../events/run-event.ts';
import type { Appended, Journal } from './journal.ts';
import { createTimestamp } from './timestamp.ts';

/** Called with every event, synchronously; what takes long must be queued by the listener itself. */
export type EventListener = (event: RunEvent) => void;

export interface EventRecorderOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** A listener threw: it is unsubscribed, the run and the other listeners go on. Must not throw. */
  readonly onListenerError: (error: unknown) => void;
}

export class EventRecorder {
  readonly run: string;
  readonly #journal: Journal;
  readonly #onListenerError: (error: unknown) => void;
  readonly #timestamp: () => string;
  readonly #listeners = new Set<{ readonly notify: EventListener }>();
  /** Settles, never rejects, when all events appended so far are published or failed. */
  #published: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.run = options.journal.run;
    this.#journal = options.journal;
    this.#onListenerError = options.onListenerError;
    this.#timestamp = createTimestamp(options.clock);
  }

  /** The `seq` the next appended event will get. */
  get nextSeq(): number {
    return this.#journal.nextSeq;
  }

  /** As `Journal.append`, but `durable` settles after the listeners have been called. */
  append(bodies: readonly DurableEventBody[]): Appended {
    const { events, durable } = this.#journal.append(bodies);
    const settled = Promise.withResolvers<void>();
    this.#published = this.#publishAfter(this.#published, durable, events, settled);
    return { events, durable: settled.promise };
  }

  /** Publishes at once; nothing is kept. */
  stream(body: EphemeralEventBody): void {
    const envelope = { v: 1, at: this.#timestamp(), run: this.run } as const;
    this.#publish({ ...envelope, ...body } satisfies EphemeralEvent);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: EventListener): () => void {
    const entry = { notify: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Never rejects: a failure goes to whoever appended, and to the journal's owner. */
  async #publishAfter(
    before: Promise<void>,
    durable: Promise<void>,
    events: readonly DurableEvent[],
    settled: PromiseWithResolvers<void>,
  ): Promise<void> {
    try {
      await durable;
    } catch (error) {
      await before;
      // Who does not wait for it must not end the process by that.
      settled.promise.catch(() => undefined);
      settled.reject(error);
      return;
    }
    await before;
    for (const event of events) this.#publish(event);
    settled.resolve();
  }

  #publish(event: RunEvent): void {
    for (const entry of this.#listeners) {
      try {
        entry.notify(event);
      } catch (error) {
        this.#listeners.delete(entry);
        this.#onListenerError(error);
      }
    }
  }
}
