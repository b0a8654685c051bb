/**
 * Reads a workspace into a manifest, copying its files on the way where a target is given. What is described is
 * what was read, hash and size included, so a copy always fits its manifest, even when somebody writes meanwhile.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { SkippedFile } from '../events/run-event.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { defaultExcludes } from './default-excludes.ts';
import { biggest, describeBytes, quoted } from './describe-sizes.ts';
import { createDirectoryCursor, type DirectoryCursor } from './directory-cursor.ts';
import { linkStaysInside, portableLink } from './link-target.ts';
import { keptModes, type Manifest, type ManifestEntry } from './manifest.ts';
import { readFlags } from './open-directory.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import { skipReason, type WalkedEntry, walkTree } from './walk-tree.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const changed = 'changed while it was read; the copy holds what was read';

export interface ReadTreeOptions {
  readonly slice: WorkSlice;
  readonly limits: SnapshotLimits;
  /** An empty directory that gets the files and directories; links are only described. */
  readonly target?: string;
}

/** Throws `tooLarge`, before any file is read where sizes tell, and errors of the system. */
export async function readTree(root: string, options: ReadTreeOptions): Promise<Manifest> {
  const { slice, limits, target } = options;
  const walk = { slice, excludes: defaultExcludes, ...limits };
  await checkSize(root, options);

  const roots = [...new Set([resolve(root), realpathSync.native(root)])];
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const entries: ManifestEntry[] = [];
  const unfaithful: SkippedFile[] = [];
  const totals = { files: 0, directories: 0, links: 0, bytes: 0 };
  using copies = target === undefined ? undefined : createDirectoryCursor(target);

  const { excluded, skipped } = await walkTree(root, visit, walk);
  return { v: 1, entries, excluded, skipped: [...skipped, ...unfaithful], totals };

  async function visit(entry: WalkedEntry): Promise<void> {
    const { path, kind } = entry;
    switch (kind) {
      case 'directory':
        if (copies !== undefined) mkdirSync(inCopy(copies, entry), 0o700);
        entries.push({ path, kind, mode: keptModes.directory, size: 0 });
        totals.directories += 1;
        return;
      case 'link':
        visitLink(entry);
        return;
      case 'file':
        await visitFile(entry);
        return;
      default:
        kind satisfies never;
    }
  }

  function visitLink({ path, name, parent }: WalkedEntry): void {
    const bytes = attempt(path, () => readlinkSync(parent.at(name), 'buffer'));
    if (bytes === undefined) return;
    if (!isUtf8(bytes)) {
      unfaithful.push({ path, reason: 'its target is not UTF-8' });
      return;
    }
    const link = portableLink(path, bytes.toString('utf8'), roots);
    entries.push({ path, kind: 'link', mode: keptModes.link, size: Buffer.byteLength(link), link });
    totals.links += 1;
    if (!linkStaysInside(path, link)) {
      unfaithful.push({ path, reason: 'a link that may lead out of the workspace; copies do not get it' });
    }
  }

  async function visitFile(entry: WalkedEntry): Promise<void> {
    const { path, name, parent } = entry;
    const source = attempt(path, () => openSync(parent.at(name), readFlags));
    if (source === undefined) return;
    let copy: number | undefined;
    try {
      const before = fstatSync(source, { bigint: true });
      if (!before.isFile() || before.dev !== entry.stat.dev) {
        unfaithful.push({ path, reason: 'changed while it was read' });
        return;
      }
      if (totals.bytes + Number(before.size) > limits.maxBytes) throw tooManyBytes(root, limits, []);
      if (copies !== undefined) {
        copy = openSync(inCopy(copies, entry), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      }
      const { size, sha256 } = await copyBytes(source, Number(before.size), copy, buffer, slice);
      const after = fstatSync(source, { bigint: true });
      if (
        after.size !== before.size ||
        after.mtimeNs !== before.mtimeNs ||
        after.ctimeNs !== before.ctimeNs
      ) {
        unfaithful.push({ path, reason: changed });
      }
      const mode = (before.mode & 0o111n) === 0n ? keptModes.file : keptModes.executable;
      entries.push({ path, kind: 'file', mode, size, sha256 });
      totals.files += 1;
      totals.bytes += size;
    } finally {
      closeSync(source);
      if (copy !== undefined) closeSync(copy);
    }
    await slice.spend(workUnits.open);
  }

  function attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const reason = skipReason(error);
      if (reason === undefined) throw error;
      if (reason !== 'vanished') unfaithful.push({ path, reason });
      return undefined;
    }
  }
}

function inCopy(copies: DirectoryCursor, { path, name }: WalkedEntry): string {
  return copies.directory(path.slice(0, Math.max(0, path.length - name.length - 1))).at(name);
}

/** A first walk by names and sizes alone, so that a tree that is too large costs no reading. */
async function checkSize(root: string, { slice, limits }: ReadTreeOptions): Promise<void> {
  const files: { readonly path: string; readonly size: number }[] = [];
  let bytes = 0;
  const count = ({ path, kind, stat }: WalkedEntry): undefined => {
    if (kind !== 'file') return;
    files.push({ path, size: Number(stat.size) });
    bytes += Number(stat.size);
  };
  await walkTree(root, count, { slice, excludes: defaultExcludes, ...limits });
  if (bytes > limits.maxBytes) throw tooManyBytes(root, limits, files);
}

function tooManyBytes(
  root: string,
  { maxBytes }: SnapshotLimits,
  files: readonly { readonly path: string; readonly size: number }[],
): MassGenError {
  const named = biggest(files, ({ size }) => size);
  const list = named.map(({ path, size }) => `${quoted(path)} (${describeBytes(size)})`).join(', ');
  return new MassGenError(workspaceErrors.tooLarge, {
    detail: `${root} has more than ${describeBytes(maxBytes)}${list === '' ? '' : `; the biggest files are ${list}`}`,
    data: { limit: 'bytes', maximum: maxBytes, biggest: named.map(({ path }) => path) },
  });
}
