/** Every event as one line of JSON, redacted, in the order it happened; for programs. */
import type { EventSink } from './event-sink.ts';

export function createNdjsonDisplay(write: (line: string) => void, redact: (line: string) => string): EventSink {
  return {
    event: (event) => write(`${redact(JSON.stringify(event))}\n`),
    close: () => Promise.resolve(),
  };
}
