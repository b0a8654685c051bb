/**
 * The directory of one run and the names in it. It is made exclusively, so two runs never share one, and only its
 * owner can enter it: it holds conversations and files. The logs directory around it is checked before use.
 */
import { chmod, mkdir, open, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { journalErrors } from '../errors/journal-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import type { IdSource } from '../events/id-source.ts';
import { makePrivateDirectory, syncDirectory } from './private-directory.ts';
import { errorCode, storageError } from './storage-error.ts';

/** Absolute paths; of the things they name only the directory itself exists from the start. */
export interface RunDirectory {
  /** `log_YYYYMMDD_HHMMSS_<4 hex>`, in local time. */
  readonly id: string;
  readonly path: string;
  readonly journal: string;
  /** Held as long as a process works on the run. Never open it: see `file-lock.ts`. */
  readonly lock: string;
  /** `run.json`: what the run was started with. */
  readonly runFile: string;
  /** `result.json`: what it ended with. */
  readonly resultFile: string;
  readonly log: string;
  readonly debugLog: string;
  readonly agentOutputs: string;
  readonly views: string;
  /** Views of those agents that have copies of their own, by alias. */
  readonly ownViews: string;
  readonly workspaces: string;
  /** Copies of single files of the user, for agents to read, by number. */
  readonly context: string;
  /** Copies of the user's files that the final turn may change, by alias of the agent and number. */
  readonly staged: string;
  /** What the user's files held before changes were made in them. */
  readonly undo: string;
  readonly mcp: string;
  /** Home directories of servers, by alias of their agent. */
  readonly homes: string;
  /** Shared by all runs of the logs directory. */
  readonly store: string;
  /** Where the winner's answer and files end up. */
  final(agent: string): string;
}

const namesTried = 64;

/** Makes the logs directory where it is missing, and in it a directory for a new run. */
export async function createRunDirectory(
  logsDir: string,
  clock: Clock,
  ids: IdSource,
): Promise<RunDirectory> {
  const logs = resolve(logsDir);
  try {
    await makePrivateDirectory(logs);
    await checkOwned(logs);
    await keepOutOfGit(logs);
    const name = `log_${localTime(clock.now())}`;
    for (let tried = 0; tried < namesTried; tried += 1) {
      const path = join(logs, `${name}_${ids.hex(2)}`);
      if (await makeNew(path)) return namesIn(path);
    }
    throw new MassGenError(journalErrors.runNameTaken, { detail: join(logs, name) });
  } catch (error) {
    throw storageError(error, `making a run directory in ${logs}`);
  }
}

/** The directory of a run that exists. Throws `runNotFound`, or `logsDirectoryUnsafe` when it is not ours. */
export async function openRunDirectory(path: string): Promise<RunDirectory> {
  const names = namesIn(resolve(path));
  try {
    await checkOwned(names.path);
    await stat(names.journal);
    return names;
  } catch (error) {
    const errno = errorCode(error);
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw storageError(error, `opening ${names.path}`);
    throw new MassGenError(journalErrors.runNotFound, { detail: names.path, cause: error });
  }
}

function namesIn(path: string): RunDirectory {
  return {
    id: basename(path),
    path,
    journal: join(path, 'journal.jsonl'),
    lock: join(path, 'run.lock'),
    runFile: join(path, 'run.json'),
    resultFile: join(path, 'result.json'),
    log: join(path, 'massgen.log'),
    debugLog: join(path, 'massgen_debug.log'),
    agentOutputs: join(path, 'agent_outputs'),
    views: join(path, 'views'),
    ownViews: join(path, 'own-views'),
    workspaces: join(path, 'workspaces'),
    context: join(path, 'context'),
    staged: join(path, 'staged'),
    undo: join(path, 'undo'),
    mcp: join(path, 'mcp'),
    homes: join(path, 'homes'),
    store: join(dirname(path), '.store'),
    final: (agent) => join(path, 'final', agent),
  };
}

async function checkOwned(path: string): Promise<void> {
  const { mode, uid } = await stat(path);
  if ((mode & 0o002) !== 0) {
    throw new MassGenError(journalErrors.logsDirectoryUnsafe, { detail: `everybody may write to ${path}` });
  }
  const self = process.getuid?.();
  if (self !== undefined && uid !== self) {
    throw new MassGenError(journalErrors.logsDirectoryUnsafe, {
      detail: `${path} belongs to user ${uid}, this is user ${self}`,
    });
  }
}

async function keepOutOfGit(logs: string): Promise<void> {
  try {
    const file = await open(join(logs, '.gitignore'), 'wx', 0o600);
    try {
      await file.writeFile('*\n');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** False when the name is taken. */
async function makeNew(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  await chmod(path, 0o700);
  await syncDirectory(dirname(path));
  return true;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `YYYYMMDD_HHMMSS` */
function localTime(now: number): string {
  const time = new Date(now);
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `${day}_${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}
