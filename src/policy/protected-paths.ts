/**
 * The fixed rule that keeps what was published as it is: nothing an agent calls may write to or delete in the
 * views, the store, the run directory, other agents' workspaces or read-only context paths. Pure; whoever calls
 * it has resolved links first. What is none of an agent's business it may not read either. Pattern rules of users come on top of it and can never loosen it.
 */
import { isAbsolute, relative, sep } from 'node:path';
import type { Effect } from '../events/effect.ts';

export interface ProtectedPaths {
  /** Nothing below these may be changed… */
  readonly roots: readonly string[];
  /** …except below these, where they lie inside a protected root. A root inside of them is protected again. */
  readonly writable: readonly string[];
  /** Nothing at or below these may be read either… Default none. */
  readonly hidden?: readonly string[];
  /** …except at and below these. The innermost decides, a tie shows. Default none. */
  readonly shown?: readonly string[];
}

/** True when `path` is `root` or lies below it, by whole components. */
export function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}

/** True for calls that the rule has nothing to say about. */
export function isHarmless(effects: readonly Effect[]): boolean {
  return effects.every((effect) => effect === 'Read' || effect === 'Net');
}

/** The first of `paths` (absolute, links resolved) that a call with these effects may not touch. */
export function findProtected(
  effects: readonly Effect[],
  paths: readonly string[],
  rule: ProtectedPaths,
): string | undefined {
  if (isHarmless(effects)) return undefined;
  // Who takes a directory away takes away what is in it.
  const removes = effects.includes('Delete');
  return paths.find(
    (path) => isProtected(path, rule) || (removes && rule.roots.some((root) => isWithin(root, path))),
  );
}

/** The first of `paths` (absolute, links resolved) that nobody but its owner may even read. */
export function findHidden(
  paths: readonly string[],
  { hidden = [], shown = [] }: Pick<ProtectedPaths, 'hidden' | 'shown'>,
): string | undefined {
  return paths.find((path) => {
    const closed = innermost(hidden, (root) => isWithin(path, root));
    if (closed === undefined) return false;
    const open = innermost(shown, (root) => isWithin(path, root));
    return open === undefined || open.length < closed.length;
  });
}

/** The innermost of the directories around a path decides; a tie protects. */
function isProtected(path: string, rule: ProtectedPaths): boolean {
  // Two spellings of a character are one name to some programs, so both are meant here.
  const normal = path.normalize('NFC');
  const locked = innermost(rule.roots, (root) => isWithin(normal, root.normalize('NFC')));
  if (locked === undefined) return false;
  const open = innermost(rule.writable, (root) => isWithin(path, root));
  return open === undefined || open.length <= locked.length;
}

function innermost(roots: readonly string[], holds: (root: string) => boolean): string | undefined {
  return roots.filter(holds).toSorted((a, b) => b.length - a.length)[0];
}

/** What ends a path that stands in a text. */
const pathEnd = /[\s"'`;|&<>()\0]/u;

/**
 * For texts such as shell commands: paths in it that begin with a protected root as it is written there. Finds
 * roots with spaces in their names, which no splitting into words does.
 */
export function mentionedPaths(text: string, roots: readonly string[]): readonly string[] {
  return roots.flatMap((root) => {
    const found: string[] = [];
    for (let at = text.indexOf(root); at !== -1; at = text.indexOf(root, at + root.length)) {
      const rest = text.slice(at + root.length, at + root.length + 4_096);
      found.push(root + rest.slice(0, Math.max(0, pathEnd.exec(rest)?.index ?? rest.length)));
    }
    return found;
  });
}
