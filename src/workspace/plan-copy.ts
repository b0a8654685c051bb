/**
 * What a copy from the files of answers would put where in a workspace, and what is in its way. Pure, but for looking
 * where links lead; nothing is changed here.
 */
import { lstatSync } from 'node:fs';
import { join, posix } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import { quoted } from './describe-sizes.ts';
import type { KeptEntry } from './kept-entries.ts';
import { linkStaysInside } from './link-target.ts';
import { keptModes, type Manifest, type ManifestEntry } from './manifest.ts';
import { missingOnTheWay, realPlace } from './real-place.ts';
import { directoriesAbove, joined, liesIn, pathInWorkspace, sortedByPlace } from './workspace-path.ts';

export interface CopySource {
  /** As the agent named it. */
  readonly from: string;
  /** The files of the answer, and where in them. */
  readonly manifest: Manifest;
  readonly path: string;
  /** As the agent named it. */
  readonly to: string;
}

export interface WantedCopy {
  /** Each directory before what it holds. */
  readonly wanted: readonly ManifestEntry[];
  /** What is not copied, with the reason. */
  readonly leftOut: readonly SkippedFile[];
}

/** Throws what says to the agent why nothing can be copied. */
export function wantedCopy(
  sources: readonly CopySource[],
  root: string,
  excludes: ReadonlySet<string>,
): WantedCopy {
  const wanted = new Map<string, ManifestEntry>();
  const leftOut: SkippedFile[] = [];
  for (const { from, manifest, path, to } of sources) {
    const found = manifest.entries.filter((entry) => liesIn(entry.path, path));
    const missed = manifest.skipped.filter((each) => liesIn(each.path, path));
    if (found.length === 0 && (path !== '' || missed.length > 0)) {
      throw refusal('nothingThere', [from, ...missed.map(({ reason }) => reason)].join(': '));
    }
    leftOut.push(...missed);
    const top = found.find((entry) => entry.path === path);
    const place = placeFor(to, top, root);
    for (const way of missingOnTheWay(root, place) ?? unusable(place)) want(directory(way));
    if (path === '' && place !== '') want(directory(place));
    for (const entry of found) {
      const target = joined(
        place,
        entry.path === path ? '' : entry.path.slice(path === '' ? 0 : path.length + 1),
      );
      const name = target.split('/').find((each) => excludes.has(each));
      if (name !== undefined) throw refusal('nameLeftOut', `${quoted(name)} in ${quoted(target)}`);
      if (entry.kind === 'link' && !linkStaysInside(target, entry.link)) {
        leftOut.push({ path: entry.path, reason: 'a link that may lead out of the workspace' });
      } else want({ ...entry, path: target });
    }
  }
  for (const { path } of wanted.values()) {
    const file = directoriesAbove(path).find(
      (each) => (wanted.get(each)?.kind ?? 'directory') !== 'directory',
    );
    if (file !== undefined) throw refusal('placeTaken', `${quoted(file)} would be a file and a folder`);
  }
  return { wanted: sortedByPlace([...wanted.values()], ({ path }) => path), leftOut };

  function want(entry: ManifestEntry): void {
    const other = wanted.get(entry.path);
    if (other !== undefined && !isSameContent(other, entry))
      throw refusal('placeTaken', `two different things would go to ${quoted(entry.path)}`);
    wanted.set(entry.path, entry);
  }
}

export interface PlannedCopy {
  /** What is replaced, and what is to be there; both each directory before what it holds. */
  readonly before: readonly KeptEntry[];
  readonly after: readonly ManifestEntry[];
  /** Files and links that are there already, as they are to be. */
  readonly same: number;
}

/** `current` is what is at the wanted places now. Throws `placeUnusable` and, without `overwrite`, `placeTaken`. */
export function planCopy(
  wanted: readonly ManifestEntry[],
  current: readonly KeptEntry[],
  overwrite: boolean,
): PlannedCopy {
  const there = new Map(current.map((each) => [each.entry.path, each]));
  const before: KeptEntry[] = [];
  const after: ManifestEntry[] = [];
  const wrong: string[] = [];
  let same = 0;
  for (const entry of wanted) {
    const now = there.get(entry.path);
    if (now === undefined) after.push(entry);
    else if (now.entry.kind === 'directory' || entry.kind === 'directory') {
      if (now.entry.kind !== entry.kind) wrong.push(entry.path);
    } else if (isSameContent(now.entry, entry) && now.entry.mode === entry.mode) same += 1;
    else {
      before.push(now);
      after.push(entry);
    }
  }
  if (wrong.length > 0) throw refusal('placeUnusable', named(wrong));
  if (before.length > 0 && !overwrite)
    throw refusal('placeTaken', named(before.map(({ entry }) => entry.path)));
  return { before, after, same };
}

/** The same kind of thing with the same content, whatever its mode. */
export function isSameContent(one: ManifestEntry, other: ManifestEntry): boolean {
  if (one.kind === 'file') return other.kind === 'file' && one.sha256 === other.sha256;
  if (one.kind === 'link') return other.kind === 'link' && one.link === other.link;
  return other.kind === 'directory';
}

export function directory(path: string): ManifestEntry {
  return { path, kind: 'directory', mode: keptModes.directory, size: 0 };
}

/** Up to five of them, for a message. */
export function named(paths: readonly string[]): string {
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return `${paths.slice(0, 5).map(quoted).join(', ')}${more}`;
}

export function refusal(which: keyof typeof workspaceErrors, detail: string): MassGenError {
  return new MassGenError(workspaceErrors[which], { detail });
}

/** A file goes into a directory that is there, or that the path says it is; a folder goes where it is told. */
function placeFor(to: string, top: ManifestEntry | undefined, root: string): string {
  const place = pathInWorkspace(to, root);
  if (place === undefined) throw refusal('notInWorkspace', quoted(to));
  const isFile = top !== undefined && top.kind !== 'directory';
  const whole = isFile && isFolder(to, place, root) ? joined(place, posix.basename(top.path)) : place;
  if (whole === '') return '';
  const real = realPlace(root, whole);
  if (real === undefined) throw refusal('notInWorkspace', `${quoted(to)} leads out of it through a link`);
  return real;
}

function isFolder(to: string, place: string, root: string): boolean {
  if (place === '' || to.endsWith('/')) return true;
  const real = realPlace(root, place);
  if (real === undefined) return false;
  return missingOnTheWay(root, real)?.length === 0
    ? lstatSync(join(root, real), { throwIfNoEntry: false })?.isDirectory() === true
    : false;
}

function unusable(place: string): never {
  throw refusal('placeUnusable', quoted(place));
}
