/** Planned changes as people and programs are told of them: what each would do, and the difference it makes. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storageError } from '../journal/storage-error.ts';
import { changeKind, shownPath } from '../workspace/compare-trees.ts';
import { keptModes, type ManifestEntry } from '../workspace/manifest.ts';
import type { PlannedChange } from '../workspace/plan-changes.ts';
import { openTarget, type TargetState } from '../workspace/target-state.ts';
import { diffContents, type ContentDiff } from '../workspace/text-diff.ts';
import { createWorkSlice } from '../workspace/work-slice.ts';
import type { ChangeStore, ChangeTarget } from './change-target.ts';

export interface ProposedChange {
  /** Relative; that of a directory ends in `/`. */
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted';
  /** `pending`: it can be made; `conflict`: somebody else changed the same; `refused`: no change is let in there. */
  readonly state: 'pending' | 'conflict' | 'refused';
  /** Why it is not pending. */
  readonly reason?: string;
  /** Of files: what is there now against what would be. */
  readonly diff?: ContentDiff;
  /** Of links: where they lead. */
  readonly link?: { readonly from?: string; readonly to?: string };
  /** It becomes executable, or stops being so. */
  readonly executable?: boolean;
}

/** Bytes of a file up to which it is shown. */
const mostBytes = 4_000_000;

/** `scratch` is an empty directory. Throws what the store throws, and storage errors. */
export async function describeChanges(
  planned: readonly PlannedChange[],
  {
    store,
    target,
    scratch,
  }: { readonly store: ChangeStore; readonly target: ChangeTarget; readonly scratch: string },
): Promise<readonly ProposedChange[]> {
  const open = planned.filter(({ verdict }) => verdict.type !== 'done');
  const written = open.flatMap(({ change: { after } }) =>
    after?.kind === 'file' && after.size <= mostBytes ? [after.path] : [],
  );
  const files = join(scratch, 'new');
  await store.materialize(target.snapshot, files, { only: new Set(written) });
  using reader = openTarget(target.folder, [target.folder], createWorkSlice());
  const changes: ProposedChange[] = [];
  for (const { change, state, verdict } of open) {
    const { path, before, after } = change;
    const conflicting = verdict.type === 'conflict' || verdict.type === 'refused';
    changes.push({
      path: shownPath(change),
      kind: changeKind(change),
      state: conflicting ? verdict.type : 'pending',
      ...(conflicting ? { reason: verdict.reason } : {}),
      ...(await difference(path, state, after)),
      ...linkOf(state, after),
      ...modeOf(state, before, after),
    });
  }
  return changes;

  async function difference(
    path: string,
    state: TargetState,
    after: ManifestEntry | undefined,
  ): Promise<{ readonly diff?: ContentDiff }> {
    if (state.type !== 'file' && after?.kind !== 'file') return {};
    const large = (state.type === 'file' && state.size > mostBytes) || (after?.size ?? 0) > mostBytes;
    if (large) return { diff: { type: 'large' } };
    const old = state.type === 'file' ? await contentNow(path) : undefined;
    const fresh = after?.kind === 'file' ? readFileSync(join(files, path)) : undefined;
    return { diff: diffContents(old, fresh) };
  }

  /** Through a copy: the file is reached as it is everywhere here, and read whole. */
  async function contentNow(path: string): Promise<Buffer> {
    const place = join(scratch, 'old');
    try {
      const copy = openSync(place, 'w', 0o600);
      try {
        await reader.copy(path, copy);
      } finally {
        closeSync(copy);
      }
      return readFileSync(place);
    } catch (error) {
      throw storageError(error, `reading ${path}`);
    }
  }
}

function linkOf(state: TargetState, after: ManifestEntry | undefined): Pick<ProposedChange, 'link'> {
  if (state.type !== 'link' && after?.kind !== 'link') return {};
  return {
    link: {
      ...(state.type === 'link' ? { from: state.text } : {}),
      ...(after?.kind === 'link' ? { to: after.link } : {}),
    },
  };
}

function modeOf(
  state: TargetState,
  before: ManifestEntry | undefined,
  after: ManifestEntry | undefined,
): Pick<ProposedChange, 'executable'> {
  if (after?.kind !== 'file' || state.type !== 'file') return {};
  if (before?.kind === 'file' && before.mode === after.mode) return {};
  const executable = after.mode === keptModes.executable;
  return executable === ((state.mode & 0o111) !== 0) ? {} : { executable };
}
