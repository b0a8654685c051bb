/** Applies the fixed rule to the paths of the call, as the tool would resolve them, with every link followed. */
import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { expandHome } from '../../policy/expand-home.ts';
import { filesystemPath } from '../../policy/filesystem-path.ts';
import { possiblePaths } from '../../policy/possible-paths.ts';
import {
  findProtected,
  isHarmless,
  mentionedPaths,
  type ProtectedPaths,
} from '../../policy/protected-paths.ts';
import type { PipelineCall, Stage } from '../pipeline.ts';
import { resolveLinks } from '../resolve-links.ts';

export interface PolicyOptions {
  readonly rulesOf: (agent: string) => ProtectedPaths;
  /** What relative paths of an agent's calls are resolved against. */
  readonly baseOf: (agent: string) => string;
  /** The home directory as tools see it. */
  readonly home: string;
}

/** A path of a call: as it was given, and where it may lead; absolute, links not yet followed. */
interface CallPath {
  readonly given: string;
  readonly path: string;
  /** A single word that is a path only if something of that name is there. */
  readonly word: boolean;
}

export function enforcePolicy(options: PolicyOptions): Stage {
  const known = new Map<string, Promise<string>>();
  /** For directories that stay where they are while the run lasts. */
  const fixed = (path: string): Promise<string> => {
    const real = known.get(path) ?? resolveLinks(resolve(path));
    known.set(path, real);
    // A failure denies this call; the next one looks again.
    real.catch(() => known.delete(path));
    return real;
  };

  return async (call, next) => {
    const effects = call.effects ?? ['Unknown'];
    if (isHarmless(effects)) return next(call);
    const given = options.rulesOf(call.agent);
    const rules = {
      roots: await Promise.all(given.roots.map(fixed)),
      writable: await Promise.all(given.writable.map(fixed)),
    };
    const paths =
      call.freeText === true
        ? textPaths(call, options, [...given.roots, ...rules.roots])
        : await argumentPaths(call, options, fixed);
    const checked = await Promise.all(
      paths.map(async ({ given: text, path, word }) => {
        const isProtected = findProtected(effects, [await resolveLinks(path)], rules) !== undefined;
        return isProtected && !(word && !exists(path)) ? text : undefined;
      }),
    );
    const denied = checked.find((text) => text !== undefined);
    if (denied !== undefined) {
      throw new MassGenError(toolErrors.protectedPath, { detail: denied.slice(0, 200), hint: hint(given) });
    }
    return next(call);
  };
}

/** The paths of a tool that we know, each resolved as that tool does. */
async function argumentPaths(
  call: PipelineCall,
  { baseOf, home }: PolicyOptions,
  fixed: (path: string) => Promise<string>,
): Promise<readonly CallPath[]> {
  const cwd = call.tool?.cwd ?? baseOf(call.agent);
  const written = (call.tool?.effects.directories ?? []).map((path) => resolve(cwd, expandHome(path, home)));
  const directories = (await Promise.all(written.map(async (path) => [path, await fixed(path)]))).flat();
  return (call.paths ?? []).flatMap((given) => {
    if (given.includes('\0')) {
      throw new MassGenError(toolErrors.argumentsInvalid, { detail: 'a path with a null character' });
    }
    const path = filesystemPath(given, { directories, cwd, home });
    // To some servers `~` is a name like any other.
    const plain = call.tool?.effects.directories === undefined ? resolve(cwd, given) : path;
    return [...new Set([path, plain])].map((each) => ({ given, path: each, word: false }));
  });
}

/** Whatever could be a path in the arguments of a tool that we do not know. */
function textPaths(
  call: PipelineCall,
  { baseOf, home }: PolicyOptions,
  roots: readonly string[],
): readonly CallPath[] {
  const base = baseOf(call.agent);
  const bases = [...new Set([base, call.tool?.cwd ?? base])];
  return (call.paths ?? []).flatMap((text) => [
    ...mentionedPaths(text, [...new Set(roots)]).map((path) => ({
      given: path,
      path: resolve(path),
      word: false,
    })),
    ...possiblePaths(text).flatMap((candidate) =>
      bases.map((from) => ({
        given: candidate,
        path: resolve(from, expandHome(candidate, home)),
        word: !candidate.includes('/') && !candidate.startsWith('~') && !/^\.\.?$/u.test(candidate),
      })),
    ),
  ]);
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that no file can have.
    return false;
  }
}

function hint({ writable }: ProtectedPaths): string {
  const [own] = writable;
  return own === undefined
    ? 'You have no workspace to write into.'
    : `Write into your own workspace instead: ${own}`;
}
