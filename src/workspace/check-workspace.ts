/**
 * Decides whether a directory may become, or go on being, the workspace of an agent. Looks only: whatever the
 * answer, nothing was touched.
 */
import { accessSync, constants, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import type { ErrorDefinition } from '../errors/error-definition.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { isWithin } from '../policy/protected-paths.ts';
import { quoted } from './describe-sizes.ts';
import { forbiddenPlace } from './forbidden-place.ts';
import type { KnownPlaces } from './known-places.ts';
import { locateDirectory } from './locate-directory.ts';
import type { WorkspaceList } from './workspace-registry.ts';

export interface CheckedWorkspace {
  /** Absolute, as it was spelled. */
  readonly given: string;
  /** Absolute, links resolved. */
  readonly path: string;
  readonly exists: boolean;
  /** In the directory of the run, where everything is ours without being registered. */
  readonly inRun: boolean;
}

export interface WorkspaceRules {
  readonly list: WorkspaceList;
  /** Links resolved. */
  readonly places: KnownPlaces;
  /**
   * `fresh`: content that is ours will be moved aside; `resume`: content of this run will be kept; `adopt`: content
   * of anybody will become ours.
   */
  readonly mode: 'fresh' | 'resume' | 'adopt';
  readonly run: string;
  readonly isRunLive: (run: string) => boolean | Promise<boolean>;
}

/**
 * `path` is as configured; a relative one counts from the project. `agent` is named in refusals. A refusal is
 * returned, not thrown, so that all of them can be told at once.
 */
export async function checkWorkspace(
  path: string,
  agent: string | undefined,
  rules: WorkspaceRules,
): Promise<CheckedWorkspace | MassGenError> {
  const { places, list, mode, run } = rules;
  const given = resolve(places.project, path);
  const located = locateDirectory(given);
  if (located.state === 'unusable') return refuse(workspaceErrors.unusable, located.problem);
  const { real } = located;
  const forbidden = forbiddenPlace(real, places);
  if (forbidden !== undefined) return refuse(forbidden);
  if (located.state === 'other') return refuse(workspaceErrors.notDirectory);

  const { runWorkspaces } = places;
  const inRun = runWorkspaces !== undefined && isWithin(real, runWorkspaces);
  const holder = inRun ? undefined : await liveHolder(real, rules);
  if (holder !== undefined) return refuse(workspaceErrors.inUse, holder);

  const exists = located.state === 'directory';
  const problem = accessProblem(located.state === 'missing' ? located.parent : real);
  if (problem !== undefined) return refuse(workspaceErrors.unusable, problem);

  const accepted = { given, path: real, exists, inRun };
  if (!exists || mode === 'adopt' || (inRun && mode === 'resume')) return accepted;
  const entry = inRun ? undefined : list.ours(real);
  if (entry !== undefined) {
    if (mode === 'fresh' || entry.run === run) return accepted;
    return refuse(
      workspaceErrors.takenOver,
      entry.run === undefined ? 'it was handed over anew' : `by run ${entry.run}`,
    );
  }
  const names = readdirSync(real);
  return names.length === 0 ? accepted : refuse(workspaceErrors.notOurs, `it holds ${describeNames(names)}`);

  function refuse(definition: ErrorDefinition, problem?: string): MassGenError {
    const who = agent === undefined ? {} : { agent };
    const place = agent === undefined ? given : `agent ${agent}, ${given}`;
    return new MassGenError(definition, {
      detail: problem === undefined ? place : `${place}: ${problem}`,
      data: { ...who, path: given },
    });
  }
}

/** The run that works in this directory, in one above or in one below it. */
async function liveHolder(
  path: string,
  { list, mode, run, isRunLive }: WorkspaceRules,
): Promise<string | undefined> {
  for (const entry of list.all()) {
    if (entry.run === undefined || (mode === 'resume' && entry.run === run)) continue;
    if (!isWithin(path, entry.path) && !isWithin(entry.path, path)) continue;
    if (!(await isRunLive(entry.run))) continue;
    return entry.path === path ? `by run ${entry.run}` : `run ${entry.run} works in ${entry.path}`;
  }
  return undefined;
}

function accessProblem(directory: string): string | undefined {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    accessSync(directory, R_OK | W_OK | X_OK);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

function describeNames(names: readonly string[]): string {
  const some = names.slice(0, 3).map(quoted).join(', ');
  return names.length > 3 ? `${names.length} entries, such as ${some}` : some;
}
