/**
 * Events on their way into a log, a few at a time: making lines of many in one go takes a third of what it takes between
 * other work, and it is done where nobody waits for it, as while a server works on the next call. Kept in order, never
 * for longer than a fifth of a second, and never more than a little text.
 */
import type { Clock } from '../events/clock.ts';
import type { RunEvent } from '../events/run-event.ts';

/** So many are handed out when the program has a moment. */
const some = 200;
/** So many at once, moment or not. */
const most = 256;
const mostCharacters = 1_000_000;
const longestMs = 200;

export class EventBatch {
  readonly #clock: Clock;
  readonly #take: (events: readonly RunEvent[]) => void;
  readonly #due: () => void;
  readonly #soon: (work: () => void) => void;
  #events: RunEvent[] = [];
  #characters = 0;
  #isTimed = false;
  #isPlanned = false;

  /**
   * `due` is called behind what waited for as long as anything may. `soon` calls back once the work in hand is done,
   * never at once.
   */
  constructor(
    clock: Clock,
    take: (events: readonly RunEvent[]) => void,
    due: () => void,
    soon: (work: () => void) => void,
  ) {
    this.#clock = clock;
    this.#take = take;
    this.#due = due;
    this.#soon = soon;
  }

  /** `characters`: about how much text the event holds. */
  add(event: RunEvent, characters: number): void {
    this.#events.push(event);
    this.#characters += characters;
    if (this.#events.length >= most || this.#characters >= mostCharacters) this.drain();
    else if (this.#events.length >= some && !this.#isPlanned) {
      this.#isPlanned = true;
      this.#soon(() => {
        this.#isPlanned = false;
        this.drain();
      });
    }
    // It goes on when events were taken in between: their lines are due then as well.
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.after(longestMs, () => {
      this.#isTimed = false;
      this.drain();
      this.#due();
    });
  }

  /** Hands out what waits, before something else is told or at the end. */
  drain(): void {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    this.#characters = 0;
    this.#take(events);
  }
}
