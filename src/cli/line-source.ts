/**
 * Lines that somebody types, for whoever waits for the next one. What was typed before a question is no answer to it,
 * so a question gets only a line that begins to arrive after it was put.
 */
import { createInterface } from 'node:readline';

export interface LineSource {
  /** The next line that nobody had yet; undefined at the end of the input. */
  next(): Promise<string | undefined>;
  /** The next line typed from now on, before anybody who waits in `next`; undefined at the end, or when given up. */
  fresh(signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

export function createLineSource(input: NodeJS.ReadableStream): LineSource {
  const typed: string[] = [];
  let waiting: ((line: string | undefined) => void) | undefined;
  let answering: ((line: string | undefined) => void) | undefined;
  let ended = false;
  const lines = createInterface({ input, terminal: false });
  lines.on('line', (line) => {
    const take = answering ?? waiting;
    if (take === undefined) typed.push(line);
    else take(line);
  });
  lines.on('close', () => {
    ended = true;
    answering?.(undefined);
    waiting?.(undefined);
  });
  return {
    next() {
      const line = typed.shift();
      if (line !== undefined || ended) return Promise.resolve(line);
      return new Promise((resolve) => {
        waiting = (next) => {
          waiting = undefined;
          resolve(next);
        };
      });
    },
    fresh(signal) {
      if (ended || signal.aborted) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const give = (line: string | undefined): void => {
          answering = undefined;
          signal.removeEventListener('abort', onAbort);
          resolve(line);
        };
        const onAbort = (): void => give(undefined);
        answering = give;
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
    close: () => lines.close(),
  };
}
