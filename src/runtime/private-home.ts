/**
 * A home directory of its own for one server of one agent, below the directory of the run: for servers that read from
 * their home directory which folders they may use. What an agent leaves there stays; what the server writes down of
 * the calls goes when it has ended, as nobody has taken the secrets out of it.
 */
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface PrivateHome {
  /** Absolute. */
  readonly path: string;
  /** Text by path below it. */
  readonly files: Readonly<Record<string, string>>;
  /** What is taken away in the end, below it. */
  readonly traces: readonly string[];
}

export async function makePrivateHome({ path, files }: PrivateHome): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
  }
}

export async function clearPrivateHome({ path, traces }: PrivateHome): Promise<void> {
  for (const name of traces) await rm(join(path, name), { recursive: true, force: true });
  try {
    await rmdir(path);
    await rmdir(dirname(path));
  } catch {
    // Something is left in it, or was never made: that is for whoever it belongs to.
  }
}
