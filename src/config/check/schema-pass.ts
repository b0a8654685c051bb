/**
 * Puts a plain value through the schema. Keys that are unknown or empty are taken out and reported, and what is
 * left is checked again, so that one misspelt key does not hide other problems.
 */
import type { ConfigPath } from '../config-path.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { didYouMean } from '../did-you-mean.ts';
import { keyNodeAt, type KeyNode } from '../keys/key-node.ts';
import { massGenConfigSchema, type MassGenConfig } from '../schema/massgen-config.ts';
import { flattenIssues, type FlatIssue } from './flat-issue.ts';
import { isSecurityPath, issueProblem } from './issue-problem.ts';
import { isMap, valueAt } from './value-at.ts';

/** Unknown keys of one map that are reported one by one; with more it is another kind of file. */
const maxUnknownKeys = 50;

export interface SchemaPass {
  /** Present where the schema is content; there may be warnings. */
  readonly config?: MassGenConfig;
  readonly problems: readonly ConfigProblem[];
}

/** `value` is changed: what is reported as unknown or empty is removed from it. */
export function schemaPass(value: unknown, keys: KeyNode, strict: boolean): SchemaPass {
  let problems: readonly ConfigProblem[] = [];
  for (;;) {
    const result = massGenConfigSchema.safeParse(value);
    if (result.success) return { config: result.data, problems };
    const issues = flattenIssues(result.error.issues, (path) => valueAt(value, path));
    const removable = issues.map((found) => removableKeys(found, value, keys, strict));
    if (removable.every(({ paths }) => paths.length === 0)) {
      return { problems: [...problems, ...issues.map((found) => issueProblem(found, value))] };
    }
    for (const { paths } of removable) for (const path of paths) remove(value, path);
    problems = [...problems, ...removable.flatMap(({ told }) => told)];
  }
}

interface Removable {
  readonly paths: readonly ConfigPath[];
  readonly told: readonly ConfigProblem[];
}

function removableKeys(found: FlatIssue, root: unknown, keys: KeyNode, strict: boolean): Removable {
  if (found.kind === 'plain' && found.issue.code === 'unrecognized_keys') {
    const paths = found.issue.keys.map((key) => [...found.path, key]);
    return { paths, told: someProblems(paths, (path) => unknownKeyProblem(path, keys, strict)) };
  }
  if (!isEmptyKey(found.path, root, keys)) return { paths: [], told: [] };
  return { paths: [found.path], told: [emptyKeyProblem(found.path)] };
}

/** The problems of unknown keys of one map; what is beyond all measure is only counted. */
export function someProblems(
  paths: readonly ConfigPath[],
  describe: (path: ConfigPath) => ConfigProblem,
): readonly ConfigProblem[] {
  const told = paths.slice(0, maxUnknownKeys).map(describe);
  const [last] = told.slice(-1);
  const more = paths.length - told.length;
  if (last === undefined || more === 0) return told;
  const { hint: _, ...rest } = last;
  return [...told, { ...rest, message: `${more} more unknown keys`, path: paths[0]?.slice(0, -1) ?? [] }];
}

/** A key that is not in the schema; `strict` makes an error of it, among security settings it always is one. */
export function unknownKeyProblem(path: ConfigPath, keys: KeyNode, strict: boolean): ConfigProblem {
  const key = String(path.at(-1));
  const known = keyNodeAt(keys, path.slice(0, -1))?.children.keys() ?? [];
  const meant = didYouMean(key, known);
  const security = isSecurityPath(path);
  return {
    severity: strict || security ? 'error' : 'warning',
    definition: security ? 'invalidSecurity' : 'unknownKey',
    message: `unknown key ${JSON.stringify(key)}`,
    path,
    onKey: true,
    ...(meant === undefined ? {} : { hint: `Did you mean \`${meant}\`?` }),
  };
}

function isEmptyKey(path: ConfigPath, root: unknown, keys: KeyNode): boolean {
  if (typeof path.at(-1) !== 'string' || valueAt(root, path) !== null) return false;
  return keyNodeAt(keys, path.slice(0, -1))?.freeNames === false;
}

function emptyKeyProblem(path: ConfigPath): ConfigProblem {
  const message = 'is empty and counts as absent';
  return { severity: 'note', definition: 'ignoredKey', message, path, onKey: true };
}

function remove(root: unknown, path: ConfigPath): void {
  const parent = valueAt(root, path.slice(0, -1));
  if (isMap(parent)) delete parent[String(path.at(-1))];
}
