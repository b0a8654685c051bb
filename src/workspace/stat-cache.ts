/**
 * What is known of the files of a workspace, kept for the next process that publishes it: a file that still has the
 * size, times and inode it had when it was read is not read again. A cache that is not as it was written, or is of
 * another directory, says nothing.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../journal/storage-error.ts';
import type { KnownTree } from './change-detector.ts';
import { identityOf, isSameDirectory } from './directory-identity.ts';
import type { TrackedEntry } from './entry-reader.ts';
import { encodeEntry, keptModes } from './manifest.ts';
import type { StoreFiles } from './store-files.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

const headSchema = z.object({
  v: z.literal(1),
  dev: z.string(),
  ino: z.string(),
  born: z.string(),
  /** Of all lines after this one. */
  sha256: z.string(),
});
/** Path, mode, size, time of change of content and of the inode, inode, SHA-256. */
const lineSchema = z.tuple([z.string(), z.int(), z.int(), z.number(), z.number(), z.number(), z.string()]);

type Files = Pick<StoreFiles, 'cacheOf' | 'objects'>;

export async function loadStatCache(
  root: string,
  { cacheOf }: Files,
  slice: WorkSlice,
): Promise<ReadonlyMap<string, TrackedEntry>> {
  const known = new Map<string, TrackedEntry>();
  const text = readIfThere(cacheOf(nameOf(root)));
  const cut = text.indexOf('\n') + 1;
  const head = headOf(text.slice(0, cut));
  const body = text.slice(cut);
  if (head === undefined || hash('sha256', body) !== head.sha256) return known;
  if (!isSameDirectory(head, identityOf(root))) return known;
  for (const line of body.split('\n')) {
    if (line === '') continue;
    const [path, mode, size, mtimeMs, ctimeMs, ino, sha256] = lineSchema.parse(JSON.parse(line));
    const kept = (mode & 0o111) === 0 ? keptModes.file : keptModes.executable;
    const entry = { path, kind: 'file', mode: kept, size, sha256 } as const;
    const content = { entry, line: encodeEntry(entry), racy: false };
    known.set(path, { kind: 'file', mode, size, mtimeMs, ctimeMs, ino, content });
    const pause = slice.spend(workUnits.look);
    if (pause !== undefined) await pause;
  }
  return known;
}

export async function saveStatCache(
  root: string,
  { paths, entries }: KnownTree<TrackedEntry>,
  { cacheOf, objects }: Files,
  slice: WorkSlice,
): Promise<void> {
  const lines: string[] = [];
  for (const [place, { content, mode, size, mtimeMs, ctimeMs, ino }] of entries.entries()) {
    const { entry, racy = true, problem } = content ?? {};
    // What cannot be trusted now cannot be later.
    if (entry?.kind !== 'file' || racy || problem !== undefined) continue;
    lines.push(JSON.stringify([paths[place], mode, size, mtimeMs, ctimeMs, ino, entry.sha256]));
    const pause = slice.spend(workUnits.look);
    if (pause !== undefined) await pause;
  }
  await slice.rest();
  const body = `${lines.join('\n')}\n`;
  const head = JSON.stringify({ v: 1, ...identityOf(root), sha256: hash('sha256', body) });
  await slice.rest();
  const path = cacheOf(nameOf(root));
  const fresh = objects.freshPath();
  objects.makeDirectory(dirname(path));
  // Not by the calls that everything waits for: the disk may be busy with what was just synced.
  await writeFile(fresh, `${head}\n${body}`, { flag: 'wx', mode: 0o600 });
  await rename(fresh, path);
}

function nameOf(root: string): string {
  return hash('sha256', root);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // It saves reading files, nothing else depends on it.
    if (errorCode(error) === undefined) throw error;
    return '';
  }
}

function headOf(line: string): z.infer<typeof headSchema> | undefined {
  try {
    return headSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
