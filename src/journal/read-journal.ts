/**
 * Reads a journal from its first entry to its last. A tail that is cut off, filled with NUL bytes or fails its
 * checksum is what a crash leaves behind: it is reported and left out. Damage followed by whole entries, a gap or
 * a repetition in `seq` is none of that: it is an error, and nothing is repaired.
 */
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorMessage } from '../errors/error-message.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { BlobStore } from './blob-store.ts';
import { holdsBlobKey, rehydrate } from './event-blobs.ts';
import { type FileLine, readFileLines } from './file-lines.ts';
import { decodeJournalLine } from './journal-line.ts';
import { errorCode, storageError } from './storage-error.ts';

export interface TornTail {
  /** Number of the first line that is not whole, from 1. */
  readonly line: number;
  readonly bytes: number;
  /** For people: what is wrong with it. */
  readonly reason: string;
}

export interface JournalContents {
  /** In the order of `seq`, from 1. Types this version does not know are kept as they are. */
  readonly events: readonly DurableEvent[];
  /** Byte offset behind the last whole line. */
  readonly end: number;
  readonly torn?: TornTail;
}

/** Throws `runNotFound`, `journalDamaged`, `journalNewer`, `blobMissing`, `blobDamaged` or a storage error. */
export async function readJournal(path: string, blobs: BlobStore): Promise<JournalContents> {
  const events: DurableEvent[] = [];
  let end = 0;
  let size = 0;
  let lineNumber = 0;
  let bad: { readonly line: number; readonly reason: string } | undefined;
  try {
    for await (const lines of readFileLines(path)) {
      for (const line of lines) {
        lineNumber += 1;
        size = line.offset + line.bytes.length + (line.ended ? 1 : 0);
        const json = line.ended ? decodeJournalLine(line.bytes) : undefined;
        if (json === undefined) {
          bad ??= { line: lineNumber, reason: problemOf(line) };
          continue;
        }
        const place = { path, line: bad?.line ?? lineNumber, seq: events.length + 1 };
        if (bad !== undefined) throw damaged(place, `${bad.reason}, and whole entries follow it`);
        events.push(await eventOf(json, events[0]?.run, place, blobs));
        end = size;
      }
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new MassGenError(journalErrors.runNotFound, { detail: path, cause: error });
    }
    throw storageError(error, `reading ${path}`);
  }
  return bad === undefined ? { events, end } : { events, end, torn: { ...bad, bytes: size - end } };
}

interface Place {
  readonly path: string;
  readonly line: number;
  /** The `seq` that is due here. */
  readonly seq: number;
}

function damaged(place: Place, what: string, cause?: unknown): MassGenError {
  const { path, line, seq } = place;
  return new MassGenError(journalErrors.journalDamaged, {
    detail: `${path}, line ${line}, where seq ${seq} is due: ${what}`,
    data: { path, line, seq },
    cause,
  });
}

function problemOf(line: FileLine): string {
  if (line.bytes.includes(0)) return 'NUL bytes stand where an entry should be';
  return line.ended ? 'the checksum does not match' : 'the line is cut off';
}

async function eventOf(
  json: string,
  run: string | undefined,
  place: Place,
  blobs: BlobStore,
): Promise<DurableEvent> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw damaged(place, `the checksum is right but the line is no JSON: ${errorMessage(error)}`, error);
  }
  checkEnvelope(value, run, place);
  if (!holdsBlobKey(json)) return value;
  try {
    return (await rehydrate(value, blobs)) as DurableEvent;
  } catch (error) {
    throw blobError(error, value.type, place);
  }
}

/** Says which event needs the value that cannot be had. */
function blobError(error: unknown, type: string, place: Place): unknown {
  if (!MassGenError.isInstance(error)) return error;
  if (error.code === journalErrors.journalDamaged.code) return damaged(place, error.message, error);
  const { blobMissing, blobDamaged } = journalErrors;
  const definition = [blobMissing, blobDamaged].find(({ code }) => code === error.code);
  if (definition === undefined) return error;
  return new MassGenError(definition, {
    detail: `event ${place.seq} (${type}) of ${place.path} needs it: ${error.message}`,
    data: { ...error.data, path: place.path, line: place.line, seq: place.seq, type },
    cause: error,
  });
}

function checkEnvelope(value: unknown, run: string | undefined, place: Place): asserts value is DurableEvent {
  // JSON that ends with a brace, as that of every whole line does, is an object.
  const envelope = value as Partial<Record<keyof DurableEvent, unknown>>;
  if (typeof envelope.v === 'number' && envelope.v > 1) {
    throw new MassGenError(journalErrors.journalNewer, {
      detail: `${place.path}, line ${place.line}, has event format ${envelope.v}; this version reads format 1`,
      data: { path: place.path, line: place.line, version: envelope.v, supported: 1 },
    });
  }
  if (envelope.v !== 1) throw damaged(place, `"v" is ${JSON.stringify(envelope.v)} and not 1`);
  if (typeof envelope.type !== 'string') throw damaged(place, '"type" is missing');
  if (typeof envelope.at !== 'string') throw damaged(place, '"at" is missing');
  if (typeof envelope.run !== 'string') throw damaged(place, '"run" is missing');
  if (run !== undefined && envelope.run !== run) {
    throw damaged(place, `the entry belongs to the run ${envelope.run}, the ones before it to ${run}`);
  }
  if (envelope.seq === place.seq) return;
  if (typeof envelope.seq !== 'number') throw damaged(place, '"seq" is missing');
  if (envelope.seq < place.seq) throw damaged(place, `seq ${envelope.seq} is there a second time`);
  throw damaged(place, `seq ${envelope.seq} stands there, so entries are missing`);
}
