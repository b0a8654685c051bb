/**
 * Copies from the files of answers, deletions and their undoing in the workspaces of a run. Contents come from the store
 * and go to it, never through a model. Before anything is changed, what it takes away is stored and journaled; so each
 * change can be undone, also by a later process. One change at a time for each agent.
 */
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import type { DurableEvent, DurableEventOf, SkippedFile } from '../events/run-event.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { storageError } from '../journal/storage-error.ts';
import { answerPath } from './answer-path.ts';
import { changePlaces } from './change-places.ts';
import { quoted } from './describe-sizes.ts';
import { keepEntries, type KeptEntries } from './kept-entries.ts';
import { readKept, writeKept } from './kept-manifest.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { createMoveHistory } from './move-history.ts';
import { named, planCopy, refusal, wantedCopy } from './plan-copy.ts';
import { planUndo } from './plan-undo.ts';
import { realPlace } from './real-place.ts';
import { defaultLimits, type SnapshotLimits } from './snapshot-limits.ts';
import { openStoreFiles } from './store-files.ts';
import { createWorkSlice, type WorkSlice } from './work-slice.ts';
import { liesIn, pathInWorkspace } from './workspace-path.ts';

/** Whose call it is. */
export interface MoveCall {
  readonly agent: string;
  readonly turn: number;
  readonly call: string;
  /** Absolute, links resolved. */
  readonly root: string;
  readonly signal: AbortSignal;
}

export interface CopyRequest {
  readonly items: readonly { readonly from: string; readonly to: string }[];
  readonly overwrite: boolean;
}

/** Paths relative to the workspace; those of directories end in `/`. */
export interface Moved {
  readonly added: readonly string[];
  readonly replaced: readonly string[];
  readonly removed: readonly string[];
  /** Files and links that were as they were to be. */
  readonly same: number;
  /** What was not done, with the reason. */
  readonly leftOut: readonly SkippedFile[];
}

export interface WorkspaceMoves {
  copy(request: CopyRequest, call: MoveCall): Promise<Moved>;
  remove(paths: readonly string[], call: MoveCall): Promise<Moved>;
  /** Undoes the newest copy or deletion that was not undone. */
  undo(overwrite: boolean, call: MoveCall): Promise<Moved & { readonly action: 'copy' | 'delete' }>;
}

