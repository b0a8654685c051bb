/**
 * The application log of a run as lines `time | level | message`, a fold over the events. Everything written is
 * redacted first. With debug, every durable event is there in full, else what a person would want to know later.
 */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { DurableEvent, RunEvent } from '../events/run-event.ts';
import { redactEvent } from './redact-event.ts';
import { redactedJson } from './redacted-json.ts';

export interface RunLog {
  event(event: RunEvent): void;
  /** Resolves when everything is written; rejects when something could not be. */
  close(): Promise<void>;
}

export function createRunLog(path: string, debug: boolean, redact: (text: string) => string): RunLog {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let failed: Error | undefined;
  // A full disk must not end the run here: the journal decides that. It is reported when the log closes.
  stream.on('error', (error) => {
    failed ??= error;
  });
  return {
    event(event) {
      if (!('seq' in event)) return;
      // Before anything is cut, because half a secret is no longer seen as one.
      const clean = redactEvent(event, redact);
      const detail = debug ? plainJson(clean) : summary(clean);
      stream.write(`${event.at} | ${level(event).padEnd(7)} | ${event.type} ${detail}\n`);
    },
    async close() {
      stream.end();
      // A stream that has failed says no more than that it has ended too early.
      await finished(stream).catch((error: Error) => (failed ??= error));
      if (failed !== undefined) throw failed;
    },
  };
}

function level(event: DurableEvent): 'INFO' | 'WARNING' | 'ERROR' {
  switch (event.type) {
    case 'turn.failed':
    case 'attempt.rejected':
    case 'warning.raised':
    case 'limit.reached':
    case 'limit.warned':
      return 'WARNING';
    case 'agent.retired':
    case 'server.failed':
      return 'ERROR';
    case 'tool.call.finished':
    case 'model.call.finished':
      return event.outcome === 'ok' ? 'INFO' : 'WARNING';
    default:
      return 'INFO';
  }
}

/** As JSON, with nothing in it that a terminal would act on. */
function plainJson(value: unknown): string {
  return redactedJson(value, (text) => text);
}

/** The short values of an event, without texts and contents. */
function summary(event: DurableEvent): string {
  return Object.entries(event)
    .filter(([key]) => !['v', 'type', 'at', 'run'].includes(key))
    .flatMap(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [`${key}=${plainJson(value.slice(0, 120))}`];
      if (typeof value === 'number' || typeof value === 'boolean') return [`${key}=${value}`];
      if (key === 'error') return [`${key}=${plainJson(value)}`];
      return [];
    })
    .join(' ');
}
