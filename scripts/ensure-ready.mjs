/**
 * Installs the dependencies when they are missing, changed or half installed; otherwise costs a few milliseconds.
 * Runs on Node 18 and later with npm 10 or 11 and nothing installed.
 */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readLock, whyInstall } from './lib/install-state.mjs';
import { findMissing } from './lib/lock-completeness.mjs';
import { withLock } from './lib/process-lock.mjs';
import { installedNode, isExecutable, isMain, root } from './lib/project.mjs';
import { runTool } from './lib/run-tool.mjs';

const lockFile = path.join(root, '.massgen-install.lock');

/** The packages for Node 24 are wanted whatever Node npm runs on, and development ones whatever NODE_ENV says. */
const npmFlags = [
  '--no-save',
  '--include=dev',
  '--include=optional',
  '--engine-strict=false',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** @param {string} text */
const say = (text) => process.stderr.write(`massgen: ${text}\n`);

/**
 * npm as it was started, or from PATH; never on the Node below node_modules, which npm is about to delete.
 * @returns {{ program: string, args: string[], env: NodeJS.ProcessEnv }}
 */
function findNpm() {
  const inModules = (/** @type {string} */ file) =>
    file.startsWith(path.join(root, 'node_modules') + path.sep);
  const entries = (process.env.PATH ?? '').split(path.delimiter);
  const env = { ...process.env, PATH: entries.filter((entry) => !inModules(entry)).join(path.delimiter) };
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const startedByNpm = npm !== undefined && node !== undefined && path.basename(npm) === 'npm-cli.js';
  if (startedByNpm && !inModules(npm) && !inModules(node)) return { program: node, args: [npm], env };
  return { program: 'npm', args: [], env };
}

/** @param {(pid: number) => void} onStart */
async function install(onStart) {
  const { program, args, env } = findNpm();
  const lock = readLock(path.join(root, 'package-lock.json'));
  // npm refuses to install cleanly from a lock that lacks optional packages, so then the clean start is made here.
  const command = lock !== undefined && findMissing(lock).length === 0 ? 'ci' : 'install';
  if (command === 'install') rmSync(path.join(root, 'node_modules'), { recursive: true, force: true });
  const { status, output } = await runTool(program, [...args, command, ...npmFlags], { env, onStart });
  if (status !== 0)
    throw new Error(`npm ${command} failed with status ${status}. ${output}\nRun: npm ${command}`);
  const reason = whyInstall(root);
  if (reason === undefined) return;
  const hint = isExecutable(installedNode) ? `npm ${command}` : 'npm rebuild node --ignore-scripts=false';
  throw new Error(`npm ${command} ended well, yet ${reason}.\nRun: ${hint}`);
}

/** Makes node_modules agree with package-lock.json. Throws an error that names the command to run when it cannot. */
export async function ensureReady() {
  if (!existsSync(lockFile) && whyInstall(root) === undefined) return;
  await withLock(
    lockFile,
    async ({ interrupted, share }) => {
      const reason = interrupted ? 'an earlier installation was interrupted' : whyInstall(root);
      if (reason === undefined) return;
      say(`installing dependencies (${reason})`);
      await install(share);
    },
    (file) => say(`waiting for another installation to end (${file})`),
  );
}

if (isMain(import.meta.url)) {
  ensureReady().catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
