/**
 * Gives each agent of a run its working directory. All are checked before any is touched, nothing that MassGen did
 * not make is ever emptied, and what it made is moved aside, never deleted. One run at a time checks and prepares.
 */
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import type { Clock } from '../events/clock.ts';
import { archiveContent } from './archive-content.ts';
import { type CheckedWorkspace, checkWorkspace, type WorkspaceRules } from './check-workspace.ts';
import { type KnownPlaces, resolvePlaces } from './known-places.ts';
import { makeDirectory } from './make-directory.ts';
import type { WorkspaceRegistry } from './workspace-registry.ts';

export interface WorkspaceRequest {
  readonly agent: string;
  /** As configured; a relative one counts from the project. */
  readonly path: string;
}

export interface WorkspaceContext {
  readonly registry: WorkspaceRegistry;
  readonly places: KnownPlaces;
  /** Id of the run that is to use them. */
  readonly run: string;
  readonly clock: Clock;
  /** Whether a process works on that run at this moment. */
  readonly isRunLive: (run: string) => boolean | Promise<boolean>;
}

export interface PreparedWorkspace {
  readonly agent: string;
  /** Absolute, as it was spelled. */
  readonly given: string;
  /** Absolute, links resolved. */
  readonly path: string;
  /** True when it did not exist before. */
  readonly created: boolean;
  /** Where its earlier content is now. */
  readonly archived?: string;
}

type Checked = CheckedWorkspace & { readonly agent: string };

/**
 * For a new run: each directory exists and is empty afterwards. Throws the refusal, or `severalRefused` with all
 * of them in `data.problems`, before anything was touched.
 */
export function prepareWorkspaces(
  requests: readonly WorkspaceRequest[],
  context: WorkspaceContext,
): Promise<readonly PreparedWorkspace[]> {
  return prepare(requests, context, 'fresh');
}

/** For a run that is taken up again: content is kept as it is; a directory that is gone is made again, empty. */
export function reopenWorkspaces(
  requests: readonly WorkspaceRequest[],
  context: WorkspaceContext,
): Promise<readonly PreparedWorkspace[]> {
  return prepare(requests, context, 'resume');
}

function prepare(
  requests: readonly WorkspaceRequest[],
  { registry, places, run, clock, isRunLive }: WorkspaceContext,
  mode: WorkspaceRules['mode'],
): Promise<readonly PreparedWorkspace[]> {
  return registry.update(async (list) => {
    const rules = { list, places: resolvePlaces(places), mode, run, isRunLive };
    const checked: Checked[] = [];
    const refusals: MassGenError[] = [];
    for (const { agent, path } of requests) {
      const result = await checkWorkspace(path, agent, rules);
      if (MassGenError.isInstance(result)) refusals.push(result);
      else checked.push({ agent, ...result });
    }
    refusals.push(...overlaps(checked));
    if (refusals.length > 0) throw together(refusals);

    for (const workspace of checked) if (!workspace.exists) makeDirectory(workspace.path);
    return checked.map(({ agent, given, path, exists, inRun }): PreparedWorkspace => {
      const archived = exists && mode === 'fresh' ? archiveContent(path, clock.now()) : undefined;
      if (!inRun) list.put(path, run);
      return { agent, given, path, created: !exists, ...(archived === undefined ? {} : { archived }) };
    });
  });
}

/** Sorted with a slash behind, a directory comes right before everything inside of it. */
function overlaps(checked: readonly Checked[]): readonly MassGenError[] {
  const refusals: MassGenError[] = [];
  let outer: Checked | undefined;
  const key = ({ path }: Checked): string => `${path}/`;
  for (const inner of checked.toSorted((one, other) => (key(one) < key(other) ? -1 : 1))) {
    if (outer === undefined || !key(inner).startsWith(key(outer))) {
      outer = inner;
      continue;
    }
    refusals.push(
      new MassGenError(workspaceErrors.overlap, {
        detail: `${outer.agent} in ${outer.path}, ${inner.agent} in ${inner.path}`,
        data: { agent: inner.agent, path: inner.given, other: outer.agent },
      }),
    );
  }
  return refusals;
}

function together(refusals: readonly MassGenError[]): MassGenError {
  const [first] = refusals;
  if (first !== undefined && refusals.length === 1) return first;
  return new MassGenError(workspaceErrors.severalRefused, {
    detail: refusals.map(({ message }) => `\n- ${message}`).join(''),
    hint: [workspaceErrors.severalRefused.hint, ...new Set(refusals.map(({ hint }) => hint))].join('\n'),
    data: { problems: refusals.map(({ code, message, hint, data }) => ({ code, message, hint, ...data })) },
  });
}
