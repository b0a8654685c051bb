/** The paths that a call names, each as the tool would resolve it; links are not yet followed. */
import { resolve } from 'node:path';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import { expandHome } from '../policy/expand-home.ts';
import { filesystemPath } from '../policy/filesystem-path.ts';
import type { PipelineCall } from './pipeline.ts';
import { resolveLinks } from './resolve-links.ts';

export interface PathPlaces {
  /** What relative paths of an agent's calls are resolved against. */
  readonly baseOf: (agent: string) => string;
  /** The home directory as tools see it, where a tool has none of its own. */
  readonly home: string;
}

/** A path of a call: as it was given, and where it may lead; absolute. */
export interface CallPath {
  readonly given: string;
  readonly path: string;
}

/** Follows the links of a path once and remembers where it leads. */
export type FixedPath = (path: string) => Promise<string>;

/** For directories that stay where they are while the run lasts. */
export function rememberLinks(): FixedPath {
  const known = new Map<string, Promise<string>>();
  return (path) => {
    const real = known.get(path) ?? resolveLinks(resolve(path));
    known.set(path, real);
    // A failure denies this call; the next one looks again.
    real.catch(() => known.delete(path));
    return real;
  };
}

/** The paths of a tool that we know. @throws MassGenError for one that no file can have. */
export async function argumentPaths(
  call: PipelineCall,
  { baseOf, home: common }: PathPlaces,
  fixed: FixedPath,
): Promise<readonly CallPath[]> {
  const cwd = call.tool?.cwd ?? baseOf(call.agent);
  const home = call.tool?.home ?? common;
  const written = (call.tool?.effects.directories ?? []).map((path) => resolve(cwd, expandHome(path, home)));
  const directories = (await Promise.all(written.map(async (path) => [path, await fixed(path)]))).flat();
  return (call.paths ?? []).flatMap((given) => {
    if (given.includes('\0')) {
      throw new MassGenError(toolErrors.argumentsInvalid, { detail: 'a path with a null character' });
    }
    const path = filesystemPath(given, { directories, cwd, home });
    // To some servers `~` is a name like any other.
    const plain = call.tool?.effects.directories === undefined ? resolve(cwd, given) : path;
    return [...new Set([path, plain])].map((each) => ({ given, path: each }));
  });
}
