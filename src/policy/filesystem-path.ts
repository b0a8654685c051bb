/**
 * Where the official filesystem server takes a path to point. It resolves `~` and relative paths in its own way, and
 * a check that resolved them in another would look at the wrong file.
 */
import { isAbsolute, resolve } from 'node:path';
import { expandHome } from './expand-home.ts';
import { isWithin } from './protected-paths.ts';

export interface FilesystemPlace {
  /** The directories the server was given: absolute, in their order, each as written and with links resolved. */
  readonly directories: readonly string[];
  /** What it falls back to without any. */
  readonly cwd: string;
  readonly home: string;
}

/** The absolute path, links not resolved. */
export function filesystemPath(path: string, { directories, cwd, home }: FilesystemPlace): string {
  const expanded = expandHome(path, home);
  if (isAbsolute(expanded)) return resolve(expanded);
  const inReach = directories
    .map((directory) => resolve(directory, expanded))
    .find((candidate) => directories.some((directory) => isWithin(candidate, directory)));
  return inReach ?? resolve(directories[0] ?? cwd, expanded);
}
