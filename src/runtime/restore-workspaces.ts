/**
 * Workspaces that lost their content since the run ended: deleted by somebody, or not carried to where the run is
 * taken up. Each gets the files of its agent's last snapshot back; one that still holds anything is left as it is.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DurableEvent } from '../events/run-event.ts';
import type { SnapshotStore } from '../workspace/snapshot-store.ts';

export interface RestoreWorkspacesOptions {
  readonly store: Pick<SnapshotStore, 'materialize'>;
  readonly workspaces: readonly { readonly agent: string; readonly path: string }[];
  readonly journaled: readonly DurableEvent[];
  /** A directory of the run in which copies can be made. */
  readonly scratch: string;
}

/** Throws what the store throws when a snapshot is missing or damaged. */
export async function restoreWorkspaces(options: RestoreWorkspacesOptions): Promise<void> {
  const { store, workspaces, journaled, scratch } = options;
  for (const { agent, path } of workspaces) {
    const last = journaled.findLast((event) => event.type === 'snapshot.published' && event.agent === agent);
    if (last?.type !== 'snapshot.published' || (await readdir(path)).length > 0) continue;
    const place = await mkdtemp(join(scratch, '.restored-'));
    try {
      const copy = join(place, 'copy');
      await store.materialize(last.snapshot, copy);
      await cp(copy, path, { recursive: true, verbatimSymlinks: true });
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }
}
