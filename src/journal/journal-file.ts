/**
 * The little a journal needs of a file, so that a full disk, short writes and a failing sync can be tried.
 * The default is the disk. Files are opened for appending only: nothing in this room can write over an entry.
 */
import { constants, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './private-directory.ts';

export interface JournalFile {
  /** Appends the bytes from `offset` on; gives how many were taken, which may be fewer. */
  write(bytes: Uint8Array, offset: number): number | Promise<number>;
  /** Everything written before the call survives power loss when this resolves. */
  datasync(): Promise<void>;
  /** Cuts the file to `length` bytes. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalFiles {
  /** `create` fails when the file exists and makes its name survive power loss; `append` fails when it does not. */
  open(path: string, how: 'create' | 'append'): Promise<JournalFile>;
}

/** Bytes that are written without a detour. */
const longestInline = 64 * 1024;

/** Journal files on the disk, mode 0600. */
export const diskFiles: JournalFiles = {
  async open(path, how) {
    const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const creating = how === 'create' ? O_CREAT | O_EXCL : 0;
    const handle = await open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | creating, 0o600);
    try {
      if (how === 'create') {
        await handle.chmod(0o600);
        await syncDirectory(dirname(path));
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    let syncing = 0;
    return {
      // The way through another thread costs far more than a few lines take to get into the system's memory. While
      // the disk is at work the system may make a writer wait, and then only this file should.
      write: (bytes, offset) =>
        syncing === 0 && bytes.length - offset <= longestInline
          ? writeSync(handle.fd, bytes, offset)
          : handle.write(bytes, offset).then(({ bytesWritten }) => bytesWritten),
      async datasync() {
        syncing += 1;
        try {
          await handle.datasync();
        } finally {
          syncing -= 1;
        }
      },
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    };
  },
};
