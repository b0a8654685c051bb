/**
 * Makes the tree of a manifest from the stored files, checking each against its hash on the way. The files are
 * reached through real directories only, on both sides.
 */
import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { chunkBytes, copyBytes } from './copy-bytes.ts';
import { quoted } from './describe-sizes.ts';
import { createDirectoryCursor } from './directory-cursor.ts';
import { linkStaysInside } from './link-target.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { readFlags } from './open-directory.ts';
import { skipReason } from './walk-tree.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

export interface WriteTreeOptions {
  readonly slice: WorkSlice;
  readonly readOnly: boolean;
}

/** Fills the empty directory `target`. Throws `snapshotDamaged` naming the file, and errors of the system. */
export async function writeTree(
  manifest: Manifest,
  source: string,
  target: string,
  { slice, readOnly }: WriteTreeOptions,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const reduced = (mode: number): number => (readOnly ? mode & 0o555 : mode);
  using stored = reading('', () => createDirectoryCursor(source));
  using made = createDirectoryCursor(target, (directory) => fchmodSync(directory.fd, reduced(0o755)));

  for (const entry of manifest.entries) {
    const cut = entry.path.lastIndexOf('/');
    const parent = entry.path.slice(0, Math.max(0, cut));
    const name = entry.path.slice(cut + 1);
    const place = made.directory(parent).at(name);
    switch (entry.kind) {
      case 'directory':
        mkdirSync(place, 0o700);
        // Opened even when it stays empty, so that it gets its mode when it is left.
        made.directory(entry.path);
        break;
      case 'link':
        if (linkStaysInside(entry.path, entry.link)) symlinkSync(entry.link, place);
        break;
      case 'file':
        await writeFile(entry, parent, name, place);
        break;
      default:
        entry satisfies never;
    }
    await slice.spend(workUnits.open);
  }
  made.finish();

  async function writeFile(
    entry: Extract<ManifestEntry, { kind: 'file' }>,
    parent: string,
    name: string,
    place: string,
  ): Promise<void> {
    const { path, size, sha256, mode } = entry;
    const from = reading(path, () => openSync(stored.directory(parent).at(name), readFlags));
    try {
      const stat = fstatSync(from);
      if (!stat.isFile() || stat.size !== size) throw damaged(path);
      const to = openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        const copied = await copyBytes(from, size, to, buffer, slice);
        if (copied.size !== size || copied.sha256 !== sha256) throw damaged(path);
        fchmodSync(to, reduced(mode));
      } finally {
        closeSync(to);
      }
    } finally {
      closeSync(from);
    }
  }

  function reading<T>(path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (skipReason(error) === undefined) throw error;
      throw damaged(path, error);
    }
  }

  function damaged(path: string, cause?: unknown): MassGenError {
    const detail = path === '' ? source : `${quoted(path)} in ${source}`;
    return new MassGenError(workspaceErrors.snapshotDamaged, { detail, data: { path }, cause });
  }
}
