/** Where things are, and the Node the project runs on. Runs on Node 18 and later, before anything is installed. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;

/** The project's root directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where npm puts the Node 24 of the dependency `node`. */
export const installedNode = path.join(root, 'node_modules/node/bin/node');

/**
 * Whether a file is there and may be executed.
 * @param {string} file
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The Node for everything after installation: the project's own, else this one. */
export function projectNode() {
  return isExecutable(installedNode) ? installedNode : process.execPath;
}

/** Whether this Node is new enough to stand in for the project's own where that has no build for a platform. */
export function runsOnNeededNode() {
  return Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR;
}

/**
 * Whether a script was started itself rather than imported.
 * @param {string} moduleUrl `import.meta.url` of the script
 */
export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && fileURLToPath(moduleUrl) === path.resolve(process.argv[1]);
}
