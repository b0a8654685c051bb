/**
 * Keeps the calls of a server that can be led out of its folders inside of them: reading ones too, as what lies beside
 * an agent's folders is no business of it. Servers that see to this themselves are left alone.
 */
import { MassGenError } from '../../errors/massgen-error.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import { isWithin } from '../../policy/protected-paths.ts';
import { argumentPaths, rememberLinks, type PathPlaces } from '../call-paths.ts';
import type { Stage } from '../pipeline.ts';
import { resolveLinks } from '../resolve-links.ts';

/** A longer text is no path. */
const longestPath = 4_096;

export function confinePaths(places: PathPlaces): Stage {
  const fixed = rememberLinks();
  return async (call, next) => {
    const folders = call.tool?.folders;
    if (folders === undefined) return next(call);
    const allowed = await Promise.all(folders.map(fixed));
    const texts = (call.paths ?? []).filter((text) => call.freeText !== true || couldBePath(text));
    const named = await argumentPaths({ ...call, paths: texts }, places, fixed);
    for (const { given, path } of named) {
      const real = await resolveLinks(path);
      if (allowed.some((folder) => isWithin(real, folder))) continue;
      throw new MassGenError(toolErrors.outsideFolders, {
        detail: given.slice(0, 200),
        hint: `Name a path in one of these folders: ${folders.join(', ')}`,
      });
    }
    return next(call);
  };
}

/** Of a tool whose path arguments are not known. */
function couldBePath(text: string): boolean {
  return text.length <= longestPath && !text.includes('\0');
}
