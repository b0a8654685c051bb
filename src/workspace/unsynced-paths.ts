/**
 * Remembers what this process wrote into the store and did not sync yet, so that publishing waits for no disk and
 * one moment, an answer, makes all of it survive power loss.
 */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../journal/private-directory.ts';

export interface UnsyncedPaths {
  /** How many files wait. */
  readonly count: number;
  /** A new file, whole under its name. */
  file(path: string): void;
  /** A new directory. */
  directory(path: string): void;
  /** Resolves when all of it is on the disk. Throws the error of the system; what was not synced is tried again. */
  sync(): Promise<void>;
}

/** How many files are synced at once: half of the threads that all file operations of the process share. */
const together = 2;

export function createUnsyncedPaths(): UnsyncedPaths {
  const files = new Set<string>();
  const directories = new Set<string>();
  let running: Promise<void> = Promise.resolve();

  return {
    get count() {
      return files.size;
    },
    file: (path) => void files.add(path),
    directory: (path) => void directories.add(dirname(path)),
    sync() {
      const result = running.then(syncAll);
      running = result.catch(() => undefined);
      return result;
    },
  };

  async function syncAll(): Promise<void> {
    for (const path of files) directories.add(dirname(path));
    await each(files, syncFile);
    await each(directories, syncDirectory);
  }

  async function each(paths: Set<string>, action: (path: string) => Promise<void>): Promise<void> {
    const queue = [...paths].values();
    const worker = async (): Promise<void> => {
      for (const path of queue) {
        await action(path);
        paths.delete(path);
      }
    };
    await Promise.all(Array.from({ length: together }, worker));
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
