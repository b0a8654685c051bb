/** Every event as one line of JSON, redacted, in the order it happened; for programs. */
import { redactedJson } from '../logging/redacted-json.ts';
import type { EventSink } from './event-sink.ts';

export function createNdjsonDisplay(
  write: (line: string) => void,
  redact: (text: string) => string,
): EventSink {
  return {
    event: (event) => write(`${redactedJson(event, redact)}\n`),
    close: () => Promise.resolve(),
  };
}
