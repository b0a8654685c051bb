/**
 * The user's own files in a run: what agents see of them, the copies that the final turn may change, and what becomes of
 * the changes. Nothing an agent does reaches the user's files but through here, at the end.
 */
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { StagedPath } from '../coordinator/run-files.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { DurableEvent, DurableEventBody, KeepReason } from '../events/run-event.ts';
import { errorMessage } from '../errors/error-message.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import type { ContextOutcome } from '../journal/run-result.ts';
import type { AppliedChanges } from '../workspace/apply-changes.ts';
import { changeKind, shownPath, type TreeChange } from '../workspace/compare-trees.ts';
import { guardPaths } from '../workspace/guarded-paths.ts';
import { rewritePaths } from '../workspace/rewrite-paths.ts';
import type { SnapshotStore } from '../workspace/snapshot-store.ts';
import { applyTarget, changesOf, type ChangeTarget } from './change-target.ts';
import type { Aside, ContextPath } from './context-paths.ts';
import type { ConfirmChanges } from './run-options.ts';
import { contextStore, copyExcludes, leftOut, showFile, stageContext } from './stage-context.ts';
import { type StagedContext, stagedContexts } from './staged-context.ts';

export interface UserFilesOptions {
  readonly directory: RunDirectory;
  readonly context: readonly ContextPath[];
  readonly aside: Aside;
  /** Agents that have tools for files, by id, each with its alias. */
  readonly agents: ReadonlyMap<string, string>;
  readonly apply: MassGenConfig['orchestrator']['apply'];
  /** Asks a person; absent where nobody can be asked. */
  readonly confirm?: ConfirmChanges | undefined;
  readonly recorder: Pick<EventRecorder, 'append' | 'subscribe'>;
  readonly journaled: readonly DurableEvent[];
  readonly clock: Clock;
  /** Ends the waiting for a person: the changes are kept. */
  readonly ending: AbortSignal;
  /** The same, but nothing is decided: whoever takes the run up is asked. */
  readonly stopped: AbortSignal;
}

export interface UserFiles {
  /** As agents are told of them: folders, and copies of single files. */
  readonly shown: readonly string[];
  /** Those of them that the final turn may change a copy of. */
  readonly writable: readonly string[];
  /** Folders of them that an agent's servers are given, with the one in which copies will be. */
  foldersFor(agent: string): readonly string[];
  /** The folder for copies of the agent; undefined when it never gets any. */
  stagedFor(agent: string): string | undefined;
  /** What nobody may change… */
  readonly closed: readonly string[];
  /** …and what the agent may while its final turn goes on, with what is closed again in it. */
  openFor(agent: string): { readonly writable: readonly string[]; readonly closed: readonly string[] };
  stage(agent: string, turn: number, signal: AbortSignal): Promise<readonly StagedPath[]>;
  /** Paths in copies as those of the user's files. */
  presentable(text: string): string;
  /** Records what the final turn did and makes the changes, as the config says. Rejects only when the journal fails. */
  deliver(): Promise<void>;
  outcomes(): readonly ContextOutcome[];
}

/** Paths in a list of an event. */
const longestList = 100;

