/**
 * What is at a path of a user's folder at this moment. Looks only; no link is followed, neither at the end of the path
 * nor on the way to it.
 */
import { type BigIntStats, closeSync, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { plainReason } from './plain-reason.ts';
import { errorCode } from '../journal/storage-error.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { createDirectoryCursor, type DirectoryCursor } from './directory-cursor.ts';
import { portableLink } from './link-target.ts';
import type { ManifestEntry } from './manifest.ts';
import { openExactly, readFlags, type OpenDirectory } from './open-directory.ts';
import type { WorkSlice } from './work-slice.ts';

/** Tells whether a file is still the one that was read. */
export interface FileStamp {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export type TargetState =
  /** `folder`: the directory it would be in is there. */
  | { readonly type: 'absent'; readonly folder: boolean }
  | { readonly type: 'directory' }
  | {
      readonly type: 'file';
      readonly sha256: string;
      readonly size: number;
      /** Permission bits. */
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly stamp: FileStamp;
    }
  /** `link` is the text as a snapshot has it, `text` as it is. */
  | { readonly type: 'link'; readonly link: string; readonly text: string }
  /** Nothing can be done here. */
  | { readonly type: 'blocked'; readonly reason: string };

export type FileState = Extract<TargetState, { readonly type: 'file' }>;

export interface TargetReader extends Disposable {
  state(path: string): Promise<TargetState>;
  /** The same; a file is copied into `copy`, an open, empty file, as it is read. */
  copy(path: string, copy: number): Promise<TargetState>;
}

/** `roots`: spellings of the folder's own path, for links that lead into it. Throws when the folder cannot be opened. */
export function openTarget(target: string, roots: readonly string[], slice: WorkSlice): TargetReader {
  const cursor = createDirectoryCursor(openExactly(target));
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const look = async (path: string, copy: number | undefined): Promise<TargetState> => {
    const way = parentOf(cursor, path);
    if ('type' in way) return way;
    const { parent, name } = way;
    return lookAt(parent, name, { path, roots, read: (place) => readFileState(place, copy, buffer, slice) });
  };
  return {
    state: (path) => look(path, undefined),
    copy: look,
    [Symbol.dispose]: () => cursor[Symbol.dispose](),
  };
}

function parentOf(
  cursor: DirectoryCursor,
  path: string,
): TargetState | { readonly parent: OpenDirectory; readonly name: string } {
  const cut = path.lastIndexOf('/');
  try {
    return { parent: cursor.directory(path.slice(0, Math.max(0, cut))), name: path.slice(cut + 1) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const isGone =
      code === 'ENOENT' || ((code === 'ENOTDIR' || code === 'ELOOP') && !isBehindLink(cursor, path));
    if (isGone) return { type: 'absent', folder: false };
    if (code === 'ENOTDIR' || code === 'ELOOP')
      return { type: 'blocked', reason: 'a link is on the way to it' };
    return { type: 'blocked', reason: `its folder cannot be used: ${plainReason(error)}` };
  }
}

/** Behind a file there is nothing; behind a link there may be anything, and none of it is ours to look at. */
function isBehindLink(cursor: DirectoryCursor, path: string): boolean {
  const ways = path.split('/').slice(0, -1);
  for (const [index, name] of ways.entries()) {
    try {
      const stat = lookAtName(cursor.directory(ways.slice(0, index).join('/')), name);
      if (!stat.isDirectory()) return stat.isSymbolicLink();
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      // It changes at this moment; nothing is done there.
      return true;
    }
  }
  return true;
}

interface LookOptions {
  readonly path: string;
  readonly roots: readonly string[];
  readonly read: (place: string) => Promise<TargetState>;
}

async function lookAt(
  parent: OpenDirectory,
  name: string,
  { path, roots, read }: LookOptions,
): Promise<TargetState> {
  try {
    const stat = lookAtName(parent, name);
    if (stat.isDirectory()) return { type: 'directory' };
    if (stat.isSymbolicLink()) {
      const text = readlinkSync(parent.at(name));
      return { type: 'link', link: portableLink(path, text, roots), text };
    }
    if (!stat.isFile()) return { type: 'blocked', reason: 'something that is no file is there' };
    return await read(parent.at(name));
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') return { type: 'absent', folder: true };
    return { type: 'blocked', reason: `it cannot be read: ${plainReason(error)}` };
  }
}

/** Throws errors of the system. */
async function readFileState(
  place: string,
  copy: number | undefined,
  buffer: Buffer,
  slice: WorkSlice,
): Promise<TargetState> {
  const source = openSync(place, readFlags);
  try {
    const before = fstatSync(source, { bigint: true });
    if (!before.isFile()) return { type: 'blocked', reason: 'something that is no file is there' };
    const { size, sha256 } = await copyBytes(source, Number(before.size), copy, buffer, slice);
    const after = fstatSync(source, { bigint: true });
    if (!isSameStamp(stampOf(before), stampOf(after)))
      return { type: 'blocked', reason: 'it is being written at this moment' };
    return {
      type: 'file',
      sha256,
      size,
      mode: Number(before.mode) & 0o7777,
      uid: Number(before.uid),
      gid: Number(before.gid),
      stamp: stampOf(before),
    };
  } finally {
    closeSync(source);
  }
}

/** Follows no link. Throws errors of the system. */
export function lookAtName(parent: OpenDirectory, name: string): BigIntStats {
  return lstatSync(parent.at(name), { bigint: true });
}

export function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): FileStamp {
  return { ino, size, mtimeNs, ctimeNs };
}

export function isSameStamp(one: FileStamp, other: FileStamp): boolean {
  return (
    one.ino === other.ino &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}

/** Whether the folder has there what the tree has; `undefined` stands for nothing. Modes do not count. */
export function holds(state: TargetState, entry: ManifestEntry | undefined): boolean {
  switch (state.type) {
    case 'absent':
      return entry === undefined;
    case 'directory':
      return entry?.kind === 'directory';
    case 'file':
      return entry?.kind === 'file' && entry.sha256 === state.sha256;
    case 'link':
      return entry?.kind === 'link' && entry.link === state.link;
    case 'blocked':
      return false;
    default:
      return state satisfies never;
  }
}
