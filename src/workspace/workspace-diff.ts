/**
 * What differs between the files of an answer and a workspace, or another answer: which paths, and for changed texts the
 * lines. Reads only. What is left out to keep it short is counted.
 */
import { posix } from 'node:path';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { storageError } from '../journal/storage-error.ts';
import { answerPath } from './answer-path.ts';
import { changeKind, compareTrees, shownPath, type TreeChange } from './compare-trees.ts';
import { describeBytes, quoted } from './describe-sizes.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { refusal } from './plan-copy.ts';
import { readContent } from './read-content.ts';
import { defaultLimits } from './snapshot-limits.ts';
import { openStoreFiles } from './store-files.ts';
import { diffContents } from './text-diff.ts';
import { createTrackedWorkspace, type TrackedWorkspace } from './tracked-workspace.ts';
import { createWorkSlice, type WorkSlice } from './work-slice.ts';
import { liesIn, pathInWorkspace } from './workspace-path.ts';

export interface DiffRequest {
  /** The label of an answer, or a path in its files. */
  readonly from: string;
  /** Likewise, or a path in the workspace; absent for the same path in the workspace. */
  readonly to?: string;
}

export interface WorkspaceDiff {
  readonly from: string;
  readonly to: string;
  /** Relative to what is compared; `added` is only in `to`, `deleted` only in `from`. */
  readonly changes: readonly { readonly path: string; readonly kind: 'added' | 'modified' | 'deleted' }[];
  /** Changes that the list leaves out. */
  readonly more: number;
  /** Differences in the lines of changed texts, as unified diffs, and one line about each other changed file. */
  readonly details: readonly string[];
  /** Changed files of which nothing is said but that they differ. */
  readonly undescribed: number;
}

export interface DiffOptions {
  readonly store: string;
  /** Where an agent reads the views. */
  readonly views: (agent: string) => string;
  readonly excludes: ReadonlySet<string>;
  readonly answers: () => ReadonlyMap<string, string>;
  readonly manifest: (snapshot: string) => Promise<Manifest>;
}

export type DiffWorkspace = (
  request: DiffRequest,
  place: { readonly agent: string; readonly root: string; readonly signal: AbortSignal },
) => Promise<WorkspaceDiff>;

interface Side {
  readonly title: string;
  readonly entries: readonly ManifestEntry[];
}

const mostChanges = 500;
/** The whole team waits for each comparison. */
const effort = { mostEdits: 1_000, longestMs: 250 };
/** Characters of all details together, and of those of one file. */
const mostDetails = 50_000;
const mostOfOne = 12_000;
/** Files that are looked into. */
const mostFiles = 100;
/** Bytes of a file that is looked into. */
const mostBytes = 1_000_000;

