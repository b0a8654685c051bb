/** An event for people: what looks like a secret in it is masked before anything of it is cut or put into a line. */
import type { DurableEvent } from '../events/run-event.ts';
import { redactedJson } from './redacted-json.ts';

export function redactEvent(event: DurableEvent, redact: (text: string) => string): DurableEvent {
  // An event is JSON by nature, and redacting changes nothing but texts.
  return JSON.parse(redactedJson(event, redact)) as DurableEvent;
}
