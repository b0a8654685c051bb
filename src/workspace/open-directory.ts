/**
 * A directory held open, through which its entries are reached. On Linux every access goes through the open
 * descriptor, so nobody can put a link into the way between two steps, and paths may be longer than the system's
 * limit. Elsewhere entries are reached by path, where only the last component is known not to be a link.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync, type Stats } from 'node:fs';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Flags to read a file: follows no link and never waits for the other end of a pipe. */
export const readFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

export interface OpenDirectory extends Disposable {
  readonly fd: number;
  /** A path of the directory itself, valid as long as it is open. */
  readonly here: string;
  readonly stat: Stats;
  /** A path of an entry, valid as long as the directory is open. */
  at(name: string): string;
  /** Throws `ENOTDIR` when the entry is a link. */
  descend(name: string): OpenDirectory;
  close(): void;
}

/** As bytes where its name may be no text. Throws the error of the system: `ENOENT`, `ENOTDIR` (also for a link), `EACCES`. */
export function openDirectory(path: string | Buffer): OpenDirectory {
  const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const here = process.platform === 'linux' ? `/proc/self/fd/${fd}` : String(path);
  const close = once(() => closeSync(fd));
  let stat: Stats;
  try {
    stat = fstatSync(fd);
  } catch (error) {
    close();
    throw error;
  }
  const at = (name: string): string => `${here}/${name}`;
  return {
    fd,
    here,
    stat,
    at,
    descend: (name) => openDirectory(at(name)),
    close,
    [Symbol.dispose]: close,
  };
}

/**
 * The same for a path that had no link in it when it was noted down: one that is on the way to it by now, at whatever
 * height, is not followed. Throws `ELOOP` then.
 */
export function openExactly(path: string): OpenDirectory {
  const directory = openDirectory(path);
  try {
    const isLinux = process.platform === 'linux';
    const real = isLinux ? readlinkSync(directory.here) : realpathSync.native(path);
    if (real === path) return directory;
    throw Object.assign(new Error('a link is on the way to it now'), { code: 'ELOOP' });
  } catch (error) {
    directory.close();
    throw error;
  }
}

/** A descriptor that was closed may already be somebody else's, so it is closed once. */
function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
