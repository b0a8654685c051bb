/** Keeps long results of tools in whole, among the views of the agent that called. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Returns the path of the file. */
export async function spillText(views: string, call: string, text: string): Promise<string> {
  const folder = join(views, 'spill');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${call.replaceAll(/[^A-Za-z0-9_-]/gu, '_')}.txt`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
