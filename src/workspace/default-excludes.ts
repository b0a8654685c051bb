/**
 * Names that are left out of snapshots wherever they appear: histories, installed packages and caches, which are
 * large, made again by a command, and mean nothing to the readers of an answer. They stay in the workspace.
 */
import { scratchName } from './workspace-scratch.ts';

export const defaultExcludes: ReadonlySet<string> = new Set([
  scratchName,
  '.git',
  '.hg',
  '.svn',
  '.jj',
  'node_modules',
  '.venv',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.tox',
  '.gradle',
  '.terraform',
  '.DS_Store',
  'Thumbs.db',
]);

/** The default names with some more; `!name` takes a name off again. */
export function workspaceExcludes(names: readonly string[]): ReadonlySet<string> {
  const excludes = new Set(defaultExcludes);
  for (const name of names) {
    if (name.startsWith('!')) excludes.delete(name.slice(1));
    else excludes.add(name);
  }
  return excludes;
}
