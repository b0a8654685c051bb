/**
 * Hands an existing directory over to MassGen, by the user's explicit word: from then on it counts as a workspace
 * of ours, and each new run that names it moves its content aside. Nothing in it is touched now.
 */
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { checkWorkspace } from './check-workspace.ts';
import { resolvePlaces } from './known-places.ts';
import type { WorkspaceContext } from './prepare-workspaces.ts';

/**
 * Returns its real path. Throws when it is missing, is no directory, is a place that can never be a workspace, or
 * is in use by a run.
 */
export function adoptWorkspace(
  directory: string,
  { registry, places, isRunLive }: Pick<WorkspaceContext, 'registry' | 'places' | 'isRunLive'>,
): Promise<string> {
  return registry.update(async (list) => {
    const rules = { list, places: resolvePlaces(places), mode: 'adopt', run: '', isRunLive } as const;
    const checked = await checkWorkspace(directory, undefined, rules);
    if (MassGenError.isInstance(checked)) throw checked;
    if (!checked.exists) {
      throw new MassGenError(workspaceErrors.unusable, {
        detail: `${checked.path} does not exist`,
        hint: 'A directory that does not exist needs no handing over: name it as "cwd" and it is made.',
      });
    }
    list.put(checked.path, undefined);
    return checked.path;
  });
}
