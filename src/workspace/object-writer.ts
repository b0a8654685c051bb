/** Writes contents and manifests into the store: each is filled in a private place and gets its name when it is whole. */
import { closeSync, constants, fchmodSync, fstatSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { hash } from 'node:crypto';
import { dirname } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { type BundledContent, encodeIndex } from './bundle-index.ts';
import { createFileCloner } from './clone-file.ts';
import { chunkBytes, type CopiedBytes, copyBytes, writeAll } from './copy-bytes.ts';
import { createCorrectMode } from './exact-mode.ts';
import type { ObjectFiles } from './object-files.ts';
import { readFlags } from './open-directory.ts';
import type { WorkSlice } from './work-slice.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
const objectMode = 0o400;

/** Contents up to this size are bundled, when there are more than a few. */
const smallBytes = 131_072;
const few = 32;
const bundleBytes = 67_108_864;

/** Disposed of, it leaves nothing that is not whole. */
export interface ObjectWriter extends Disposable {
  /** Stores a content that is at hand; it is there when `finish` returns. */
  putBytes(bytes: Buffer): CopiedBytes;
  /** Stores the content of an open file: its first `size` bytes, or what there was at one moment. */
  putFile(source: number, size: number): Promise<CopiedBytes>;
  finish(): void;
  /** Gives a text a path of its own in the store, in place of what has it. */
  putText(text: string, path: string): void;
}

interface NewFile {
  readonly path: string;
  readonly file: number;
}

interface OpenBundle extends NewFile {
  readonly contents: BundledContent[];
  /** Not yet written. */
  readonly buffer: Buffer;
  filled: number;
  length: number;
}

export function createObjectWriter(files: ObjectFiles, slice: WorkSlice): ObjectWriter {
  const { unsynced, pathOf, has } = files;
  const clone = createFileCloner();
  const correctMode = createCorrectMode();
  const put = new Set<string>();
  /** Small contents, as long as they are few. */
  let waiting: Buffer[] = [];
  let bundle: OpenBundle | undefined;

  return {
    putBytes(bytes) {
      const copied = { size: bytes.length, sha256: hash('sha256', bytes) };
      if (put.has(copied.sha256) || has(copied.sha256, copied.size)) return copied;
      put.add(copied.sha256);
      if (bytes.length > smallBytes) write(bytes, pathOf(copied.sha256));
      else if (bundle !== undefined) addTo(bundle, bytes, copied.sha256);
      else if (waiting.length < few) waiting.push(Buffer.from(bytes));
      else {
        bundle = openBundle();
        for (const each of waiting) addTo(bundle, each, hash('sha256', each));
        waiting = [];
        addTo(bundle, bytes, copied.sha256);
      }
      if (bundle !== undefined && bundle.length > bundleBytes) finishBundle();
      return copied;
    },
    async putFile(source, size) {
      const cloned = cloneOf(source);
      const { path, file } = cloned ?? openNew();
      try {
        const buffer = Buffer.allocUnsafe(chunkBytes);
        const copied =
          cloned !== undefined
            ? await copyBytes(file, fstatSync(file).size, undefined, buffer, slice)
            : await copyBytes(source, size, file, buffer, slice);
        fchmodSync(file, objectMode);
        if (has(copied.sha256, copied.size)) unlinkSync(path);
        else rename(path, pathOf(copied.sha256));
        return copied;
      } catch (error) {
        unlinkSync(path);
        throw error;
      } finally {
        closeSync(file);
      }
    },
    finish() {
      for (const bytes of waiting) write(bytes, pathOf(hash('sha256', bytes)));
      waiting = [];
      finishBundle();
    },
    putText: (text, path) => write(Buffer.from(text), path),
    [Symbol.dispose]() {
      if (bundle !== undefined) {
        closeSync(bundle.file);
        unlinkSync(bundle.path);
      }
    },
  };

  function openNew(): NewFile {
    for (;;) {
      const path = files.freshPath();
      try {
        return { path, file: openSync(path, newFile, objectMode) };
      } catch (error) {
        // Left behind by a crash, or made by a process elsewhere that has our number.
        if (errorCode(error) === 'EEXIST') continue;
        if (errorCode(error) !== 'ENOENT') throw error;
        files.makeDirectory(dirname(path));
      }
    }
  }

  function cloneOf(source: number): NewFile | undefined {
    const path = files.freshPath();
    return clone(`/proc/self/fd/${source}`, path) ? { path, file: openSync(path, readFlags) } : undefined;
  }

  function rename(path: string, target: string): void {
    try {
      renameSync(path, target);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      files.makeDirectory(dirname(target));
      renameSync(path, target);
    }
    unsynced.file(target);
  }

  function write(bytes: Buffer, target: string): void {
    const { path, file } = openNew();
    try {
      writeAll(file, bytes);
      correctMode(file, objectMode);
      rename(path, target);
    } catch (error) {
      unlinkSync(path);
      throw error;
    } finally {
      closeSync(file);
    }
  }

  function openBundle(): OpenBundle {
    return { ...openNew(), contents: [], buffer: Buffer.allocUnsafe(chunkBytes), filled: 0, length: 0 };
  }

  function addTo(open: OpenBundle, bytes: Buffer, sha256: string): void {
    if (open.filled + bytes.length > open.buffer.length) flush(open);
    bytes.copy(open.buffer, open.filled);
    open.contents.push({ sha256, offset: open.length, size: bytes.length });
    open.filled += bytes.length;
    open.length += bytes.length;
  }

  function flush(open: OpenBundle): void {
    writeAll(open.file, open.buffer.subarray(0, open.filled));
    open.filled = 0;
  }

  function finishBundle(): void {
    if (bundle === undefined) return;
    const { path, file, contents } = bundle;
    flush(bundle);
    const index = encodeIndex(contents);
    writeAll(file, index);
    correctMode(file, objectMode);
    rename(path, files.bundles.pathOf(hash('sha256', index)));
    closeSync(file);
    bundle = undefined;
    files.bundles.refresh();
  }
}
