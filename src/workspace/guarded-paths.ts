/**
 * Paths in a user's folder that no change of an agent reaches, whoever made it and however: those the config protects,
 * also while nothing is there, and those that are left out of copies, such as `.git`. Pure. Names are compared as the
 * most lenient file systems do.
 */
import { isWithin } from '../policy/protected-paths.ts';

/** Says why a path (relative, with `/`) must not be touched; undefined when it may be. */
export type PathGuard = (path: string) => string | undefined;

export interface GuardOptions {
  /** Relative paths of files and folders. */
  readonly protectedPaths: readonly string[];
  /** Names left out of copies wherever they appear; one that begins with `/` is a path. */
  readonly excludes: ReadonlySet<string>;
}

export function guardPaths({ protectedPaths, excludes }: GuardOptions): PathGuard {
  const closed = protectedPaths.map((path) => `/${foldName(path)}`);
  const left = new Set([...excludes].map(foldName));
  return (path) => {
    const folded = foldName(path);
    if (closed.some((root) => isWithin(`/${folded}`, root))) return 'is protected';
    const names = folded.split('/');
    const ways = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
    return [...names, ...ways].some((name) => left.has(name)) ? 'is left out of copies' : undefined;
  };
}

/**
 * The form in which two names are the same to some file system, or to the eye: case, composition, wide letters and
 * unseen characters aside.
 */
function foldName(name: string): string {
  return (
    name
      .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
      .normalize('NFKC')
      // In this order, as several letters share a capital one.
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKC')
  );
}
