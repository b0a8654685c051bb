/**
 * With `enforce_read_before_delete`: a call that deletes or moves away what its agent has not looked at in this run is
 * refused. Bound to what tools do, not to their names: a file counts as looked at after a call that reads it, a folder
 * after one that reads it, such as a listing, and both when the agent made them itself.
 */
import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { expandHome } from '../../policy/expand-home.ts';
import { argumentPaths, rememberLinks, type CallPath, type PathPlaces } from '../call-paths.ts';
import type { PipelineCall, Stage } from '../pipeline.ts';
import { resolveLinks } from '../resolve-links.ts';

export interface ReadBeforeDeleteOptions {
  readonly readBeforeDelete: boolean;
  /** Absolute paths that agents had read before, by agent. Default none. */
  readonly readSoFar?: ReadonlyMap<string, readonly string[]>;
}

/** A longer text is no path. */
const longestPath = 4_096;

export function readBeforeDelete(options: ReadBeforeDeleteOptions & PathPlaces): Stage {
  if (!options.readBeforeDelete) return (call, next) => next(call);
  const fixed = rememberLinks();
  const seen = new Map<string, Set<string>>();
  for (const [agent, paths] of options.readSoFar ?? []) seen.set(agent, new Set(paths));

  return async (call, next) => {
    const { agent, effects = ['Unknown'] } = call;
    const relevant = (['Read', 'Write', 'Delete'] as const).some((effect) => effects.includes(effect));
    if (!relevant || call.tool?.decides === true) return next(call);
    const known = seen.get(agent) ?? new Set<string>();
    seen.set(agent, known);
    const named = await pathsOf(call);
    const places = await Promise.all(
      named.map(async ({ given, path }) => ({ given, path, real: await resolveLinks(path) })),
    );
    const deletes = effects.includes('Delete');
    if (deletes) {
      const unread = places.find(({ path, real }) => exists(path) && !known.has(path) && !known.has(real));
      if (unread !== undefined) {
        throw new MassGenError(toolErrors.notRead, { detail: unread.given.slice(0, 200) });
      }
    }
    // What is not there now and was asked for is the agent's own afterwards.
    const own = places.filter(({ path }) => !exists(path));
    const had = places.filter((place) => !own.includes(place));
    const result = await next(call);
    if (result.outcome !== 'ok') return result;
    const looked = effects.includes('Read') && !deletes ? places : own;
    for (const { path, real } of looked) known.add(path).add(real);
    if (deletes) carryOver(known, had, own);
    return result;
  };

  /** Of a tool that we do not know: each text that could be a path as it stands. */
  function pathsOf(call: PipelineCall): readonly CallPath[] | Promise<readonly CallPath[]> {
    if (call.freeText !== true) return argumentPaths(call, options, fixed);
    const cwd = call.tool?.cwd ?? options.baseOf(call.agent);
    const home = call.tool?.home ?? options.home;
    return (call.paths ?? [])
      .filter((text) => text !== '' && text.length <= longestPath && !text.includes('\0'))
      .map((given) => ({ given, path: resolve(cwd, expandHome(given, home)) }));
  }
}

interface Place {
  readonly path: string;
  readonly real: string;
}

/** A folder that went somewhere else has what was known in it there. */
function carryOver(known: Set<string>, had: readonly Place[], own: readonly Place[]): void {
  const gone = had.filter(({ path }) => !exists(path)).flatMap(({ path, real }) => [path, real]);
  const there = own.filter(({ path }) => exists(path)).flatMap(({ path, real }) => [path, real]);
  const inside = [...known].flatMap((path) =>
    gone.filter((root) => path.startsWith(`${root}/`)).map((root) => path.slice(root.length)),
  );
  for (const root of there) for (const way of inside) known.add(root + way);
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that no file can have.
    return false;
  }
}
