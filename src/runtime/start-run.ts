/** Starts a new run: everything is checked before anything is touched or spent, then journaled, then begun. */
import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { maskConfig } from '../config/mask-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { journalErrors } from '../errors/journal-errors.ts';
import { agentErrors } from '../errors/agent-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { dealAliases } from '../events/aliases.ts';
import { createFileBlobStore } from '../journal/file-blob-store.ts';
import { createJournal } from '../journal/create-journal.ts';
import type { Journal } from '../journal/journal.ts';
import { acquireLock, type FileLock } from '../journal/file-lock.ts';
import { createRunDirectory, type RunDirectory } from '../journal/run-directory.ts';
import { writeRunRecord } from '../journal/run-record.ts';
import { createSecretRegistry } from '../credentials/secret-registry.ts';
import {
  aside,
  contextPaths,
  contextPlaces,
  namedWorkspaces,
  refuseInsideWorkspaces,
} from './context-paths.ts';
import { createAgent } from './create-agent.ts';
import { launchRun } from './launch-run.ts';
import type { RunHandle, RunOptions } from './run-options.ts';
import { runOpening } from './run-opening.ts';
import { prepareRunWorkspaces } from './run-workspaces.ts';
import type { RuntimeParts } from './runtime-parts.ts';
import { leftOut, refuseTooLarge } from './stage-context.ts';

export async function startRun(parts: RuntimeParts, options: RunOptions): Promise<RunHandle> {
  checkTeam(options.config, parts);
  const { config, question } = options;
  const folders = await contextPaths(config, contextPlaces(parts));
  if (options.isolateWorkspaces !== true)
    await refuseInsideWorkspaces(folders, namedWorkspaces(config, parts));
  const left = await aside(config, parts);
  for (const each of folders) if (each.writable) await refuseTooLarge(each, leftOut(each, left));
  const seed = options.seed ?? randomInt(2 ** 31);
  const aliases = dealAliases(
    config.agents.map(({ id }) => id),
    seed,
  );
  const directory = await createRunDirectory(parts.logsDirectory, parts.clock, parts.ids);
  let lock: FileLock | undefined;
  const failure = Promise.withResolvers<never>();
  // Whoever waits for the run hears of it; nobody may be waiting yet.
  failure.promise.catch(() => undefined);
  let journal: Journal | undefined;
  try {
    lock = acquireLock(directory.lock);
    if (lock === undefined) throw new MassGenError(journalErrors.lockHeld, { detail: directory.lock });
    const workspaces = await prepareRunWorkspaces(parts, { ...options, directory, aliases });
    await writeRunRecord(directory.runFile, {
      v: 1,
      id: directory.id,
      question,
      ...(options.configPath === undefined ? {} : { configPath: options.configPath }),
      config: maskConfig(config),
      cwd: parts.cwd,
      seed,
      program: parts.program.version,
      startedAt: new Date(parts.clock.now()).toISOString(),
      history: [...(options.history ?? [])],
      workspaces: { ...workspaces.paths },
    });
    journal = await createJournal({
      path: directory.journal,
      run: directory.id,
      clock: parts.clock,
      blobs: createFileBlobStore(directory.store),
      onFailure: (error) => failure.reject(error),
      ...(parts.journalFiles === undefined ? {} : { files: parts.journalFiles }),
    });
    return await launchRun(parts, {
      ...options,
      history: options.history ?? [],
      aliases,
      directory,
      lock,
      journal,
      journaled: [],
      journalFailed: failure.promise,
      workspaces,
      contextPaths: folders,
      opening: (agents) =>
        runOpening({ question, seed, config, directory, workspaces, program: parts.program }, agents),
    });
  } catch (error) {
    await journal?.close();
    lock?.release();
    await removeUnused(directory);
    throw error;
  }
}

/** A run that never began leaves nothing: its directory was made a moment ago and holds nobody's work. */
async function removeUnused(directory: RunDirectory): Promise<void> {
  await rm(directory.path, { recursive: true, force: true });
}

/**
 * Refuses a team that cannot do anything: a backend this version cannot run, or no agent with a key. One agent
 * without a key among others is left to the run, which goes on without it and says why.
 */
function checkTeam(config: MassGenConfig, parts: RuntimeParts): void {
  const problems: MassGenError[] = [];
  for (const agent of config.agents) {
    try {
      createAgent(agent, parts, createSecretRegistry());
    } catch (error) {
      if (!MassGenError.isInstance(error)) throw error;
      if (error.exitCode === 2) throw error;
      problems.push(error);
    }
  }
  const refused = problems.length === config.agents.length ? joined(problems) : undefined;
  if (refused !== undefined) throw refused;
}

/** Every agent with a missing key in one error; anything else is told one at a time. */
function joined(problems: readonly MassGenError[]): MassGenError | undefined {
  const [first, ...others] = problems;
  const { keyMissing } = agentErrors;
  if (others.length === 0 || problems.some(({ code }) => code !== keyMissing.code)) return first;
  return new MassGenError(keyMissing, {
    detail: problems.map(({ message }) => message.replace(`${keyMissing.title}: `, '')).join('; '),
    hint: 'Set the variables named above in the environment or in a .env file, or `api_key` of each backend.',
  });
}
