/** The files of the project itself, without what is installed, built or written by runs. */
import { root } from './project.mjs';
import { walkFiles } from './walk.mjs';

const notOurs = new Set(['.git', 'node_modules', 'dist', 'massgen_logs', 'coverage']);

/** Paths relative to the root, sorted. */
export function projectFiles() {
  // In a second working tree of the repository `.git` is a file, which names a path of the machine.
  return walkFiles(root, (name, relative) => !notOurs.has(name) && relative !== 'bench/results').filter(
    (file) => file !== '.git',
  );
}
