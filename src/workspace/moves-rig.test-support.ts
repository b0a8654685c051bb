/** A workspace, answers of others and the moves between them, with a journal that a later process can go on from. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableEvent } from '../events/run-event.ts';
import { createContentSnapshotStore } from './content-snapshot-store.ts';
import { workspaceExcludes } from './default-excludes.ts';
import { quickParent, temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import { createWorkspaceDiff, type WorkspaceDiff } from './workspace-diff.ts';
import { createWorkspaceMoves, type Moved, type WorkspaceMoves } from './workspace-moves.ts';

export interface MovesRig {
  readonly base: string;
  readonly root: string;
  readonly store: string;
  readonly journal: DurableEvent[];
  /** Publishes what `fill` puts into a directory as an answer. */
  answer(label: string, fill: (directory: string) => void): Promise<void>;
  copy(from: string, to: string, overwrite?: boolean): Promise<Moved>;
  remove(...paths: readonly string[]): Promise<Moved>;
  undo(overwrite?: boolean): Promise<Moved>;
  diff(from: string, to?: string): Promise<WorkspaceDiff>;
  /** Everything is forgotten that is not in the journal or the store. */
  restart(): void;
  readonly moves: WorkspaceMoves;
}

export function createMovesRig(limits?: SnapshotLimits): MovesRig {
  const base = temporaryDirectory(quickParent);
  const [root, store, views] = [join(base, 'ws'), join(base, 'store'), join(base, 'views')];
  mkdirSync(root);
  const snapshots = createContentSnapshotStore({ directory: store });
  const answers = new Map<string, string>();
  const journal: DurableEvent[] = [];
  const { signal } = new AbortController();
  const shared = {
    store,
    views: () => views,
    excludes: workspaceExcludes([]),
    answers: () => answers,
    manifest: (id: string) => snapshots.manifest(id),
  };
  const diff = createWorkspaceDiff(shared);
  const make = (): WorkspaceMoves =>
    createWorkspaceMoves({
      ...shared,
      ...(limits === undefined ? {} : { limits }),
      journaled: journal,
      record: (event) => {
        journal.push(entry(event));
        return Promise.resolve();
      },
    });
  let moves = make();
  let count = 0;

  async function called<T>(
    tool: string,
    action: (call: Parameters<WorkspaceMoves['remove']>[1]) => Promise<T>,
  ): Promise<T> {
    count += 1;
    const call = `call_${count}`;
    const finish = (outcome: 'ok' | 'tool_error'): void => {
      const ended = { call, tool, outcome, content: [], latencyMs: 0, agent: 'a', turn: 1 } as const;
      journal.push(entry({ type: 'tool.call.finished', ...ended }));
    };
    try {
      const result = await action({ agent: 'a', turn: 1, call, root, signal });
      finish('ok');
      return result;
    } catch (error) {
      finish('tool_error');
      throw error;
    }
  }

  function entry<Body extends object>(body: Body): DurableEvent {
    return { v: 1, run: 'r', seq: journal.length + 1, at: '2026-01-01T00:00:00.000Z', ...body } as never;
  }

  return {
    base,
    root,
    store,
    journal,
    get moves() {
      return moves;
    },
    async answer(label, fill) {
      const place = join(base, `of-${label}`);
      mkdirSync(place);
      fill(place);
      answers.set(label, (await snapshots.publish(place)).id);
    },
    copy: (from, to, overwrite = false) =>
      called('workspace_copy', (call) => moves.copy({ items: [{ from, to }], overwrite }, call)),
    remove: (...paths) => called('workspace_delete', (call) => moves.remove(paths, call)),
    undo: (overwrite = false) => called('workspace_undo', (call) => moves.undo(overwrite, call)),
    diff: (from, to) => diff({ from, ...(to === undefined ? {} : { to }) }, { agent: 'a', root, signal }),
    restart() {
      moves = make();
    },
  };
}

/** An answer with a few files. */
export function fill(files: Readonly<Record<string, string>>): (directory: string) => void {
  return (directory) => writeFiles(directory, files);
}

/** What is in a tree, with exact modes and the bytes of each file. */
export function exactContent(root: string, prefix = ''): Record<string, string> {
  const content: Record<string, string> = {};
  for (const name of readdirSync(join(root, prefix)).toSorted()) {
    const path = prefix + name;
    const stat = lstatSync(join(root, path));
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isDirectory()) {
      content[path] = `dir ${mode}`;
      Object.assign(content, exactContent(root, `${path}/`));
    } else if (stat.isSymbolicLink()) content[path] = `link ${readlinkSync(join(root, path))}`;
    else if (stat.isFile()) content[path] = `file ${mode} ${readFileSync(join(root, path), 'latin1')}`;
    else content[path] = 'odd';
  }
  return content;
}
