/**
 * A lock of the kernel that dies with its holder, however it dies: an SQLite database held in an exclusive
 * transaction. No file has to be cleaned up and no process id can be mistaken for another.
 * The lock belongs to the process and ends when it closes *any* descriptor of the file (POSIX), so lock files are
 * opened through SQLite only, never read or copied.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite';
import { journalErrors } from '../errors/journal-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { type Clock, sleep } from '../events/clock.ts';
import { errorCode } from './storage-error.ts';

/** Keep a reference while the lock is needed: it ends when this object is collected. */
export interface FileLock extends Disposable {
  readonly path: string;
  /** May be called more than once. */
  release(): void;
}

const sqliteBusy = 5;
const retryMs = 20;

/** Undefined when somebody holds the lock, this process included. Throws `lockUnavailable`. */
export function acquireLock(path: string): FileLock | undefined {
  createOnce(path);
  const database = lockedDatabase(path, {}, 'BEGIN EXCLUSIVE');
  if (database === undefined) return undefined;
  const release = (): void => {
    if (database.isOpen) database.close();
  };
  return { path, release, [Symbol.dispose]: release };
}

/** Whether somebody holds the lock at this moment. Never makes the file. Throws `lockUnavailable`. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  const database = lockedDatabase(path, { readOnly: true }, 'BEGIN; SELECT 1 FROM sqlite_master');
  database?.close();
  return database === undefined;
}

export interface WithLockOptions {
  readonly clock: Clock;
  /** How long to try, in milliseconds. Default 5,000. */
  readonly waitMs?: number;
}

/** Runs `action` while holding the lock, for short critical sections between processes. Throws `lockHeld`. */
export async function withLock<T>(
  path: string,
  action: () => T | Promise<T>,
  options: WithLockOptions,
): Promise<T> {
  const { clock, waitMs = 5_000 } = options;
  const deadline = clock.monotonic() + waitMs;
  for (;;) {
    const lock = acquireLock(path);
    if (lock !== undefined) {
      try {
        return await action();
      } finally {
        lock.release();
      }
    }
    if (clock.monotonic() >= deadline) {
      throw new MassGenError(journalErrors.lockHeld, { detail: `${path}, tried for ${waitMs} ms` });
    }
    await sleep(clock, retryMs);
  }
}

/** SQLite would make the file with a mode of its own choice. A file that exists is not touched. */
function createOnce(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw unavailable(path, error);
  }
}

function lockedDatabase(
  path: string,
  options: DatabaseSyncOptions,
  statement: string,
): DatabaseSync | undefined {
  // Loaded here: most commands never need a lock.
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
  let database: DatabaseSync | undefined;
  try {
    database = new Database(path, { ...options, timeout: 0 });
    database.exec(statement);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return undefined;
    throw unavailable(path, error);
  }
}

function unavailable(path: string, error: unknown): MassGenError {
  return new MassGenError(journalErrors.lockUnavailable, {
    detail: `${path}: ${errorMessage(error)}`,
    cause: error,
  });
}
