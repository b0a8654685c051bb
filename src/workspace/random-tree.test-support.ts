/** Random trees of files, and random edits of them: whatever an agent leaves in its workspace. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

export type TreeNode =
  | { readonly type: 'file'; readonly content: Uint8Array; readonly mode: number }
  | { readonly type: 'link'; readonly to: string }
  | { readonly type: 'pipe' }
  | { readonly type: 'directory'; readonly children: ReadonlyMap<string, TreeNode> };

export const entryName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'd.txt', 'a b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('a.b', 'a-b', '\n', '\u001B[0m', '-', ' ', '...', 'é', '😀', 'node_modules'),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 12 })
      .filter((text) => !/[/\0]/u.test(text) && text !== '.' && text !== '..'),
  },
);
const target = fc
  .array(fc.oneof(entryName, fc.constantFrom('..', '.', '')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('/'))
  .filter((text) => text !== '');
const mode = fc.constantFrom(0o644, 0o755, 0o600, 0o4777, 0o711);
const file = fc.record({
  type: fc.constant('file' as const),
  content: fc.uint8Array({ maxLength: 60 }),
  mode,
});

export const { tree } = fc.letrec<{ tree: ReadonlyMap<string, TreeNode>; node: TreeNode }>((tie) => ({
  tree: fc
    .uniqueArray(fc.tuple(entryName, tie('node')), { selector: ([key]) => key, maxLength: 5 })
    .map((children) => new Map(children)),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    file,
    fc.record({ type: fc.constant('link' as const), to: target }),
    fc.constant({ type: 'pipe' as const }),
    fc.record({ type: fc.constant('directory' as const), children: tie('tree') }),
  ),
}));

export function makeTree(directory: string, children: ReadonlyMap<string, TreeNode>): void {
  for (const [key, node] of children) makeNode(join(directory, key), node);
}

function makeNode(path: string, node: TreeNode): void {
  switch (node.type) {
    case 'file':
      writeFileSync(path, node.content);
      chmodSync(path, node.mode);
      break;
    case 'link':
      symlinkSync(node.to, path);
      break;
    case 'pipe':
      execFileSync('mkfifo', ['--', path]);
      break;
    case 'directory':
      mkdirSync(path);
      makeTree(path, node.children);
      break;
    default:
      node satisfies never;
  }
}

/** What is done to one entry of a tree, wherever that is: `pick` chooses it. */
export interface Edit {
  readonly pick: number;
  readonly name: string;
  readonly node: TreeNode;
  readonly action:
    | 'create'
    | 'remove'
    | 'replace'
    | 'append'
    | 'overwrite'
    | 'cut'
    | 'chmod'
    | 'touch'
    | 'rename'
    | 'copy'
    | 'link';
}

export const edit: fc.Arbitrary<Edit> = fc.record({
  pick: fc.nat(1_000),
  name: entryName,
  node: fc.oneof(
    { weight: 3, arbitrary: file },
    tree.map((children) => ({ type: 'directory' as const, children })),
  ),
  action: fc.constantFrom(
    'create',
    'remove',
    'replace',
    'append',
    'overwrite',
    'cut',
    'chmod',
    'touch',
    'rename',
    'copy',
    'link',
  ),
});

/** Does nothing where it makes no sense. */
export function applyEdit(root: string, { pick, name, node, action }: Edit): void {
  const all = pathsIn(root);
  const directories = [root, ...all.filter((path) => lstatSync(path).isDirectory())];
  const into = join(directories[pick % directories.length] ?? root, name);
  const isFree = lstatSync(into, { throwIfNoEntry: false }) === undefined;
  if (action === 'create') {
    if (isFree) makeNode(into, node);
    return;
  }
  const chosen = all[pick % Math.max(1, all.length)];
  if (chosen === undefined) return;
  const stat = lstatSync(chosen);
  switch (action) {
    case 'remove':
      rmSync(chosen, { recursive: true });
      return;
    case 'replace':
      rmSync(chosen, { recursive: true });
      makeNode(chosen, node);
      return;
    case 'append':
      if (stat.isFile()) appendFileSync(chosen, 'more');
      return;
    case 'overwrite':
      // The same size, at once after whatever was there.
      if (stat.isFile()) writeFileSync(chosen, 'x'.repeat(stat.size));
      return;
    case 'cut':
      if (stat.isFile()) truncateSync(chosen, Math.floor(stat.size / 2));
      return;
    case 'chmod':
      if (stat.isFile()) chmodSync(chosen, node.type === 'file' ? node.mode : 0o755);
      return;
    case 'touch':
      if (stat.isFile()) utimesSync(chosen, pick, pick);
      return;
    case 'rename':
      if (isFree && into !== chosen && !into.startsWith(`${chosen}/`)) renameSync(chosen, into);
      return;
    case 'copy':
      if (isFree && stat.isFile()) cpSync(chosen, into);
      return;
    case 'link':
      if (isFree && stat.isFile()) linkSync(chosen, into);
      return;
    default:
      action satisfies never;
  }
}

function pathsIn(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? [path, ...pathsIn(path)] : [path];
  });
}
