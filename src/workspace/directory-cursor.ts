/**
 * Reaches directories below a root component by component, never through a link, and keeps those on the way to
 * the last one open: a tree visited in order opens each of its directories once.
 */
import { type OpenDirectory, openDirectory } from './open-directory.ts';

export interface DirectoryCursor extends Disposable {
  /** The directory at a path relative to the root (`''` is the root); valid until the next call. */
  directory(path: string): OpenDirectory;
  /** Leaves all directories, the root last. */
  finish(): void;
}

/** A root that is open already is closed at the end. `leaving` is called with each directory before it is left; not with those still open when it is disposed of. */
export function createDirectoryCursor(
  root: string | OpenDirectory,
  leaving: (directory: OpenDirectory) => void = () => {},
): DirectoryCursor {
  const open: OpenDirectory[] = [typeof root === 'string' ? openDirectory(root) : root];
  const names: string[] = [];

  function leave(): void {
    const last = open.at(-1);
    if (last === undefined) return;
    leaving(last);
    open.pop();
    names.pop();
    last.close();
  }

  function top(): OpenDirectory {
    const last = open.at(-1);
    if (last === undefined) throw new Error('the cursor was used after its end');
    return last;
  }

  return {
    directory(path) {
      const wanted = path === '' ? [] : path.split('/');
      const common = names.findIndex((name, index) => name !== wanted[index]);
      const kept = common === -1 ? names.length : common;
      while (names.length > kept) leave();
      for (const name of wanted.slice(kept)) {
        open.push(top().descend(name));
        names.push(name);
      }
      return top();
    },
    finish() {
      while (open.length > 0) leave();
    },
    [Symbol.dispose]() {
      for (const directory of open.splice(0).toReversed()) directory.close();
    },
  };
}
