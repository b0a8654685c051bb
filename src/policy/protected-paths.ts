/**
 * The fixed rule that keeps what was published as it is: nothing an agent calls may write to or delete in the
 * views, the store, the run directory, other agents' workspaces or read-only context paths. Pure; whoever calls
 * it has resolved links first. Pattern rules of users come on top of it and can never loosen it.
 */
import { isAbsolute, relative, sep } from 'node:path';
import type { Effect } from '../events/effect.ts';

export interface ProtectedPaths {
  /** Nothing below these may be changed… */
  readonly roots: readonly string[];
  /** …except below these, which may lie inside a protected root. */
  readonly writable: readonly string[];
}

/** True when `path` is `root` or lies below it, by whole components. */
export function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}

/** The first of `paths` (absolute, links resolved) that a call with these effects may not touch. */
export function findProtected(
  effects: readonly Effect[],
  paths: readonly string[],
  rule: ProtectedPaths,
): string | undefined {
  if (effects.every((effect) => effect === 'Read' || effect === 'Net')) return undefined;
  return paths.find(
    (path) =>
      rule.roots.some((root) => isWithin(path, root)) &&
      !rule.writable.some((root) => isWithin(path, root)),
  );
}

/** For calls that take free text, such as shell commands: a protected root that is named in it. */
export function findMentioned(text: string, rule: ProtectedPaths): string | undefined {
  return rule.roots.find((root) => {
    for (let at = text.indexOf(root); at !== -1; at = text.indexOf(root, at + 1)) {
      const rest = text.slice(at);
      const inWritable = rule.writable.some(
        (own) => rest.startsWith(own) && (rest.length === own.length || !/[\w.-]/u.test(rest[own.length] ?? '')),
      );
      if (!inWritable && !/[\w.-]/u.test(rest[root.length] ?? ' ')) return true;
    }
    return false;
  });
}
