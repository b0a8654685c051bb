/**
 * While a team plans, a call that reaches beyond its agent's workspace is described and not made: only reading, and
 * writing where every path is known to lead into the workspace, goes on. Whoever wins makes the calls in the final
 * turn. What cannot be told apart counts as reaching out.
 */
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { mayChangeFiles } from '../../events/effect.ts';
import { isWithin } from '../../policy/protected-paths.ts';
import { argumentPaths, rememberLinks, type PathPlaces } from '../call-paths.ts';
import type { PipelineCall, Stage } from '../pipeline.ts';
import { resolveLinks } from '../resolve-links.ts';

export interface PlanOptions {
  /** True while the agent is to plan. */
  readonly isPlanning: (agent: string) => boolean;
  /** Absolute, links resolved; undefined for an agent without one. */
  readonly workspaceOf: (agent: string) => string | undefined;
}

export function planCalls(options: PlanOptions & PathPlaces): Stage {
  const fixed = rememberLinks();

  /** Whether all that the call does happens in the workspace. */
  async function staysInside(call: PipelineCall): Promise<boolean> {
    const { effects = ['Unknown'], freeText = true, paths = [] } = call;
    if (call.tool?.effects.staysInWorkspace === true) return true;
    const workspace = options.workspaceOf(call.agent);
    const onlyFiles = effects.every(
      (effect) => effect === 'Read' || effect === 'Write' || effect === 'Delete',
    );
    if (workspace === undefined || !onlyFiles || freeText || paths.length === 0) return false;
    const named = await argumentPaths(call, options, fixed);
    const real = await Promise.all(named.map(({ path }) => resolveLinks(path)));
    return real.every((path) => isWithin(path, workspace));
  }

  return async (call, next) => {
    if (!options.isPlanning(call.agent) || isReading(call) || (await staysInside(call))) return next(call);
    throw new MassGenError(toolErrors.plannedOnly, { detail: call.request.name });
  };
}

/** Looking at something, here or elsewhere, is part of planning. */
function isReading({ tool, effects = ['Unknown'] }: PipelineCall): boolean {
  if (tool?.decides === true) return true;
  return effects.includes('Read') && !mayChangeFiles(effects);
}
