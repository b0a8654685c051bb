/**
 * Takes up a run that ended without a result, was stopped, or died: everything journaled stands, what was under
 * way starts again. The config is the one the run was started with.
 */
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { configFromValue } from '../config/parse-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { maskConfig } from '../config/mask-config.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import { dealAliases } from '../events/aliases.ts';
import type { DurableEvent } from '../events/run-event.ts';
import { createFileBlobStore } from '../journal/file-blob-store.ts';
import { acquireLock } from '../journal/file-lock.ts';
import type { Journal } from '../journal/journal.ts';
import { resumeJournal } from '../journal/resume-journal.ts';
import { openRunDirectory } from '../journal/run-directory.ts';
import { readRunRecord, type RunRecord } from '../journal/run-record.ts';
import { contextPaths, contextPlaces } from './context-paths.ts';
import { launchRun } from './launch-run.ts';
import type { ResumeOptions, RunHandle } from './run-options.ts';
import { runOpening } from './run-opening.ts';
import { prepareRunWorkspaces } from './run-workspaces.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/** `run` is an id in the logs directory, or the path of a run directory. */
export async function resumeRun(
  given: RuntimeParts,
  run: string,
  options: ResumeOptions,
): Promise<RunHandle> {
  const directory = await openRunDirectory(resolve(given.logsDirectory, run));
  const record = await readRunRecord(directory.runFile);
  // A path may lead to a run of another logs directory; everything it shares with others is there.
  const parts = { ...given, cwd: record.cwd, logsDirectory: dirname(directory.path) };
  const lock = acquireLock(directory.lock);
  if (lock === undefined) throw new MassGenError(runErrors.runHeld, { detail: directory.id });
  const failure = Promise.withResolvers<never>();
  // Whoever waits for the run hears of it; nobody may be waiting yet.
  failure.promise.catch(() => undefined);
  let opened: Journal | undefined;
  try {
    const { journal, events } = await resumeJournal({
      path: directory.journal,
      run: directory.id,
      clock: parts.clock,
      blobs: createFileBlobStore(directory.store),
      onFailure: (error) => failure.reject(error),
      ...(parts.journalFiles === undefined ? {} : { files: parts.journalFiles }),
    });
    opened = journal;
    checkResumable(events);
    const config = withTimeout(await recordedConfig(record, ranOutOfTime(events)), options);
    const started = events.find((event) => event.type === 'run.started');
    // It may have died before its first entry; then it begins now, with the team it would have had.
    const aliases =
      started === undefined
        ? dealAliases(
            config.agents.map(({ id }) => id),
            record.seed,
          )
        : new Map(started.agents.map(({ id, alias }) => [id, alias]));
    const workspaces = await prepareRunWorkspaces(parts, {
      config,
      directory,
      aliases,
      record,
      journaled: events,
    });
    return await launchRun(parts, {
      ...options,
      config,
      question: record.question,
      history: record.history,
      aliases,
      directory,
      lock,
      journal,
      journaled: events,
      journalFailed: failure.promise,
      workspaces,
      contextPaths: await contextPaths(config, contextPlaces(parts)),
      ...(started === undefined
        ? {
            opening: (agents) =>
              runOpening({ ...record, config, directory, workspaces, program: parts.program }, agents),
          }
        : {
            opening: () => workspaces.warnings.map((warning) => ({ type: 'warning.raised', ...warning })),
            resume: { after: events.at(-1)?.seq ?? 0, program: parts.program.version },
          }),
    });
  } catch (error) {
    await opened?.close();
    lock.release();
    throw error;
  }
}

function withTimeout(
  config: MassGenConfig,
  { orchestratorTimeoutSeconds: seconds }: ResumeOptions,
): MassGenConfig {
  if (seconds === undefined) return config;
  return {
    ...config,
    timeout_settings: { ...config.timeout_settings, orchestrator_timeout_seconds: seconds },
  };
}

function checkResumable(events: readonly DurableEvent[]): void {
  const last = events.findLast((event) => event.type === 'run.finished' || event.type === 'run.resumed');
  if (last?.type === 'run.finished' && last.outcome === 'answered' && last.limited === undefined) {
    throw new MassGenError(runErrors.notResumable);
  }
}

/** The limit of the run ended it. Raised in the file, it must not end it again at the same point. */
function ranOutOfTime(events: readonly DurableEvent[]): boolean {
  const last = events.findLast((event) => event.type === 'run.finished' || event.type === 'run.resumed');
  return last?.type === 'run.finished' && last.limited === 'orchestrator_timeout';
}

/**
 * Written-out secrets are not in the record; they come from the file, which must still say the same otherwise.
 * With `newTimes` it may say other time limits.
 */
async function recordedConfig(record: RunRecord, newTimes: boolean): Promise<MassGenConfig> {
  if (record.configPath !== undefined) {
    const { config } = await loadConfig(record.configPath);
    const compared = (value: unknown): unknown => {
      const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      return newTimes ? { ...plain, timeout_settings: undefined } : plain;
    };
    if (config !== undefined && isDeepStrictEqual(compared(maskConfig(config)), compared(record.config)))
      return config;
  }
  if (JSON.stringify(record.config).includes('"***')) {
    throw new MassGenError(runErrors.programChanged, {
      detail: `the config held secrets, which are not stored, and ${record.configPath ?? 'its file'} is gone or says something else now`,
    });
  }
  const { config, diagnostics } = configFromValue(record.config);
  if (config === undefined) {
    throw new MassGenError(runErrors.programChanged, {
      detail: diagnostics.map(({ message }) => message).join('; '),
    });
  }
  return config;
}
