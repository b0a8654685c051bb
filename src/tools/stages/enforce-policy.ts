/** Applies the fixed rule to the paths of the call, as the tool would resolve them, with every link followed. */
import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { expandHome } from '../../policy/expand-home.ts';
import { possiblePaths } from '../../policy/possible-paths.ts';
import {
  findHidden,
  findProtected,
  isHarmless,
  mentionedPaths,
  type ProtectedPaths,
} from '../../policy/protected-paths.ts';
import { argumentPaths, rememberLinks, type CallPath, type PathPlaces } from '../call-paths.ts';
import type { PipelineCall, Stage } from '../pipeline.ts';
import { resolveLinks } from '../resolve-links.ts';

export interface PolicyOptions extends PathPlaces {
  readonly rulesOf: (agent: string) => ProtectedPaths;
}

interface PolicyPath extends CallPath {
  /** A single word that is a path only if something of that name is there. */
  readonly word?: boolean;
}

export function enforcePolicy(options: PolicyOptions): Stage {
  const fixed = rememberLinks();
  return async (call, next) => {
    const effects = call.effects ?? ['Unknown'];
    const harmless = isHarmless(effects);
    if (harmless && !effects.includes('Read')) return next(call);
    const given = options.rulesOf(call.agent);
    const { hidden = [], shown = [] } = given;
    if (harmless && hidden.length === 0) return next(call);
    const all = (places: readonly string[]): Promise<readonly string[]> => Promise.all(places.map(fixed));
    const rules = {
      roots: await all(harmless ? [] : given.roots),
      writable: await all(harmless ? [] : given.writable),
      hidden: await all(hidden),
      shown: await all(shown),
    };
    const paths: readonly PolicyPath[] =
      call.freeText === true
        ? textPaths(call, options, [...given.roots, ...rules.roots, ...hidden, ...rules.hidden])
        : await argumentPaths(call, options, fixed);
    const checked = await Promise.all(
      paths.map(async ({ given: text, path, word = false }) => {
        const real = [await resolveLinks(path)];
        const error =
          findProtected(effects, real, rules) !== undefined
            ? new MassGenError(toolErrors.protectedPath, { detail: text.slice(0, 200), hint: hint(given) })
            : findHidden(real, rules) !== undefined
              ? new MassGenError(toolErrors.hiddenPath, { detail: text.slice(0, 200) })
              : undefined;
        // Words of a text, and all of one that is only asked with, are paths where something of that name is.
        const isText = word || (harmless && call.freeText === true);
        return isText && !exists(path) ? undefined : error;
      }),
    );
    const denied = checked.find((error) => error !== undefined);
    if (denied !== undefined) throw denied;
    return next(call);
  };
}

/** Whatever could be a path in the arguments of a tool that we do not know. */
function textPaths(
  call: PipelineCall,
  { baseOf, home: common }: PolicyOptions,
  roots: readonly string[],
): readonly PolicyPath[] {
  const base = baseOf(call.agent);
  const homes = [...new Set([common, call.tool?.home ?? common])];
  const bases = [...new Set([base, call.tool?.cwd ?? base])];
  return (call.paths ?? []).flatMap((text) => [
    ...mentionedPaths(text, [...new Set(roots)]).map((path) => ({
      given: path,
      path: resolve(path),
    })),
    ...possiblePaths(text).flatMap((candidate) =>
      places(bases, homes).map(([from, home]) => ({
        given: candidate,
        path: resolve(from, expandHome(candidate, home)),
        word: !candidate.includes('/') && !candidate.startsWith('~') && !/^\.\.?$/u.test(candidate),
      })),
    ),
  ]);
}

function places(bases: readonly string[], homes: readonly string[]): readonly (readonly [string, string])[] {
  return bases.flatMap((base) => homes.map((home) => [base, home] as const));
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
