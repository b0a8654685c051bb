/**
 * The findings of the schema without the nesting of its unions: of several forms a value could have had, only the
 * one it comes nearest to is spoken about.
 */
import type { z } from 'zod';
import type { ConfigPath } from '../config-path.ts';

type SchemaIssue = z.core.$ZodIssue;
type PlainIssue = Exclude<SchemaIssue, z.core.$ZodIssueInvalidUnion>;

export type FlatIssue =
  | { readonly path: ConfigPath; readonly kind: 'plain'; readonly issue: PlainIssue }
  /** The value has none of the kinds a form could have. */
  | { readonly path: ConfigPath; readonly kind: 'form'; readonly expected: readonly string[] }
  /** A map that is told by its keys has none, or several, of the keys that tell. */
  | { readonly path: ConfigPath; readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly path: ConfigPath; readonly kind: 'backend type' };

/** `valueAt` gives the value at a path of what was checked. */
export function flattenIssues(
  issues: readonly SchemaIssue[],
  valueAt: (path: ConfigPath) => unknown,
  prefix: ConfigPath = [],
): FlatIssue[] {
  return issues.flatMap((issue): FlatIssue[] => {
    const path = [...prefix, ...(issue.path as (string | number)[])];
    if (issue.code !== 'invalid_union') return [{ path, kind: 'plain', issue }];
    if (issue.errors.length === 0) return [{ path: path.slice(0, -1), kind: 'backend type' }];
    const branches = issue.errors.map((errors) => flattenIssues(errors, valueAt, path));
    const scores = branches.map((branch) => distance(branch, path, valueAt));
    const best = Math.min(...scores);
    const nearest = branches.filter((_, index) => scores[index] === best);
    if (best === otherForm) return [{ path, kind: 'form', expected: branches.flatMap(expectedForms) }];
    if (nearest.length === 1 && nearest[0] !== undefined) return nearest[0];
    const choices = branches.flatMap((branch) => telling(branch, path, valueAt));
    return [{ path, kind: 'choice', choices: [...new Set([...choices, ...claimedElsewhere(nearest)])] }];
  });
}

const otherForm = 1_000_000;

/** How far a value is from a form: another kind of value is farthest, then missing keys, then unknown ones. */
function distance(
  branch: readonly FlatIssue[],
  path: ConfigPath,
  valueAt: (path: ConfigPath) => unknown,
): number {
  let score = 0;
  for (const found of branch) {
    const atTop = found.path.length === path.length;
    if (found.kind === 'form' && atTop) return otherForm;
    if (found.kind !== 'plain') score += 1;
    else if (found.issue.code === 'invalid_type' && atTop) return otherForm;
    else if (found.issue.code === 'unrecognized_keys' && atTop) score += 10 * found.issue.keys.length;
    else score += found.path.length === path.length + 1 && valueAt(found.path) === undefined ? 100 : 1;
  }
  return score;
}

function expectedForms(branch: readonly FlatIssue[]): string[] {
  return branch.flatMap((found) => {
    if (found.kind === 'form') return [...found.expected];
    return found.kind === 'plain' && found.issue.code === 'invalid_type' ? [found.issue.expected] : [];
  });
}

/** The keys that would have told a form and are missing. */
function telling(
  branch: readonly FlatIssue[],
  path: ConfigPath,
  valueAt: (path: ConfigPath) => unknown,
): string[] {
  return branch.flatMap((found) => {
    const key = found.path[path.length];
    const missing = found.path.length === path.length + 1 && valueAt(found.path) === undefined;
    return missing && typeof key === 'string' ? [key] : [];
  });
}

/** Keys one form does not know but another one does: they tell that other one. */
function claimedElsewhere(branches: readonly (readonly FlatIssue[])[]): string[] {
  const unknown = branches.map((branch) =>
    branch.flatMap((found) =>
      found.kind === 'plain' && found.issue.code === 'unrecognized_keys' ? found.issue.keys : [],
    ),
  );
  return unknown.flat().filter((key) => !unknown.every((keys) => keys.includes(key)));
}
