/**
 * Versions of the agents' workspaces while a run goes on: a new one after each call that changed something, and the
 * one that an answer is bound to. One look at a time for each agent; calls that end while one is waited for share it.
 */
import { setImmediate } from 'node:timers/promises';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SnapshotStore, PublishedSnapshot } from '../workspace/snapshot-store.ts';
import type { PublishedVersion, TakeChanges, WorkspaceChanges } from '../tools/stages/detect-changes.ts';

export interface WorkspaceVersions {
  readonly takeChanges: TakeChanges;
  /** Survives a power loss when it resolves; undefined when the agent has no workspace. */
  publish(agent: string): Promise<PublishedVersion | undefined>;
}

export interface WorkspaceVersionsOptions {
  readonly store: Pick<SnapshotStore, 'look' | 'publish' | 'secure'>;
  /** Absolute path; undefined when the agent has no workspace. */
  readonly pathOf: (agent: string) => string | undefined;
}

interface Look {
  readonly result: Promise<WorkspaceChanges | undefined>;
  /** Calls that share it. */
  readonly calls: string[];
}

const longestList = 100;

export function createWorkspaceVersions({ store, pathOf }: WorkspaceVersionsOptions): WorkspaceVersions {
  const waiting = new Map<string, Look>();
  const running = new Map<string, Promise<unknown>>();
  /** By agent: why its workspace could not be published the last time, as a code. */
  const told = new Map<string, string>();

  return {
    async takeChanges(agent, call) {
      const path = pathOf(agent);
      if (path === undefined) return undefined;
      const shared = waiting.get(agent);
      if (shared !== undefined) {
        shared.calls.push(call);
        // Told to the first of them; the others go on when it is over.
        await shared.result.catch(() => undefined);
        return undefined;
      }
      const look = enqueue(agent, path, call);
      const changes = await look.result;
      const [, ...beside] = look.calls;
      return changes === undefined || beside.length === 0 ? changes : { ...changes, beside };
    },
    async publish(agent) {
      const path = pathOf(agent);
      if (path === undefined) return undefined;
      const published = await store.publish(path);
      await store.secure();
      told.delete(agent);
      return versionOf(published);
    },
  };

  function enqueue(agent: string, path: string, call: string): Look {
    const before = running.get(agent) ?? Promise.resolve();
    const look: Look = { result: before.then(() => begin(agent, path)), calls: [call] };
    waiting.set(agent, look);
    running.set(agent, Promise.allSettled([look.result]));
    return look;
  }

  async function begin(agent: string, path: string): Promise<WorkspaceChanges | undefined> {
    // Calls whose results come in at the same time have come in then.
    await setImmediate();
    waiting.delete(agent);
    try {
      const published = await store.publish(path);
      told.delete(agent);
      const { changes } = published;
      return isNothing(changes) ? undefined : { ...changes, published: versionOf(published) };
    } catch (error) {
      // Without a version; what changed is told all the same, as far as it can be seen.
      if (!MassGenError.isInstance(error)) throw error;
      const changes = await store.look(path);
      const { code, message, hint } = error;
      const isNews = told.get(agent) !== code;
      told.set(agent, code);
      if (isNothing(changes) && !isNews) return undefined;
      return isNews ? { ...changes, unpublished: { code, message, hint } } : changes;
    }
  }
}

function isNothing({ added, modified, deleted }: WorkspaceChanges): boolean {
  return added.length + modified.length + deleted.length === 0;
}

function versionOf({ id, manifest }: PublishedSnapshot): PublishedVersion {
  return {
    snapshot: id,
    files: manifest.totals.files,
    bytes: manifest.totals.bytes,
    excluded: manifest.excluded.slice(0, longestList),
    skipped: manifest.skipped.slice(0, longestList),
  };
}