export function createWorkspaceDiff(options: DiffOptions): DiffWorkspace {
  const { store, views, excludes, answers, manifest } = options;
  const files = openStoreFiles(store);
  /** Beside the one that tells of changes: to look here must not take them away from it. */
  const workspaces = new Map<string, TrackedWorkspace>();

  return async (request, { agent, root, signal }) => {
    const slice = createWorkSlice(signal);
    try {
      await makePrivateDirectory(store);
      const readable = views(agent);
      const { path = '' } = answerPath(request.from, readable) ?? {};
      // Two files are compared whatever their names are.
      const name = posix.basename(path);
      const from = await answerSide(request.from, readable, name);
      if (from === undefined) {
        const labels = [...answers().keys()].join(', ');
        throw refusal(
          'noSuchAnswer',
          `${quoted(request.from)}; there ${labels === '' ? 'is none yet' : `are ${labels}`}`,
        );
      }
      if (from.entries.length === 0 && path !== '') throw refusal('nothingThere', quoted(request.from));
      const other = request.to === undefined ? undefined : await answerSide(request.to, readable, name);
      const to = other ?? (await ownSide(request.to ?? (path === '' ? '.' : path), { root, name, slice }));
      return await compare(from, to, slice);
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      throw storageError(error, `comparing ${request.from}`);
    }
  };

  async function answerSide(given: string, readable: string, name: string): Promise<Side | undefined> {
    const place = answerPath(given, readable);
    const snapshot = place === undefined ? undefined : answers().get(place.label);
    if (place === undefined || snapshot === undefined) return undefined;
    const { entries } = await manifest(snapshot);
    return { title: joinedTitle(place.label, place.path), entries: below(entries, place.path, name) };
  }

  async function ownSide(
    given: string,
    { root, name, slice }: { readonly root: string; readonly name: string; readonly slice: WorkSlice },
  ): Promise<Side> {
    const path = pathInWorkspace(given, root);
    if (path === undefined) throw refusal('notInWorkspace', quoted(given));
    const tracked =
      workspaces.get(root) ?? createTrackedWorkspace({ root, files, limits: defaultLimits, excludes });
    workspaces.set(root, tracked);
    const { manifest: now } = await tracked.publish(slice);
    return { title: joinedTitle('your workspace', path), entries: below(now.entries, path, name) };
  }

  async function compare(from: Side, to: Side, slice: WorkSlice): Promise<WorkspaceDiff> {
    const changes = compareTrees(from.entries, to.entries);
    const details: string[] = [];
    let room = mostDetails;
    let undescribed = 0;
    for (const change of changes) {
      if (changeKind(change) !== 'modified') continue;
      const detail = details.length < mostFiles && room > 0 ? describe(change, from, to) : undefined;
      if (detail === undefined || detail.length > room) {
        undescribed += 1;
        continue;
      }
      room -= detail.length;
      details.push(detail);
      // Comparing two texts takes its time.
      await slice.rest();
    }
    return {
      from: from.title,
      to: to.title,
      changes: changes
        .slice(0, mostChanges)
        .map((change) => ({ path: shownPath(change), kind: changeKind(change) })),
      more: Math.max(0, changes.length - mostChanges),
      details,
      undescribed,
    };
  }

  function describe({ path, before, after }: TreeChange, from: Side, to: Side): string {
    const name = quoted(path);
    if (before?.kind !== 'file' || after?.kind !== 'file') {
      return `${name}: ${kindWords(before)} in ${from.title}, ${kindWords(after)} in ${to.title}`;
    }
    const mode =
      before.mode === after.mode ? '' : `${name}: mode ${octal(before.mode)} → ${octal(after.mode)}`;
    if (before.sha256 === after.sha256) return mode;
    const sizes = `${describeBytes(before.size)} → ${describeBytes(after.size)}`;
    if (Math.max(before.size, after.size) > mostBytes) return `${name}: too large to compare, ${sizes}`;
    const diff = diffContents(readContent(files.objects, before), readContent(files.objects, after), effort);
    if (diff.type === 'binary') return `${name}: binary, ${sizes}`;
    if (diff.type === 'large') return `${name}: too different to compare, ${sizes}`;
    const head = `--- ${from.title}: ${path}\n+++ ${to.title}: ${path}\n`;
    const lines = `+${diff.added} -${diff.removed} lines`;
    if (diff.hunks.length > mostOfOne) return `${name}: ${lines}, too many to show`;
    return `${mode === '' ? '' : `${mode}\n`}${head}${diff.hunks.trimEnd()}`;
  }
}

/** Entries at or below a path, relative to it; a single file goes by `name`. */
function below(entries: readonly ManifestEntry[], path: string, name: string): readonly ManifestEntry[] {
  return entries.flatMap((entry) => {
    if (!liesIn(entry.path, path)) return [];
    if (path === '') return [entry];
    if (entry.path !== path) return [{ ...entry, path: entry.path.slice(path.length + 1) }];
    return entry.kind === 'directory' ? [] : [{ ...entry, path: name === '' ? posix.basename(path) : name }];
  });
}

function joinedTitle(place: string, path: string): string {
  return path === '' ? place : `${place}/${path}`;
}

function kindWords(entry: ManifestEntry | undefined): string {
  switch (entry?.kind) {
    case undefined:
      return 'nothing';
    case 'link':
      return `a link to ${quoted(entry.link)}`;
    case 'directory':
      return 'a folder';
    case 'file':
      return 'a file';
    default:
      return entry satisfies never;
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}
