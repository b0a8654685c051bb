/** The places that checks of workspaces measure against. */
import { locateDirectory } from './locate-directory.ts';

export interface KnownPlaces {
  /** The directory the command was started in. */
  readonly project: string;
  readonly home: string;
  readonly logs: string;
  /** `<run>/workspaces`: what lies below it may be a workspace although it is in the logs directory. */
  readonly runWorkspaces?: string;
}

/** The same places with links resolved, as far as they exist. */
export function resolvePlaces({ project, home, logs, runWorkspaces }: KnownPlaces): KnownPlaces {
  return {
    project: realPath(project),
    home: realPath(home),
    logs: realPath(logs),
    ...(runWorkspaces === undefined ? {} : { runWorkspaces: realPath(runWorkspaces) }),
  };
}

function realPath(path: string): string {
  const located = locateDirectory(path);
  return located.state === 'unusable' ? path : located.real;
}
