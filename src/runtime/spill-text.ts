/** Keeps long results of tools in whole, where every agent can read them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDirectory } from '../journal/run-directory.ts';

/** Returns the path of the file. */
export async function spillText(directory: RunDirectory, call: string, text: string): Promise<string> {
  const folder = join(directory.views, 'spill');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${call.replaceAll(/[^A-Za-z0-9_-]/gu, '_')}.txt`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
