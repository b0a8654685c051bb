/** Where a place of a workspace really is: links on the way to it followed, as long as they stay in the workspace. */
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../journal/storage-error.ts';
import { directoriesAbove, joined, pathBelow } from './workspace-path.ts';

/** Undefined when the way leads out of the workspace, or through a link to nothing. What is at the place itself is not followed. */
export function realPlace(root: string, path: string): string | undefined {
  const names = path.split('/');
  const last = names.pop() ?? '';
  let real = '';
  for (const name of names) {
    real = joined(real, name);
    const place = join(root, real);
    if (lookAt(place)?.isSymbolicLink() !== true) continue;
    const below = pathBelow(target(place) ?? '', realpathSync(root));
    if (below === undefined) return undefined;
    real = below;
  }
  return joined(real, last);
}

function target(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** The directories on the way to a place that are missing, the outermost first; undefined when something else is in the way. */
export function missingOnTheWay(root: string, path: string): readonly string[] | undefined {
  const missing: string[] = [];
  for (const directory of directoriesAbove(path)) {
    const stat = lookAt(join(root, directory));
    if (stat === undefined) missing.push(directory);
    else if (!stat.isDirectory()) return undefined;
  }
  return missing;
}

function lookAt(place: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    // A file is in the way of a directory further up, which was said there.
    if (errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