/** Makes what agents are shown. Throws storage errors. */
export async function createUserFiles(options: UserFilesOptions): Promise<UserFiles> {
  const { directory, context, aside, agents, recorder, journaled } = options;
  const staged = stagedContexts(journaled);
  recorder.subscribe((event) => {
    if ('seq' in event) staged.remember(event);
  });
  const writable = agents.size === 0 ? [] : context.filter((each) => each.writable);
  const left = new Map(writable.map((each) => [each.path, leftOut(each, aside)]));
  const stores = new Map<string, SnapshotStore>();
  /** The agent whose final turn goes on. */
  let open: string | undefined;

  const shown = await Promise.all(
    context.map((each) => (each.kind === 'folder' ? each.path : showFile(directory, each))),
  );
  const folders = context.map((each, index) =>
    each.kind === 'folder' ? each.path : dirname(shown[index] ?? ''),
  );
  if (writable.length > 0) {
    for (const alias of agents.values()) await mkdir(rootOf(alias), { recursive: true, mode: 0o700 });
  }

  return {
    shown,
    writable: writable.map((each) => shown[context.indexOf(each)] ?? each.path),
    foldersFor: (agent) => [...folders, ...(stagedFor(agent) === undefined ? [] : [stagedFor(agent) ?? ''])],
    stagedFor,
    closed: context.map(({ path }) => path),
    openFor,

    async stage(agent, turn, signal) {
      const root = stagedFor(agent);
      if (root === undefined) return [];
      for (const each of writable) {
        const without = left.get(each.path) ?? [];
        const store = storeOf(each.path, without);
        const event = await stageContext({
          directory,
          store,
          context: each,
          left: without,
          root,
          agent,
          turn,
          signal,
        });
        await append(event);
      }
      open = agent;
      return staged.all().map(({ staged: { path, place, protected: inner } }) => ({
        path,
        place,
        protectedPaths: inner.map((name) => join(place, name)),
      }));
    },

    presentable: (text) =>
      rewritePaths(
        text,
        staged.all().map(({ staged: { path, place } }) => ({ from: place, to: path })),
      ),

    async deliver() {
      open = undefined;
      for (const each of staged.all()) {
        if (each.settled === undefined) await deliverOne(each);
      }
    },

    outcomes: () =>
      staged.all().flatMap(({ settled }): ContextOutcome[] => {
        if (settled === undefined) return [];
        const { path } = settled;
        if (settled.type === 'changes.kept') return [{ path, kept: settled.reason }];
        const { applied, conflicts, refused } = settled;
        return [{ path, applied, conflicts, refused }];
      }),
  };

  function rootOf(alias: string): string {
    return join(directory.staged, alias);
  }

  function stagedFor(agent: string): string | undefined {
    const alias = agents.get(agent);
    return alias === undefined || writable.length === 0 ? undefined : rootOf(alias);
  }

  function openFor(agent: string): ReturnType<UserFiles['openFor']> {
    if (open !== agent) return { writable: [], closed: [] };
    const copies = staged.all().map((each) => each.staged);
    return {
      writable: copies.map(({ place }) => place),
      closed: copies.flatMap(({ place, protected: inner }) => inner.map((name) => join(place, name))),
    };
  }

  function storeOf(path: string, without: readonly string[]): SnapshotStore {
    const store = stores.get(path) ?? contextStore(directory, without);
    stores.set(path, store);
    return store;
  }

  async function append(event: DurableEventBody): Promise<void> {
    await recorder.append([event]).durable;
  }

  async function deliverOne(context: StagedContext): Promise<void> {
    const { path } = context.staged;
    try {
      const { changes, target, event } = await collect(context);
      if (event !== undefined) await append(event);
      if (changes.length === 0) return;
      const decided = await decide(context, target, changes);
      if (decided !== undefined) await append(decided);
    } catch (error) {
      const { code, title, hint } = workspaceErrors.applyFailed;
      const failure = MassGenError.isInstance(error) ? error : undefined;
      const cause = failure === undefined ? errorMessage(error) : `${failure.message} (${failure.code})`;
      const told = { code, message: `${title}: ${path}: ${cause}`, hint };
      await append({
        type: 'changes.kept',
        path,
        snapshot: context.staged.snapshot,
        reason: 'failed',
        error: told,
      });
    }
  }

  /** What the turn did; journaled where it is not yet. */
  async function collect({ staged: event, changed }: StagedContext): Promise<{
    readonly changes: readonly TreeChange[];
    readonly target: ChangeTarget;
    readonly event?: DurableEventBody;
  }> {
    const { agent, turn, path, kind, place, left: without, protected: protectedPaths } = event;
    const store = storeOf(path, without);
    const { entries } = await store.manifest(event.snapshot);
    const isFile = kind === 'file';
    const snapshot = changed?.snapshot ?? (await publishCopy(isFile ? dirname(place) : place, store));
    const target: ChangeTarget = {
      folder: isFile ? dirname(path) : path,
      ...(isFile ? { only: basename(path) } : {}),
      base: entries,
      snapshot,
      guard: guardPaths({ protectedPaths, excludes: new Set([...copyExcludes, ...without]) }),
    };
    const changes = await changesOf(store, target);
    if (changed !== undefined) return { changes, target };
    const named = (which: ReturnType<typeof changeKind>): readonly string[] =>
      changes.filter((change) => changeKind(change) === which).map(shownPath);
    const lists = { added: named('added'), modified: named('modified'), deleted: named('deleted') };
    return {
      changes,
      target,
      event: {
        type: 'context.changed',
        agent,
        turn,
        path,
        snapshot,
        added: cutList(lists.added),
        modified: cutList(lists.modified),
        deleted: cutList(lists.deleted),
        cut: Object.values(lists).some((list) => list.length > longestList),
        complete: staged.isComplete(agent, turn),
      },
    };
  }

  async function publishCopy(place: string, store: SnapshotStore): Promise<string> {
    const { id } = await store.publish(place);
    await store.secure();
    return id;
  }

  /** Makes the changes or says why not; undefined when nobody could decide any more. */
  async function decide(
    { staged: { agent, turn, path } }: StagedContext,
    target: ChangeTarget,
    changes: readonly TreeChange[],
  ): Promise<DurableEventBody | undefined> {
    const reason = await reasonToKeep(agent, turn, path, changes);
    if (reason === 'unasked' && options.stopped.aborted) return undefined;
    const { snapshot } = target;
    if (reason !== undefined) return { type: 'changes.kept', path, snapshot, reason };
    const store = storeOf(path, left.get(path) ?? []);
    const batch = `turn ${turn} of ${agent}`;
    const applied = await applyTarget(store, target, { directory, clock: options.clock, batch });
    const { undo } = applied;
    return {
      ...appliedEvent(path, snapshot, applied),
      ...(undo === undefined ? {} : { undo }),
      by: options.apply === 'ask' ? 'person' : 'config',
    };
  }

  async function reasonToKeep(
    agent: string,
    turn: number,
    path: string,
    changes: readonly TreeChange[],
  ): Promise<KeepReason | undefined> {
    if (!staged.isComplete(agent, turn)) return 'incomplete';
    if (options.apply === 'never') return 'never';
    if (options.apply === 'auto') return undefined;
    if (options.confirm === undefined) return 'unasked';
    const wanted = changes.map((change) => ({ path: shownPath(change), kind: changeKind(change) }));
    const signal = AbortSignal.any([options.stopped, options.ending]);
    const answer = await options.confirm({ path, changes: wanted }, signal);
    if (answer === undefined) return 'unasked';
    return answer ? undefined : 'declined';
  }
}

type AppliedEvent = Extract<DurableEventBody, { readonly type: 'changes.applied' }>;

/** What the journal says of changes that were made. */
export function appliedEvent(
  path: string,
  snapshot: string,
  { applied, conflicts, refused }: AppliedChanges,
): Omit<AppliedEvent, 'by' | 'undo'> {
  return {
    type: 'changes.applied',
    path,
    snapshot,
    applied: cutList(applied.map(shownPath)),
    conflicts: cutList(conflicts),
    refused: cutList(refused),
    cut: [applied, conflicts, refused].some((list) => list.length > longestList),
  };
}

/** As much of a list as an event holds; the list itself when that is all. */
export function cutList<T>(list: readonly T[]): readonly T[] {
  return list.length > longestList ? list.slice(0, longestList) : list;
}
