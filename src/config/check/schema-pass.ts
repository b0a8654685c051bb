/**
 * Puts a plain value through the schema. Keys that are unknown or empty are taken out and reported, and what is
 * left is checked again, so that one misspelt key does not hide other problems.
 */
import type { ConfigPath } from '../config-path.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { didYouMean } from '../did-you-mean.ts';
import { keyNodeAt, type KeyNode } from '../keys/key-node.ts';
import { massGenConfigSchema, type MassGenConfig } from '../schema/massgen-config.ts';
import { flattenIssues } from './flat-issue.ts';
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
  const problems: ConfigProblem[] = [];
  for (;;) {
    const result = massGenConfigSchema.safeParse(value);
    if (result.success) return { config: result.data, problems };
    const issues = flattenIssues(result.error.issues, (path) => valueAt(value, path));
    const removed = issues.flatMap((found): ConfigPath[] => {
      if (found.kind === 'plain' && found.issue.code === 'unrecognized_keys') {
        const paths = found.issue.keys.map((key) => [...found.path, key]);
        const told = paths.slice(0, maxUnknownKeys);
        problems.push(...told.map((path) => unknownKeyProblem(path, keys, strict)));
        return paths;
      }
      if (!isEmptyKey(found.path, value, keys)) return [];
      problems.push(emptyKeyProblem(found.path));
      return [found.path];
    });
    if (removed.length === 0) {
      return { problems: [...problems, ...issues.map((found) => issueProblem(found, value))] };
    }
    for (const path of removed) remove(value, path);
  }
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
