/**
 * The list of directories that MassGen made or was handed over, `workspaces.json` in the logs directory. Only what
 * is in it, and still is the same directory, counts as ours; a list that cannot be read makes nothing ours.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import type { Clock } from '../events/clock.ts';
import { withLock } from '../journal/file-lock.ts';
import { makePrivateDirectory } from '../journal/private-directory.ts';
import { errorCode, storageError } from '../journal/storage-error.ts';
import { writeFileAtomic } from '../journal/write-file-atomic.ts';
import { identityOf, isSameDirectory } from './directory-identity.ts';
import type { WorkspaceWarning } from './workspace-warning.ts';

const decimal = z.string().regex(/^\d+$/u);
const entrySchema = z.object({
  /** Absolute, links resolved. */
  path: z.string(),
  dev: decimal,
  ino: decimal,
  born: decimal,
  /** The run that used it last; absent when none has. */
  run: z.string().optional(),
});
const fileSchema = z.object({ v: z.literal(1), workspaces: z.array(entrySchema) });

export type RegisteredWorkspace = Readonly<z.infer<typeof entrySchema>>;

/** The list while its lock is held. Paths are absolute with links resolved. */
export interface WorkspaceList {
  /** The entry of the directory that is at `path` now, if it is ours. */
  ours(path: string): RegisteredWorkspace | undefined;
  all(): readonly RegisteredWorkspace[];
  /** Enters the directory that is at `path` now, in place of what was entered for that path. */
  put(path: string, run: string | undefined): void;
}

export interface WorkspaceRegistry {
  /**
   * Runs `action` while no other process can read or change the list, then stores what it put. When it throws,
   * nothing is stored. Throws `lockHeld` after five seconds, and storage errors.
   */
  update<T>(action: (list: WorkspaceList) => T | Promise<T>): Promise<T>;
}

export interface WorkspaceRegistryOptions {
  /** Made where it is missing. */
  readonly logsDirectory: string;
  readonly clock: Clock;
  readonly warn: (warning: WorkspaceWarning) => void;
}

export function createWorkspaceRegistry(options: WorkspaceRegistryOptions): WorkspaceRegistry {
  const { logsDirectory, clock, warn } = options;
  const file = join(logsDirectory, 'workspaces.json');
  return {
    async update(action) {
      await makeLogsDirectory(logsDirectory);
      return withLock(
        join(logsDirectory, 'workspaces.lock'),
        async () => {
          const entries = new Map(read(file, warn).map((entry) => [entry.path, entry]));
          let changed = false;
          const result = await action({
            all: () => [...entries.values()],
            ours(path) {
              const entry = entries.get(path);
              return entry !== undefined && isSameDirectory(entry, identityOf(path)) ? entry : undefined;
            },
            put(path, run) {
              entries.set(path, { path, ...identityOf(path), ...(run === undefined ? {} : { run }) });
              changed = true;
            },
          });
          if (changed) {
            const content = { v: 1, workspaces: [...entries.values()] };
            await writeFileAtomic(file, `${JSON.stringify(content, undefined, 2)}\n`);
          }
          return result;
        },
        { clock },
      );
    },
  };
}

async function makeLogsDirectory(path: string): Promise<void> {
  try {
    await makePrivateDirectory(path);
  } catch (error) {
    throw storageError(error, `making ${path}`);
  }
}

function read(file: string, warn: (warning: WorkspaceWarning) => void): readonly RegisteredWorkspace[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw storageError(error, `reading ${file}`);
  }
  try {
    return fileSchema.parse(JSON.parse(text)).workspaces;
  } catch (error) {
    const aside = setAside(file);
    const { code, title, hint } = workspaceErrors.registryDamaged;
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : errorMessage(error);
    warn({ code, message: `${title}: ${aside}: ${problem}`, hint });
    return [];
  }
}

/** Called under the lock, so a free name stays free. */
function setAside(file: string): string {
  let number = 1;
  while (existsSync(`${file}.damaged-${number}`)) number += 1;
  const aside = `${file}.damaged-${number}`;
  renameSync(file, aside);
  return aside;
}
