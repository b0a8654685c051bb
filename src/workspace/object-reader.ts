/** Reads contents from the store. What does not fit its name is never served. */
import { closeSync, constants, fstatSync, openSync, readSync, fchmodSync } from 'node:fs';
import { hash } from 'node:crypto';
import type { FoundContent } from './bundle-files.ts';
import { createFileCloner } from './clone-file.ts';
import { chunkBytes, type CopiedBytes, copyBytes, writeAll } from './copy-bytes.ts';
import { createCorrectMode } from './exact-mode.ts';
import type { ObjectFiles } from './object-files.ts';
import { readFlags } from './open-directory.ts';
import { skipReason } from './walk-tree.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
/** Bundles held open at once. */
const mostOpen = 16;

export interface ObjectReader extends Disposable {
  /**
   * Makes `target`, which does not exist, a checked copy. Returns what is wrong with the content, and where, if it
   * could not be served; the copy is worthless then.
   */
  copyTo(object: CopiedBytes, target: string, mode: number): Promise<string | undefined>;
  /** Returns what is wrong with the content, and where, if anything. */
  check(object: CopiedBytes): Promise<string | undefined>;
}

export function createObjectReader(files: ObjectFiles, slice: WorkSlice): ObjectReader {
  const { bundles, pathOf } = files;
  const clone = createFileCloner();
  const correctMode = createCorrectMode();
  const open = new Map<string, number>();
  let buffer: Buffer | undefined;
  let refreshed = false;

  return {
    copyTo: serve,
    check: (object) => serve(object, undefined, 0),
    [Symbol.dispose]() {
      for (const file of open.values()) closeSync(file);
      open.clear();
    },
  };

  async function serve(
    object: CopiedBytes,
    target: string | undefined,
    mode: number,
  ): Promise<string | undefined> {
    let bundled = bundles.find(object.sha256);
    if (bundled === undefined) {
      const problem = await serveAlone(object, target, mode);
      if (problem !== 'it is missing') return at(problem, pathOf(object.sha256));
      // Another process may have made a bundle since, or put what was alone into one.
      if (!refreshed) bundles.refresh();
      refreshed = true;
      bundled = bundles.find(object.sha256);
    }
    if (bundled === undefined) return at(`it is missing${damagedBundles()}`, pathOf(object.sha256));
    const problem = serveBundled(object, bundled, target, mode);
    const pause = slice.spend(workUnits.write + workUnits.bytes(object.size));
    if (pause !== undefined) await pause;
    return at(problem, bundled.path);
  }

  function at(problem: string | undefined, path: string): string | undefined {
    return problem === undefined ? undefined : `kept in ${path}: ${problem}`;
  }

  /** One of them may be where it was. */
  function damagedBundles(): string {
    const damaged = [...bundles.all()].flatMap(({ path, index }) => (index === undefined ? [path] : []));
    return damaged.length === 0 ? '' : `; damaged are ${damaged.slice(0, 3).join(', ')}`;
  }

  function serveBundled(
    { sha256, size }: CopiedBytes,
    { path, offset, size: found }: FoundContent,
    target: string | undefined,
    mode: number,
  ): string | undefined {
    if (size !== found) return 'its size is another';
    buffer ??= Buffer.allocUnsafe(chunkBytes);
    const bytes = size > buffer.length ? Buffer.allocUnsafe(size) : buffer.subarray(0, size);
    try {
      const file = fileOf(path);
      for (let done = 0; done < size;) {
        const read = readSync(file, bytes, done, size - done, offset + done);
        if (read === 0) return 'it is cut off';
        done += read;
      }
    } catch (error) {
      const reason = skipReason(error);
      if (reason === undefined) throw error;
      return reason === 'vanished' ? 'it is missing' : `it is ${reason}`;
    }
    if (hash('sha256', bytes) !== sha256) return 'its checksum is another';
    if (target === undefined) return undefined;
    const copy = openSync(target, newFile, mode);
    try {
      writeAll(copy, bytes);
      correctMode(copy, mode);
    } finally {
      closeSync(copy);
    }
    return undefined;
  }

  function fileOf(path: string): number {
    let file = open.get(path);
    if (file !== undefined) return file;
    const [oldest] = open;
    if (open.size >= mostOpen && oldest !== undefined) {
      closeSync(oldest[1]);
      open.delete(oldest[0]);
    }
    file = openSync(path, readFlags);
    open.set(path, file);
    return file;
  }

  async function serveAlone(
    { sha256, size }: CopiedBytes,
    target: string | undefined,
    mode: number,
  ): Promise<string | undefined> {
    let source: number;
    try {
      source = openSync(pathOf(sha256), readFlags);
    } catch (error) {
      const reason = skipReason(error);
      if (reason === undefined) throw error;
      return reason === 'vanished' ? 'it is missing' : `it is ${reason}`;
    }
    let copy: number | undefined;
    try {
      const stat = fstatSync(source);
      if (!stat.isFile() || stat.size !== size) return 'its size is another';
      const large = size > chunkBytes && target !== undefined;
      if (large && clone(pathOf(sha256), target)) copy = openSync(target, readFlags);
      const cloned = copy !== undefined;
      if (target !== undefined) copy ??= openSync(target, newFile, mode);
      // What is checked is what was copied: the clone itself, or the bytes on their way.
      const from = cloned && copy !== undefined ? copy : source;
      buffer ??= Buffer.allocUnsafe(chunkBytes);
      const found = await copyBytes(from, size, cloned ? undefined : copy, buffer, slice);
      if (copy !== undefined) fchmodSync(copy, mode);
      return found.size === size && found.sha256 === sha256 ? undefined : 'its checksum is another';
    } finally {
      closeSync(source);
      if (copy !== undefined) closeSync(copy);
    }
  }
}
