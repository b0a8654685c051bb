/**
 * `run.json`: what a run was started with, so that people can find it and it can be gone on with. Secrets are
 * masked by whoever makes the record; a resumed run takes them from where they come from.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { errorCode, storageError } from './storage-error.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

const runRecordSchema = z.object({
  v: z.literal(1),
  id: z.string(),
  question: z.string(),
  /** Absolute path of the config file; absent when the team came from elsewhere. */
  configPath: z.string().optional(),
  /** The resolved config, secrets masked. */
  config: z.unknown(),
  /** Directory the run was started in; relative paths of the config count from there. */
  cwd: z.string(),
  seed: z.number(),
  /** Version of the program. */
  program: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** Earlier exchanges of the same conversation, oldest first. */
  history: z.array(z.object({ user: z.string(), assistant: z.string() })).default([]),
  /** Absolute path of each agent's workspace, by its id. */
  workspaces: z.record(z.string(), z.string()).default({}),
});

export type RunRecord = Readonly<z.infer<typeof runRecordSchema>>;

/** Throws a storage error. */
export async function writeRunRecord(path: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Throws `runRecordInvalid` when the file is missing or is no record, `journalNewer` for a later format. */
export async function readRunRecord(path: string): Promise<RunRecord> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw storageError(error, `reading ${path}`);
    throw new MassGenError(journalErrors.runRecordInvalid, { detail: `${path} is missing`, cause: error });
  }
  return parseRunRecord(text, path);
}

function parseRunRecord(text: string, path: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MassGenError(journalErrors.runRecordInvalid, { detail: `${path} is no JSON`, cause: error });
  }
  const version = z.object({ v: z.number() }).safeParse(value);
  if (version.success && version.data.v > 1) {
    throw new MassGenError(journalErrors.journalNewer, {
      detail: `${path} has format ${version.data.v}; this version reads format 1`,
    });
  }
  const record = runRecordSchema.safeParse(value);
  if (record.success) return record.data;
  throw new MassGenError(journalErrors.runRecordInvalid, {
    detail: `${path}: ${z.prettifyError(record.error)}`,
    cause: record.error,
  });
}
