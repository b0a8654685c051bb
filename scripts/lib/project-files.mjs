/** The files of the project itself, without what is installed, built or written by runs. */
import { root } from './project.mjs';
import { walkFiles } from './walk.mjs';

const notOurs = new Set(['.git', 'node_modules', 'dist', 'massgen_logs', 'coverage']);

/** Paths relative to the root, sorted. */
export function projectFiles() {
  return walkFiles(root, (name, relative) => !notOurs.has(name) && relative !== 'bench/results');
}
