/**
 * Puts what was moved to the archive back into a workspace. What the workspace holds by then is archived first; entries
 * are renamed, so nothing is copied, followed or deleted, and the directory itself stays the same one.
 */
import { readdirSync, renameSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { archiveContent } from './archive-content.ts';
import { checkWorkspace } from './check-workspace.ts';
import { resolvePlaces } from './known-places.ts';
import { archiveNames, archiveRoot } from './list-workspaces.ts';
import { makeDirectory } from './make-directory.ts';
import type { WorkspaceContext } from './prepare-workspaces.ts';

export interface RestoredWorkspace {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Name of the archive that was put back. */
  readonly restored: string;
  /** Where the content from before is now. */
  readonly archived?: string;
}

/**
 * `archive` is the name of one, or its path; default: the newest. Throws when the directory is not a workspace of ours,
 * is in use by a run, or has no such archive; then nothing was touched.
 */
export function restoreWorkspace(
  directory: string,
  archive: string | undefined,
  { registry, places, isRunLive, clock }: Omit<WorkspaceContext, 'run'>,
): Promise<RestoredWorkspace> {
  return registry.update(async (list) => {
    const rules = { list, places: resolvePlaces(places), mode: 'fresh', run: '', isRunLive } as const;
    const checked = await checkWorkspace(directory, undefined, rules);
    if (MassGenError.isInstance(checked)) throw checked;
    const { path, exists } = checked;
    const name = nameOf(path, archive);
    if (!exists) makeDirectory(path);
    const archived = archiveContent(path, clock.now());
    putBack(join(archiveRoot(path), name), path);
    if (list.ours(path) === undefined) list.put(path, undefined);
    return { path, restored: name, ...(archived === undefined ? {} : { archived }) };
  });
}

function nameOf(workspace: string, wanted: string | undefined): string {
  const names = archiveNames(workspace);
  const isPath = wanted !== undefined && wanted.includes('/');
  const fits = !isPath || dirname(wanted.replace(/\/+$/u, '')) === archiveRoot(workspace);
  const name = wanted === undefined ? names.at(-1) : basename(wanted);
  if (name !== undefined && fits && names.includes(name)) return name;
  const known = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
  throw new MassGenError(workspaceErrors.archiveMissing, {
    detail: `${workspace}${wanted === undefined ? '' : `, ${wanted}`}: ${known}`,
  });
}

function putBack(archive: string, workspace: string): void {
  try {
    // As bytes: names that are not UTF-8 are moved like any other.
    for (const name of readdirSync(archive, { encoding: 'buffer' }))
      renameSync(inside(archive, name), inside(workspace, name));
    rmdirSync(archive);
  } catch (error) {
    throw new MassGenError(workspaceErrors.archiveFailed, {
      detail: `${archive}, back to ${workspace}: ${errorMessage(error)}`,
      data: { directory: workspace, archive },
      cause: error,
    });
  }
}

function inside(directory: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), name]);
}
