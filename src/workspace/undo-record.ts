/**
 * What a folder held before changes were made in it: written whole before the first of them, so that they can be put
 * back, also when the program died in between. One numbered directory for each time, below `undo/` of the run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { writeFileAtomic } from '../journal/write-file-atomic.ts';

const kept = z.discriminatedUnion('type', [
  z.object({ type: z.literal('absent') }),
  z.object({ type: z.literal('directory') }),
  z.object({
    type: z.literal('file'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/u),
    /** Permission bits and owner, where it was there before. */
    mode: z.int().optional(),
    uid: z.int().optional(),
    gid: z.int().optional(),
    /** Name of the file in `before/` that holds its content. */
    stored: z.string().regex(/^\d+$/u).optional(),
  }),
  z.object({ type: z.literal('link'), text: z.string() }),
]);

const recordSchema = z.object({
  v: z.literal(1),
  run: z.string(),
  /** Records of one batch are put back together. */
  batch: z.string(),
  /** Absolute, links resolved. */
  target: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** `open`: under way, or ended in the middle; `undone`: put back. */
  state: z.enum(['open', 'done', 'undone']),
  entries: z.array(z.object({ path: z.string(), before: kept, after: kept })).readonly(),
});

export type KeptEntry = Readonly<z.infer<typeof kept>>;
export type UndoRecord = Readonly<z.infer<typeof recordSchema>>;

export interface StoredUndo {
  readonly number: number;
  readonly record: UndoRecord;
}

/** `directory` is `undo/` of the run. Newest last; empty where nothing was ever changed. Throws a storage error. */
export function readUndoRecords(directory: string): readonly StoredUndo[] {
  return numbersIn(directory).flatMap((number) => {
    const file = recordFile(directory, number);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      // It ended before anything was changed.
      if (errorCode(error) === 'ENOENT') return [];
      throw storageError(error, `reading ${file}`);
    }
    try {
      return [{ number, record: recordSchema.parse(JSON.parse(text)) }];
    } catch (error) {
      const problem = error instanceof z.ZodError ? z.prettifyError(error) : errorMessage(error);
      throw new MassGenError(workspaceErrors.undoDamaged, { detail: `${file}: ${problem}`, cause: error });
    }
  });
}

/** Makes the directory for the next time; the record comes when all it speaks of is stored. Throws a storage error. */
export async function beginUndo(
  directory: string,
): Promise<{ readonly number: number; readonly before: string }> {
  const number = (numbersIn(directory).at(-1) ?? 0) + 1;
  const before = storedIn(directory, number);
  try {
    await makePrivateDirectory(before);
  } catch (error) {
    throw storageError(error, `making ${before}`);
  }
  return { number, before };
}

/** Throws a storage error. */
export async function writeUndoRecord(directory: string, number: number, record: UndoRecord): Promise<void> {
  await writeFileAtomic(recordFile(directory, number), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The directory that holds the contents of files before. */
export function storedIn(directory: string, number: number): string {
  return join(directory, String(number), 'before');
}

function recordFile(directory: string, number: number): string {
  return join(directory, String(number), 'record.json');
}

function numbersIn(directory: string): readonly number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d{1,9}$/u.test(name))
      .map(Number)
      .toSorted((one, other) => one - other);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw storageError(error, `reading ${directory}`);
  }
}
