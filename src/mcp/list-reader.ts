/**
 * Reads a server's lists again when it says that they have changed: soon, one reading at a time, and not more often than
 * every few seconds, however often it says so. One that goes on and on is read less and less often.
 */
import { errorMessage } from '../errors/error-message.ts';
import { sleep, type Clock } from '../events/clock.ts';

export interface ListReader {
  /** The lists have changed. */
  announce(): void;
  /** Resolves when nothing is being read. */
  settled(): Promise<void>;
}

export interface ListReaderOptions {
  readonly clock: Clock;
  /** Nothing is read any more. */
  readonly signal: AbortSignal;
  readonly read: () => Promise<void>;
  readonly onFailed: (reason: string) => void;
}

const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

export function createListReader({ clock, signal, read, onFailed }: ListReaderOptions): ListReader {
  let announced = false;
  let reading = false;
  let work: Promise<void> = Promise.resolve();

  async function readAll(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (announced && !signal.aborted) {
      announced = false;
      try {
        await read();
      } catch (error) {
        if (!signal.aborted) onFailed(errorMessage(error));
      }
      // What is announced meanwhile is read after the pause, all in one.
      await sleep(clock, pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    reading = false;
  }

  return {
    announce() {
      announced = true;
      if (reading) return;
      reading = true;
      work = readAll();
    },
    settled: () => work,
  };
}
