/**
 * Compares three trees where changes are to be made: the one they started from, the one they lead to, and what the
 * folder holds now. What somebody else changed meanwhile is a conflict and stays as it is. Looks only.
 */
import { dirname } from 'node:path/posix';
import type { TreeChange } from './compare-trees.ts';
import type { PathGuard } from './guarded-paths.ts';
import { keptModes } from './manifest.ts';
import { holds, openTarget, type TargetState } from './target-state.ts';
import type { WorkSlice } from './work-slice.ts';

/**
 * `apply`: it can be made; `done`: the folder has it already; `conflict`: somebody changed the same; `refused`: no
 * change of an agent is let in there.
 */
export type Verdict =
  | { readonly type: 'apply' }
  | { readonly type: 'done' }
  | { readonly type: 'conflict'; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string };

export interface PlannedChange {
  readonly change: TreeChange;
  readonly state: TargetState;
  readonly verdict: Verdict;
}

export interface PlanOptions {
  readonly guard: PathGuard;
  /** Overwrite what was changed meanwhile, as far as nothing but a file or a link is there. */
  readonly force: boolean;
  /** Spellings of the folder's own path. */
  readonly roots: readonly string[];
  readonly slice: WorkSlice;
}

const nothing: TargetState = { type: 'absent', folder: true };

/** `target` is absolute with links resolved. Throws when it cannot be opened. */
export async function planChanges(
  target: string,
  changes: readonly TreeChange[],
  { guard, force, roots, slice }: PlanOptions,
): Promise<readonly PlannedChange[]> {
  using reader = openTarget(target, roots, slice);
  /** Directories that are made on the way. */
  const made = new Set<string>();
  const links = new Set<string>();
  const planned: PlannedChange[] = [];
  for (const change of changes) {
    const found = await reader.state(change.path);
    // What is on the way to it now goes before it comes; and behind a link of the new tree is nothing of the old.
    const isOurs = made.has(dirname(change.path)) || waysTo(change.path).some((way) => links.has(way));
    const state = found.type === 'blocked' && isOurs ? nothing : found;
    const reason = guard(change.path);
    const verdict: Verdict =
      reason === undefined ? decide(change, state, made, force) : { type: 'refused', reason };
    if (verdict.type === 'apply' && change.after?.kind === 'directory') made.add(change.path);
    if (verdict.type === 'done' && change.after?.kind === 'link') links.add(change.path);
    planned.push({ change, state, verdict });
  }
  return planned;
}

function decide(
  { path, before, after }: TreeChange,
  state: TargetState,
  made: ReadonlySet<string>,
  force: boolean,
): Verdict {
  if (holds(state, after)) return { type: lacksMode(state, before, after) ? 'apply' : 'done' };
  if (state.type === 'blocked') return { type: 'conflict', reason: state.reason };
  if (state.type === 'absent' && !state.folder && !made.has(dirname(path)) && !force)
    return { type: 'conflict', reason: 'its folder is gone' };
  if (holds(state, before)) return { type: 'apply' };
  // A folder in the place of a file comes in two steps, and a crash may have fallen between them.
  if (state.type === 'absent' && isTurn(before, after)) return { type: 'apply' };
  if (state.type === 'directory') return { type: 'conflict', reason: 'a folder is there now' };
  if (force && after?.kind !== 'directory') return { type: 'apply' };
  return { type: 'conflict', reason: whatHappened(state, before) };
}

/** The directories a path leads through. */
export function waysTo(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function isTurn(before: TreeChange['before'], after: TreeChange['after']): boolean {
  if (before === undefined || after === undefined) return false;
  return (before.kind === 'directory') !== (after.kind === 'directory');
}

/** The content is there, but not yet what was done to its mode. */
function lacksMode(state: TargetState, before: TreeChange['before'], after: TreeChange['after']): boolean {
  if (state.type !== 'file' || after?.kind !== 'file') return false;
  if (before?.kind === 'file' && before.mode === after.mode) return false;
  return (after.mode === keptModes.executable) !== ((state.mode & 0o111) !== 0);
}

function whatHappened(state: TargetState, before: TreeChange['before']): string {
  if (state.type === 'absent') return 'it was deleted meanwhile';
  return before === undefined ? 'something else is there already' : 'it was changed meanwhile';
}
