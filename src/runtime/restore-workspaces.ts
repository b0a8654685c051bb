/**
 * Workspaces that lost their content since the run ended: deleted by somebody, or not carried to where the run is
 * taken up. Each gets the files of its agent's last snapshot back; one that still holds anything is left as it is.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MassGenError } from '../errors/massgen-error.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import type { DurableEvent, DurableEventOf } from '../events/run-event.ts';
import type { SnapshotStore } from '../workspace/snapshot-store.ts';

export interface RestoreWorkspacesOptions {
  readonly store: Pick<SnapshotStore, 'materialize'>;
  readonly workspaces: readonly { readonly agent: string; readonly path: string }[];
  readonly journaled: readonly DurableEvent[];
  /** A directory of the run in which copies can be made. */
  readonly scratch: string;
}

type Version = DurableEventOf<'snapshot.published'>;

const lost: ReadonlySet<string> = new Set([
  workspaceErrors.snapshotNotFound.code,
  workspaceErrors.snapshotDamaged.code,
]);

/** Throws what the store throws when a snapshot is missing or damaged. */
export async function restoreWorkspaces(options: RestoreWorkspacesOptions): Promise<void> {
  const { store, workspaces, journaled, scratch } = options;
  for (const { agent, path } of workspaces) {
    const versions = journaled.filter(
      (event): event is Version => event.type === 'snapshot.published' && event.agent === agent,
    );
    if (versions.length === 0 || (await readdir(path)).length > 0) continue;
    const place = await mkdtemp(join(scratch, '.restored-'));
    try {
      const copy = join(place, 'copy');
      if (await materializeNewest(versions, copy))
        await cp(copy, path, { recursive: true, verbatimSymlinks: true });
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  /** Only what was bound to an answer has to be there: other versions do not survive a power loss for sure. */
  async function materializeNewest(versions: readonly Version[], copy: string): Promise<boolean> {
    for (const { snapshot, call } of versions.toReversed()) {
      try {
        await store.materialize(snapshot, copy);
        return true;
      } catch (error) {
        if (call === undefined || !MassGenError.isInstance(error) || !lost.has(error.code)) throw error;
      }
    }
    return false;
  }
}
