/**
 * Places that no workspace may be in, however it is spelled: emptying them, or letting an agent write there, would
 * cost the user more than any run is worth. Pure; all paths are absolute with links resolved.
 */
import { parse } from 'node:path';
import type { ErrorDefinition } from '../errors/error-definition.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { isWithin } from '../policy/protected-paths.ts';
import type { KnownPlaces } from './known-places.ts';

export function forbiddenPlace(path: string, places: KnownPlaces): ErrorDefinition | undefined {
  const { project, home, logs, runWorkspaces } = places;
  if (path === parse(path).root) return workspaceErrors.isRoot;
  if (isWithin(home, path)) return workspaceErrors.holdsHome;
  if (isWithin(project, path)) return workspaceErrors.holdsProject;
  if (isWithin(logs, path)) return workspaceErrors.holdsLogs;
  if (!isWithin(path, logs)) return undefined;
  const isRuns = runWorkspaces !== undefined && path !== runWorkspaces && isWithin(path, runWorkspaces);
  return isRuns ? undefined : workspaceErrors.holdsLogs;
}
