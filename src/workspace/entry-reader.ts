/**
 * Reads single entries of a workspace, reached through real directories only, and says what each is in a manifest.
 * A file that changes while it is read is read again; what is described is always what was stored.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import type { ScannedEntry } from './change-detector.ts';
import { chunkBytes, type CopiedBytes, readInto } from './copy-bytes.ts';
import { createDirectoryCursor } from './directory-cursor.ts';
import { linkStaysInside, portableLink } from './link-target.ts';
import { encodeEntry, keptModes, type ManifestEntry } from './manifest.ts';
import type { ObjectWriter } from './object-writer.ts';
import { readFlags } from './open-directory.ts';
import { skipReason } from './walk-tree.ts';

export interface EntryContent {
  readonly entry: ManifestEntry;
  /** The entry as a line of the canonical text. */
  readonly line: string;
  /** Why copies do not have it as it is, if they do not. */
  readonly problem?: string;
  /** It may have changed after it was read, at a moment that its stamps do not tell from the one before. */
  readonly racy: boolean;
}

export interface TrackedEntry extends ScannedEntry {
  readonly content?: EntryContent;
}

export type ReadEntry =
  | { readonly type: 'read'; readonly entry: TrackedEntry }
  | { readonly type: 'vanished' }
  | { readonly type: 'unreadable'; readonly reason: string };

export interface EntryReaderOptions {
  readonly root: string;
  /** Spellings of the path of the root. */
  readonly spellings: readonly string[];
  /** The file system of the root. */
  readonly dev: number;
  /** A stamp of this time or later does not tell a later change, in milliseconds. */
  readonly settledMs: number;
  readonly writer: Pick<ObjectWriter, 'putBytes' | 'putFile'>;
  /** Called with the size a file has by now: why it is left out, if it is; what it throws ends the reading. */
  readonly reserve: (size: number) => string | undefined;
}

export interface EntryReader extends Disposable {
  read(path: string, scanned: ScannedEntry): Promise<ReadEntry>;
}

const changed = 'changed while it was read';
/** How often a file that keeps changing is read. */
const attempts = 3;

export function createEntryReader(options: EntryReaderOptions): EntryReader {
  const { root, spellings, dev, settledMs, writer, reserve } = options;
  const cursor = createDirectoryCursor(root);
  let buffer: Buffer | undefined;

  return {
    async read(path, scanned) {
      const { kind } = scanned;
      try {
        switch (kind) {
          case 'directory':
            return read(scanned, { path, kind, mode: keptModes.directory, size: 0 });
          case 'link':
            return readLink(path, scanned);
          case 'file':
            return await readFile(path, scanned);
          default:
            return kind satisfies never;
        }
      } catch (error) {
        const reason = skipReason(error);
        if (reason === undefined) throw error;
        return reason === 'vanished' ? { type: 'vanished' } : { type: 'unreadable', reason };
      }
    },
    [Symbol.dispose]: () => cursor[Symbol.dispose](),
  };

  function placeOf(path: string): string {
    const cut = path.lastIndexOf('/');
    return cursor.directory(path.slice(0, Math.max(0, cut))).at(path.slice(cut + 1));
  }

  function readLink(path: string, scanned: ScannedEntry): ReadEntry {
    const bytes = readlinkSync(placeOf(path), 'buffer');
    if (!isUtf8(bytes)) return { type: 'unreadable', reason: 'its target is not UTF-8' };
    const link = portableLink(path, bytes.toString('utf8'), spellings);
    const entry = { path, kind: 'link', mode: keptModes.link, size: Buffer.byteLength(link), link } as const;
    return linkStaysInside(path, link)
      ? read(scanned, entry)
      : read(scanned, entry, 'a link that may lead out of the workspace; copies do not get it');
  }

  async function readFile(path: string, scanned: ScannedEntry): Promise<ReadEntry> {
    for (let attempt = 1; ; attempt += 1) {
      const file = openSync(placeOf(path), readFlags);
      try {
        const { size } = scanned;
        if (attempt === 1 && size <= chunkBytes && reserve(size) === undefined) {
          // What is read counts only if it is the file that was looked at, and as it was then.
          buffer ??= Buffer.allocUnsafe(chunkBytes);
          const bytes = buffer.subarray(0, readInto(file, buffer.subarray(0, size)));
          if (bytes.length === size && isAsScanned(fstatSync(file), scanned))
            return readAs(scanned, path, writer.putBytes(bytes));
          continue;
        }
        const before = fstatSync(file);
        if (!before.isFile() || before.dev !== dev) return { type: 'unreadable', reason: changed };
        const tooMuch = reserve(before.size);
        if (tooMuch !== undefined) return { type: 'unreadable', reason: tooMuch };
        const copied = await writer.putFile(file, before.size);
        const now = scannedOf(before);
        if (copied.size === now.size && isAsScanned(fstatSync(file), now)) return readAs(now, path, copied);
        if (attempt >= attempts) return readAs(now, path, copied, `${changed}; the copy holds what was read`);
      } finally {
        closeSync(file);
      }
    }
  }

  function isAsScanned(stat: Stats, scanned: ScannedEntry): boolean {
    return (
      stat.ctimeMs === scanned.ctimeMs &&
      stat.mtimeMs === scanned.mtimeMs &&
      stat.ino === scanned.ino &&
      stat.dev === dev &&
      stat.size === scanned.size &&
      (stat.mode & 0o7777) === scanned.mode &&
      stat.isFile()
    );
  }

  function readAs(
    scanned: ScannedEntry,
    path: string,
    { size, sha256 }: CopiedBytes,
    problem?: string,
  ): ReadEntry {
    const mode = (scanned.mode & 0o111) === 0 ? keptModes.file : keptModes.executable;
    return read(scanned, { path, kind: 'file', mode, size, sha256 }, problem);
  }

  function read(scanned: ScannedEntry, entry: ManifestEntry, problem?: string): ReadEntry {
    const racy = scanned.kind !== 'directory' && scanned.ctimeMs >= settledMs;
    const content = { entry, line: encodeEntry(entry), racy, ...(problem === undefined ? {} : { problem }) };
    return { type: 'read', entry: { ...scanned, content } };
  }
}

function scannedOf({ mode, size, mtimeMs, ctimeMs, ino }: Stats): ScannedEntry {
  return { kind: 'file', mode: mode & 0o7777, size, mtimeMs, ctimeMs, ino };
}
