/**
 * Trees as tests write them down, in the words of `contentOf`: `dir`, `file <content>`, `exec <content>`,
 * `link <target>`, by path; and an application of changes from one such tree to another.
 */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { applyChanges, type AppliedChanges } from './apply-changes.ts';
import { compareTrees, type TreeChange } from './compare-trees.ts';
import { guardPaths } from './guarded-paths.ts';
import { keptModes, type ManifestEntry } from './manifest.ts';
import { planChanges, type PlannedChange } from './plan-changes.ts';
import { createWorkSlice } from './work-slice.ts';

export type DescribedTree = Readonly<Record<string, string>>;

/** Directories on the way need not be named. */
function entriesOf(tree: DescribedTree): readonly ManifestEntry[] {
  return Object.entries(whole(tree)).map(([path, what]): ManifestEntry => {
    const content = what.slice(what.indexOf(' ') + 1);
    const size = Buffer.byteLength(content, 'latin1');
    switch (what.split(' ', 1)[0]) {
      case 'dir':
        return { path, kind: 'directory', mode: keptModes.directory, size: 0 };
      case 'link':
        return { path, kind: 'link', mode: keptModes.link, size, link: content };
      case 'exec':
      case 'file': {
        const mode = what.startsWith('exec') ? keptModes.executable : keptModes.file;
        return { path, kind: 'file', mode, size, sha256: hash('sha256', Buffer.from(content, 'latin1')) };
      }
      default:
        throw new Error(`no kind: ${what}`);
    }
  });
}

/** Makes the tree in an empty directory. */
export function makeTree(root: string, tree: DescribedTree): void {
  mkdirSync(root, { recursive: true });
  for (const [path, what] of Object.entries(whole(tree))) {
    const place = join(root, path);
    const content = what.slice(what.indexOf(' ') + 1);
    if (what === 'dir') mkdirSync(place);
    else if (what.startsWith('link ')) symlinkSync(content, place);
    else {
      writeFileSync(place, content, 'latin1');
      chmodSync(place, what.startsWith('exec') ? 0o755 : 0o644);
    }
  }
}

/** With every directory, each before what it holds. */
export function whole(tree: DescribedTree): DescribedTree {
  const all = new Map(Object.entries(tree));
  for (const path of Object.keys(tree)) {
    for (let cut = path.indexOf('/'); cut !== -1; cut = path.indexOf('/', cut + 1))
      all.set(path.slice(0, cut), 'dir');
  }
  const key = ([path]: readonly [string, string]): string => path.replaceAll('/', '\0');
  return Object.fromEntries([...all].toSorted((one, other) => (key(one) < key(other) ? -1 : 1)));
}

export interface Applying {
  /** A directory of the test's own. */
  readonly base: string;
  readonly before: DescribedTree;
  readonly after: DescribedTree;
  readonly protectedPaths?: readonly string[];
  readonly force?: boolean;
  readonly batch?: string;
  readonly step?: (what: string) => void;
}

/** What would be done to `<base>/target`. */
export function plan({
  base,
  before,
  after,
  protectedPaths = [],
  force = false,
}: Applying): Promise<readonly PlannedChange[]> {
  const changes: readonly TreeChange[] = compareTrees(entriesOf(before), entriesOf(after));
  const target = join(base, 'target');
  return planChanges(target, changes, {
    guard: guardPaths({ protectedPaths, excludes: new Set(['.git', 'node_modules']) }),
    force,
    roots: [target],
    slice: createWorkSlice(),
  });
}

/** Does it, with `<base>/source`, which holds the new tree, and `<base>/undo`. */
export async function apply(applying: Applying): Promise<AppliedChanges> {
  return applyPlanned(await plan(applying), applying);
}

/** The same with a plan that was made before. */
export function applyPlanned(
  planned: readonly PlannedChange[],
  { base, force = false, batch = 'first', step }: Applying,
): Promise<AppliedChanges> {
  return applyChanges(planned, {
    run: 'log_20260101_120000_beef',
    batch,
    target: join(base, 'target'),
    source: join(base, 'source'),
    undo: join(base, 'undo'),
    now: 0,
    roots: [join(base, 'target')],
    parents: force,
    ...(step === undefined ? {} : { step }),
  });
}
