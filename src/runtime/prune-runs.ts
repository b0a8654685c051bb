/**
 * Removes runs that the user no longer wants, by the user's explicit word, and from the store what no run names then.
 * A run is taken away whole or not at all, and never while a process works on it.
 */
import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MassGenError } from '../errors/massgen-error.ts';
import { acquireLock, isLocked, withLock } from '../journal/file-lock.ts';
import { createFileBlobStore } from '../journal/file-blob-store.ts';
import { isRunName, listRuns, type RunListing } from '../journal/list-runs.ts';
import { addNamedHashes } from '../journal/named-hashes.ts';
import { readJournal } from '../journal/read-journal.ts';
import { openRunDirectory } from '../journal/run-directory.ts';
import { type CleanedStore, cleanStore } from '../workspace/clean-store.ts';
import { removeTree } from '../workspace/remove-tree.ts';
import { changesWait } from './changes-wait.ts';
import type { RuntimeParts } from './runtime-parts.ts';

export interface PruneOptions {
  /** How many of the newest runs stay; without it and `olderThanMs` all do, and only the store is cleaned. */
  readonly keep?: number;
  /** Runs that started less long ago stay. */
  readonly olderThanMs?: number;
  /** Runs that could still be taken up go too. */
  readonly interrupted?: boolean;
  /** Runs go too whose changes of files of the user were neither made nor declined. */
  readonly waiting?: boolean;
  /** Only tells what it would do. */
  readonly dryRun?: boolean;
}

export interface PrunedRuns {
  /** Ids, newest first. */
  readonly removed: readonly string[];
  /** Runs that would have gone, but could still be taken up. */
  readonly interrupted: readonly string[];
  /** Runs that would have gone, but have changes that can still be applied. */
  readonly waiting: readonly string[];
  readonly store: CleanedStore;
}

const nothingThere: CleanedStore = { busy: false, snapshots: 0, contents: 0, bytes: 0 };
const prunedPrefix = '.pruned-';

export async function pruneRuns(
  { logsDirectory, clock }: Pick<RuntimeParts, 'logsDirectory' | 'clock'>,
  options: PruneOptions,
): Promise<PrunedRuns> {
  const { dryRun = false } = options;
  const store = join(logsDirectory, '.store');
  const runs = await listRuns(logsDirectory);
  if (!existsSync(logsDirectory)) return { removed: [], interrupted: [], waiting: [], store: nothingThere };
  if (!dryRun) await removeLeftOver(logsDirectory);
  const old = chosen(runs, options, clock.now());
  const interrupted = old.filter(({ state }) => state === 'interrupted' && options.interrupted !== true);
  const removed: RunListing[] = [];
  const waiting: RunListing[] = [];
  const goes: RunListing[] = [];
  for (const run of old.filter((each) => !interrupted.includes(each))) {
    if (options.waiting !== true && (await mayWait(run))) waiting.push(run);
    else goes.push(run);
  }
  for (const run of goes) if (dryRun || (await remove(logsDirectory, run))) removed.push(run);

  await mkdir(store, { recursive: true, mode: 0o700 });
  const clean = async (): Promise<CleanedStore> => {
    const before = stateOf(logsDirectory);
    const gone = new Set(removed.map(({ path }) => path));
    const named = new Set<string>();
    for (const { path } of before.filter((each) => !gone.has(each.path))) await addNamedHashes(path, named);
    const isBusy = (): boolean => {
      const now = stateOf(logsDirectory);
      // A run that was begun or taken up since may name anything.
      return (
        now.length !== before.length ||
        now.some(
          ({ path, written }, index) => before[index]?.path !== path || before[index]?.written !== written,
        ) ||
        now.some(({ path }) => isLocked(join(path, 'run.lock')))
      );
    };
    return cleanStore({ directory: store, named, isBusy, now: clock.now(), dryRun });
  };
  return {
    removed: removed.map(({ id }) => id),
    interrupted: interrupted.map(({ id }) => id),
    waiting: waiting.map(({ id }) => id),
    store: await withLock(join(store, 'clean.lock'), clean, { clock }),
  };
}

interface RunState {
  readonly path: string;
  /** When its journal was written last, and how long it is. */
  readonly written: string;
}

function stateOf(logs: string): readonly RunState[] {
  return readdirSync(logs)
    .filter((name) => isRunName(name))
    .toSorted()
    .map((name) => {
      const path = join(logs, name);
      const stat = statSync(join(path, 'journal.jsonl'), { bigint: true, throwIfNoEntry: false });
      return { path, written: stat === undefined ? '' : `${stat.mtimeNs} ${stat.size}` };
    });
}

/** What was taken away by a process that did not come to its end. */
async function removeLeftOver(logs: string): Promise<void> {
  for (const name of readdirSync(logs)) {
    if (name.startsWith(prunedPrefix) && isRunName(name.slice(prunedPrefix.length)))
      await removeTree(join(logs, name));
  }
}

/** Damaged runs stay: what is in them only a person can tell. */
function chosen(
  runs: readonly RunListing[],
  { keep, olderThanMs }: PruneOptions,
  now: number,
): readonly RunListing[] {
  if (keep === undefined && olderThanMs === undefined) return [];
  return runs
    .slice(keep ?? 0)
    .filter(
      (run) =>
        (run.state === 'finished' || run.state === 'interrupted') &&
        (olderThanMs === undefined || now - Date.parse(run.startedAt) >= olderThanMs),
    );
}

/** Where the journal cannot be read to its end, nobody knows. */
async function mayWait({ path }: RunListing): Promise<boolean> {
  try {
    const directory = await openRunDirectory(path);
    return changesWait((await readJournal(directory.journal, createFileBlobStore(directory.store))).events);
  } catch (error) {
    if (!MassGenError.isInstance(error)) throw error;
    return true;
  }
}

/** False when somebody took it up meanwhile. */
async function remove(logs: string, { path }: RunListing): Promise<boolean> {
  const lock = acquireLock(join(path, 'run.lock'));
  if (lock === undefined) return false;
  const aside = join(logs, prunedPrefix + basename(path));
  try {
    renameSync(path, aside);
  } finally {
    lock.release();
  }
  await removeTree(aside);
  return true;
}
