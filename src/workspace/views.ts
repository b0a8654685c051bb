/**
 * Views: one read-only directory for each answer that came with files, for all agents that read this set. A view is
 * complete before it gets its name and never changes after. As long as nobody can write to views, those of one author share
 * their files; from `distrust` on each is a copy of its own, and is looked at before it is shown again.
 */
import { fchmodSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { type ScannedEntry, scanTree, type TreeScan } from './change-detector.ts';
import { compareCopy } from './compare-copy.ts';
import { isPlainName } from './manifest.ts';
import { openDirectory } from './open-directory.ts';
import { defaultLimits } from './snapshot-limits.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import { createWorkSlice } from './work-slice.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';

export interface View {
  /** Its name, such as `agent1.2`. */
  readonly label: string;
  readonly snapshot: string;
  readonly author: string;
}

export interface Views {
  /**
   * Makes `<directory>/<label>` show the snapshot and returns its path; a view that exists is kept when it is right,
   * so this may be done again. Throws `nameUnsafe`, `targetExists` when something else has that name, and what
   * `materialize` throws.
   */
  publish(view: View): Promise<string>;
  /** To be called before something runs that may write to views by itself. */
  distrust(): Promise<void>;
  /**
   * Makes views anew that are not as they were made, and tells of each, and of those that were not right when they were
   * published again. Looks only when somebody may have written to them. What was found in the place of a view is moved
   * aside, not deleted.
   */
  check(): Promise<readonly WorkspaceWarning[]>;
}

export interface ViewsOptions {
  readonly store: Pick<SnapshotStore, 'materialize' | 'manifest'>;
  readonly directory: string;
  /** Made when something has to be moved aside; on the same file system. */
  readonly aside: string;
}

interface MadeView extends View {
  /** What it looked like when its content was right; taken when views are no longer trusted. */
  record?: ViewRecord;
}

type ViewRecord = TreeScan<ScannedEntry>;

/** Whoever writes to a view all the time cannot be waited for. */
const attempts = 3;

export function createViews({ store, directory, aside }: ViewsOptions): Views {
  const made = new Map<string, MadeView>();
  const newest = new Map<string, View>();
  /** To be told with the next check. */
  let untold: WorkspaceWarning[] = [];
  let trusted = true;
  let last: Promise<unknown> = Promise.resolve();

  const pathOf = ({ label }: View): string => join(directory, label);

  return {
    publish: (view) => inTurn(() => publish(view)),
    distrust: () => (trusted ? inTurn(distrust) : Promise.resolve()),
    check: () => (trusted && untold.length === 0 ? Promise.resolve([]) : inTurn(check)),
  };

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = last.then(action);
    last = result.catch(() => undefined);
    return result;
  }

  async function publish(view: View): Promise<string> {
    const { label } = view;
    if (!isPlainName(label))
      throw new MassGenError(workspaceErrors.nameUnsafe, { detail: JSON.stringify(label) });
    const path = pathOf(view);
    if (made.has(label)) return path;
    try {
      await makePrivateDirectory(directory);
    } catch (error) {
      throw storageError(error, `making ${directory}`);
    }
    // Of a process before this one, or of another one; whatever has happened to it since.
    const found = isDirectory(path);
    const problem = found ? await difference(view) : undefined;
    if (problem !== undefined) untold.push(changed(view, problem));
    if (!found || !isDirectory(path)) await make(view);
    const kept: MadeView = { ...view };
    if (!trusted) kept.record = await recordOf(view);
    made.set(label, kept);
    newest.set(view.author, view);
    return path;
  }

  async function make(view: View): Promise<void> {
    const earlier = trusted ? newest.get(view.author) : undefined;
    const sharing =
      earlier === undefined ? undefined : { snapshot: earlier.snapshot, directory: pathOf(earlier) };
    try {
      await store.materialize(view.snapshot, pathOf(view), { readOnly: true, sharing });
    } catch (error) {
      // Somebody published the same answer meanwhile.
      if (!isDirectory(pathOf(view))) throw error;
    }
  }

  async function distrust(): Promise<void> {
    if (!trusted) return;
    for (const view of made.values()) view.record = await scan(view);
    trusted = false;
  }

  async function check(): Promise<readonly WorkspaceWarning[]> {
    const warnings = untold;
    untold = [];
    if (trusted) return warnings;
    for (const view of made.values()) {
      if (await isAsRecorded(view)) continue;
      warnings.push(changed(view, (await difference(view)) ?? 'something in it was touched'));
      try {
        view.record = await remake(view);
      } catch (error) {
        const failure = storageError(error, `making the view ${view.label} anew`);
        warnings.push({ code: failure.code, message: failure.message, hint: failure.hint });
      }
    }
    return warnings;
  }

  /** Moves aside what is in the place of the view. */
  function changed(view: View, problem: string): WorkspaceWarning {
    const { code, title, hint } = workspaceErrors.viewChanged;
    const place = moveAside(view);
    const kept = place === undefined ? '' : `; what was there is ${place}`;
    return { code, message: `${title}: ${view.label}: ${problem}${kept}`, hint };
  }

  async function remake(view: View): Promise<ViewRecord> {
    await make(view);
    return recordOf(view);
  }

  /** The record is taken first: whatever is written after shows in it. */
  async function recordOf(view: View): Promise<ViewRecord> {
    for (let attempt = 1; ; attempt += 1) {
      const record = await scan(view);
      const problem = await difference(view);
      if (problem === undefined) return record;
      if (attempt >= attempts) throw new MassGenError(workspaceErrors.viewChanged, { detail: problem });
      moveAside(view);
      await make(view);
    }
  }

  async function isAsRecorded(view: MadeView): Promise<boolean> {
    const { record } = view;
    if (record === undefined) return false;
    try {
      const { sameShape, touched, skipped, root } = await scan(view, record);
      return (
        sameShape &&
        touched.length === 0 &&
        skipped.length === 0 &&
        root.ino === record.root.ino &&
        root.mode === record.root.mode &&
        root.ctimeMs === record.root.ctimeMs
      );
    } catch (error) {
      // Gone, something else, or more than it may hold.
      if (errorCode(error) === undefined && !MassGenError.isInstance(error)) throw error;
      return false;
    }
  }

  function scan(view: View, before?: ViewRecord): Promise<ViewRecord> {
    return scanTree(pathOf(view), {
      slice: createWorkSlice(),
      limits: defaultLimits,
      excludes: new Set(),
      entry: (scanned) => scanned,
      ...(before === undefined ? {} : { before }),
    });
  }

  async function difference(view: View): Promise<string | undefined> {
    const manifest = await store.manifest(view.snapshot);
    const options = { slice: createWorkSlice(), limits: defaultLimits, readOnly: true };
    try {
      return await compareCopy(pathOf(view), manifest, options);
    } catch (error) {
      if (errorCode(error) === undefined && !MassGenError.isInstance(error)) throw error;
      return errorMessage(error);
    }
  }

  /** Where it is now; undefined when there was nothing. */
  function moveAside(view: View): string | undefined {
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    for (let number = 1; ; number += 1) {
      const place = join(aside, `${view.label}-${number}`);
      if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue;
      try {
        makeMovable(pathOf(view));
        renameSync(pathOf(view), place);
        return place;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    }
  }
}

/** A directory that nobody may write to cannot be moved to another one. */
function makeMovable(path: string): void {
  if (!isDirectory(path)) return;
  using directory = openDirectory(path);
  fchmodSync(directory.fd, 0o700);
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
