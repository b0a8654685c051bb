/** Applies the fixed rule to the paths of the call, with links resolved as far as they exist. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { findMentioned, findProtected, type ProtectedPaths } from '../../policy/protected-paths.ts';
import type { Stage } from '../pipeline.ts';

export interface PolicyOptions {
  readonly rulesOf: (agent: string) => ProtectedPaths;
  /** What relative paths of an agent's calls are resolved against. */
  readonly baseOf: (agent: string) => string;
}

export function enforcePolicy(options: PolicyOptions): Stage {
  return async (call, next) => {
    const effects = call.effects ?? ['Unknown'];
    if (effects.some((effect) => effect !== 'Read' && effect !== 'Net')) {
      const rules = options.rulesOf(call.agent);
      const base = options.baseOf(call.agent);
      const given = (call.paths ?? []).filter((path) => path.length <= 4_096 && !path.includes('\0'));
      const real = await Promise.all(given.map((path) => resolveLinks(resolve(base, path))));
      const mentioned = call.freeText === true ? call.paths?.map((text) => findMentioned(text, rules)) : [];
      const denied = findProtected(effects, real, rules) ?? mentioned?.find((root) => root !== undefined);
      if (denied !== undefined) {
        throw new MassGenError(toolErrors.protectedPath, { detail: denied, hint: hint(base) });
      }
    }
    return next(call);
  };
}

function hint(base: string): string {
  return `Write into your own workspace instead: ${base}`;
}

/** The path with every existing link in it resolved; parts that do not exist yet are kept as they are. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') || parent === path) throw error;
    return join(await resolveLinks(parent), basename(path));
  }
}