export interface WorkspaceMovesOptions {
  /** The directory of the store. */
  readonly store: string;
  /** Where an agent reads the views. */
  readonly views: (agent: string) => string;
  /** Names that are never published. */
  readonly excludes: ReadonlySet<string>;
  readonly limits?: SnapshotLimits;
  /** By label. */
  readonly answers: () => ReadonlyMap<string, string>;
  /** Reads a snapshot of an answer. */
  readonly manifest: (snapshot: string) => Promise<Manifest>;
  /** Resolves when it is durable. */
  readonly record: (event: Body) => Promise<void>;
  readonly journaled: readonly DurableEvent[];
  /** With it, long work rests the earlier the slower the disk is. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

type Kept = DurableEventOf<'workspace.kept'>;
type Body = Pick<Kept, 'type' | 'agent' | 'turn' | 'call' | 'action' | 'before' | 'after' | 'undoes'>;

interface Change {
  readonly before: KeptEntries['entries'];
  readonly after: readonly ManifestEntry[];
  readonly same: number;
  readonly leftOut: readonly SkippedFile[];
}

export function createWorkspaceMoves(options: WorkspaceMovesOptions): WorkspaceMoves {
  const { store, views, excludes, limits = defaultLimits, answers, manifest, record, clock } = options;
  const files = openStoreFiles(store);
  const history = createMoveHistory(options.journaled);
  const running = new Map<string, Promise<unknown>>();

  return {
    copy: (request, call) => inTurn(call, 'copying', (slice) => copy(request, call, slice)),
    remove: (paths, call) => inTurn(call, 'deleting', (slice) => remove(paths, call, slice)),
    undo: (overwrite, call) => inTurn(call, 'undoing', (slice) => undo(overwrite, call, slice)),
  };

  function inTurn<T>(
    { agent, root, signal }: MoveCall,
    doing: string,
    action: (slice: WorkSlice) => Promise<T>,
  ): Promise<T> {
    const before = running.get(agent) ?? Promise.resolve();
    const result = before.then(async () => {
      try {
        const slice = createWorkSlice(signal, clock && (() => clock.monotonic()));
        await makePrivateDirectory(store);
        return await action(slice);
      } catch (error) {
        if (signal.aborted && error === signal.reason) throw error;
        throw storageError(error, `${doing} in ${root}`);
      }
    });
    running.set(agent, Promise.allSettled([result]));
    return result;
  }

  async function copy({ items, overwrite }: CopyRequest, call: MoveCall, slice: WorkSlice): Promise<Moved> {
    const { agent, root } = call;
    const sources = await Promise.all(
      items.map(async ({ from, to }) => ({ from, to, ...(await sourceOf(from, agent)) })),
    );
    const { wanted, leftOut } = wantedCopy(sources, root, excludes);
    const current = await keep(
      wanted.map(({ path }) => path),
      { root, deep: false, slice },
    );
    const { before, after, same } = planCopy(wanted, current, overwrite);
    return change(call, { before, after, same, leftOut }, slice, { action: 'copy' });
  }

  async function sourceOf(
    from: string,
    agent: string,
  ): Promise<{ readonly manifest: Manifest; readonly path: string }> {
    const known = answers();
    const source = answerPath(from, views(agent));
    const snapshot = source === undefined ? undefined : known.get(source.label);
    if (source === undefined || snapshot === undefined) {
      const labels = known.size === 0 ? 'there is none yet' : `there are ${[...known.keys()].join(', ')}`;
      throw refusal('noSuchAnswer', `${quoted(from)}; ${labels}`);
    }
    return { manifest: await manifest(snapshot), path: source.path };
  }

  async function remove(paths: readonly string[], call: MoveCall, slice: WorkSlice): Promise<Moved> {
    const { root } = call;
    const places = paths.map((given) => {
      const path = pathInWorkspace(given, root);
      if (path === undefined) throw refusal('notInWorkspace', quoted(given));
      const real = path === '' ? '' : realPlace(root, path);
      if (real === undefined)
        throw refusal('notInWorkspace', `${quoted(given)} leads out of it through a link`);
      if (real === '') throw refusal('wholeWorkspace', quoted(given));
      return real;
    });
    const tops = [...new Set(places)].filter(
      (path) => !places.some((other) => other !== path && liesIn(path, other)),
    );
    const before = await keep(tops.toSorted(), { root, deep: true, slice });
    const there = new Set(before.map(({ entry }) => entry.path));
    const missing = places.filter((path) => !there.has(path));
    if (missing.length > 0) throw refusal('nothingThere', named(missing));
    return change(call, { before, after: [], same: 0, leftOut: [] }, slice, { action: 'delete' });
  }

  async function undo(
    overwrite: boolean,
    call: MoveCall,
    slice: WorkSlice,
  ): Promise<Moved & { readonly action: 'copy' | 'delete' }> {
    const { agent, root } = call;
    const move = history.last(agent);
    if (move === undefined) throw new MassGenError(workspaceErrors.noMoveToUndo);
    const before = await readKept(files, move.before, slice);
    const after = await readKept(files, move.after, slice);
    const paths = [...new Set([...before, ...after].map(({ path }) => path))];
    const current = await keep(paths, { root, deep: false, slice });
    const planned = planUndo({ before, after, current, overwrite, root });
    const moved = await change(call, planned, slice, { action: 'undo', undoes: move.call });
    history.undone(agent, move.call);
    return { ...moved, action: move.action === 'delete' ? 'delete' : 'copy' };
  }

  async function keep(
    paths: readonly string[],
    more: { readonly root: string; readonly deep: boolean; readonly slice: WorkSlice },
  ): Promise<KeptEntries['entries']> {
    let kept: KeptEntries;
    try {
      kept = await keepEntries({ ...more, paths, files, limits });
    } catch (error) {
      if (!MassGenError.isInstance(error) || error.code !== workspaceErrors.tooLarge.code) throw error;
      throw refusal('cannotBeKept', `more than ${limits.maxEntries} entries`);
    }
    const { entries, problems } = kept;
    if (problems.length > 0) {
      const list = problems.slice(0, 5).map(({ path, reason }) => `${quoted(path)} (${reason})`);
      const more = problems.length > 5 ? ` and ${problems.length - 5} more` : '';
      throw refusal('cannotBeKept', `${list.join(', ')}${more}`);
    }
    return entries;
  }

  /** Journals what is about to go and to come, then does it. */
  async function change(
    { agent, turn, call, root }: MoveCall,
    { before, after, same, leftOut }: Change,
    slice: WorkSlice,
    how: { readonly action: Kept['action']; readonly undoes?: string },
  ): Promise<Moved> {
    if (before.length === 0 && after.length === 0 && how.action !== 'undo')
      return { added: [], replaced: [], removed: [], same, leftOut };
    const kept = {
      ...writeKept(
        files,
        'before',
        before.map(({ entry }) => entry),
        slice,
      ),
      ...writeKept(files, 'after', after, slice),
    };
    await files.unsynced.sync();
    await record({ type: 'workspace.kept', agent, turn, call, ...how, ...kept });
    if (how.action !== 'undo') history.add(agent, { call, action: how.action, ...kept });
    let left: readonly SkippedFile[];
    try {
      left = await changePlaces({ root, before, after, files, slice });
    } catch (error) {
      throw new MassGenError(workspaceErrors.leftHalfway, { detail: errorMessage(error), cause: error });
    }
    const missed = new Set(left.map(({ path }) => path));
    const was = new Set(before.map(({ entry }) => entry.path));
    const is = new Set(after.map(({ path }) => path));
    const done = <T extends { readonly path: string }>(list: readonly T[]): readonly T[] =>
      list.filter(({ path }) => !missed.has(path));
    return {
      added: done(after.filter(({ path }) => !was.has(path))).map(shown),
      replaced: done(after.filter(({ path }) => was.has(path))).map(shown),
      removed: done(before.map(({ entry }) => entry).filter(({ path }) => !is.has(path))).map(shown),
      same,
      leftOut: [...leftOut, ...left],
    };
  }
}

function shown({ path, kind }: ManifestEntry): string {
  return kind === 'directory' ? `${path}/` : path;
}
