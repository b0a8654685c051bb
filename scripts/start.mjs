/**
 * `npm start`: installs and compiles what is missing, then runs the demonstration on the project's Node. Stays between
 * npm and massgen, because npm hands on a Ctrl-C that the terminal has already delivered, and so that massgen ends
 * with npm.
 */
import { superviseMassgen } from '../bin/launch.js';
import { build } from './build.mjs';
import { ensureReady } from './ensure-ready.mjs';
import { onNpmGone } from './lib/npm-watch.mjs';
import { projectNode } from './lib/project.mjs';

try {
  await ensureReady();
  await build();
  onNpmGone(superviseMassgen(projectNode(), ['demo', ...process.argv.slice(2)]));
} catch (error) {
  process.stderr.write(`massgen: ${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
