/** How many lines of a kind may come in a second: more are counted, and told once the second is over. */
import type { Clock } from '../events/clock.ts';

const windowMs = 1_000;

interface Window {
  since: number;
  count: number;
  dropped: number;
}

export class LineRate<Key extends string> {
  readonly #windows = new Map<Key, Window>();
  readonly #clock: Clock;
  readonly #tell: (key: Key, dropped: number) => void;

  constructor(clock: Clock, tell: (key: Key, dropped: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  allows(key: Key, perSecond: number): boolean {
    const now = this.#clock.monotonic();
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { since: now, count: 0, dropped: 0 };
      this.#windows.set(key, window);
    }
    if (now - window.since >= windowMs) {
      window.since = now;
      window.count = 0;
    }
    window.count += 1;
    if (window.count <= perSecond) return true;
    window.dropped += 1;
    if (window.dropped === 1) this.#clock.after(window.since + windowMs - now, () => this.#tellOf(key));
    return false;
  }

  /** Tells now what would be told later. */
  close(): void {
    for (const key of this.#windows.keys()) this.#tellOf(key);
  }

  #tellOf(key: Key): void {
    const window = this.#windows.get(key);
    if (window === undefined || window.dropped === 0) return;
    const { dropped } = window;
    window.dropped = 0;
    this.#tell(key, dropped);
  }
}
