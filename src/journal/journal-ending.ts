/**
 * How a journal ends, without reading all of it: lists show many runs, and the answer stands in the last lines.
 */
import { stat } from 'node:fs/promises';
import type { DurableEventOf } from '../events/run-event.ts';
import { readFileLines } from './file-lines.ts';
import { decodeJournalLine } from './journal-line.ts';

export type JournalEnding =
  | { readonly type: 'open' }
  | { readonly type: 'finished'; readonly event: DurableEventOf<'run.finished'> }
  | { readonly type: 'damaged'; readonly problem: string };

const firstWindow = 256 * 1024;

/** Looks at the end of the file only: damage further up is not seen. Throws the errors of the file system. */
export async function readJournalEnding(path: string): Promise<JournalEnding> {
  const { size } = await stat(path);
  for (let window = firstWindow; ; window *= 4) {
    const from = Math.max(0, size - window);
    const ending = await endingFrom(path, from);
    if (ending !== undefined || from === 0) return ending ?? { type: 'open' };
  }
}

/** Undefined when no whole entry stands behind `from`. */
async function endingFrom(path: string, from: number): Promise<JournalEnding | undefined> {
  let ending: JournalEnding | undefined;
  let bad = false;
  for await (const lines of readFileLines(path, from)) {
    for (const line of lines) {
      const json = line.ended ? decodeJournalLine(line.bytes) : undefined;
      if (json === undefined) {
        // The first line of a window began before it.
        bad ||= from === 0 || line.offset > from;
      } else if (bad) {
        return { type: 'damaged', problem: 'entries of the journal are damaged' };
      } else {
        ending = endingAfter(json) ?? ending ?? { type: 'open' };
      }
    }
  }
  return ending;
}

function endingAfter(json: string): JournalEnding | undefined {
  if (!json.includes('"run.finished"') && !json.includes('"run.resumed"')) return undefined;
  const event = JSON.parse(json) as { readonly type?: unknown };
  if (event.type === 'run.resumed') return { type: 'open' };
  if (event.type !== 'run.finished') return undefined;
  return { type: 'finished', event: event as DurableEventOf<'run.finished'> };
}
