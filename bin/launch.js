/**
 * Stands in for massgen running on another Node: terminal, signals and exit status pass through, and the child ends
 * when this process ends, even by SIGKILL, because it watches a pipe whose other end only this process holds.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

const massgen = fileURLToPath(new URL('massgen.js', import.meta.url));

/** The child's end of the pipe; told to it by name so that massgen knows it has a launcher. */
const LINK_FD = 3;

/**
 * The Node binary of the dependency `node`, or undefined when it is absent, unusable or older than `major`.
 * @param {number} major
 */
function findNode(major) {
  const require = createRequire(import.meta.url);
  let binary;
  try {
    const manifest = require.resolve('node/package.json');
    if (Number.parseInt(require(manifest).version, 10) < major) return undefined;
    binary = path.join(path.dirname(manifest), 'bin', 'node');
    accessSync(binary, constants.X_OK);
  } catch {
    return undefined; // The caller reports what is missing and how to get it.
  }
  return binary;
}

/**
 * Whether Ctrl-C at the terminal reaches the child without us: it does while our process group is in the terminal's
 * foreground, wherever standard input comes from. A SIGINT that arrives then is taken for that Ctrl-C and not passed
 * on, as the child would count it twice; one sent to this process alone is lost in that case, SIGTERM never is.
 */
function inForeground() {
  let stat;
  try {
    stat = readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return [0, 1, 2].some((fd) => isatty(fd)); // No /proc on this system.
  }
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === foreground;
}

/**
 * Hands the signals this process gets on to the child until it has ended, except those the terminal gives it anyway.
 * @param {import('node:child_process').ChildProcess} child
 */
export function passSignals(child) {
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    if (signal === 'SIGINT' && inForeground()) return;
    child.kill(signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, forward);
  const release = () => {
    for (const signal of signals) process.off(signal, forward);
  };
  child.once('error', release);
  child.once('exit', release);
}

/**
 * Runs massgen on `node` with the given arguments and ends this process as it ends. The returned function asks the
 * child to end as if this process had died.
 * @param {string} node
 * @param {readonly string[]} args
 */
export function superviseMassgen(node, args) {
  const child = spawn(node, [...process.execArgv, massgen, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, MASSGEN_LAUNCHER_FD: String(LINK_FD) },
  });
  passSignals(child);
  child.once('error', (error) => {
    process.stderr.write(`massgen: could not start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + os.constants.signals[signal ?? 'SIGKILL'];
    if (signal !== null) process.kill(process.pid, signal);
  });
  const link = child.stdio[LINK_FD];
  // The child closes its end by exiting, and that is reported by its exit.
  link?.on('error', () => {});
  return () => link?.destroy();
}

/** @param {string} word */
function quoted(word) {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Runs this command again on a Node of at least `major`, or says which one is missing and how to get it.
 * @param {number} major
 */
export function launch(major) {
  const args = process.argv.slice(2);
  const node = findNode(major);
  if (node !== undefined) {
    superviseMassgen(node, args);
    return;
  }
  const again = ['npx', '-y', '-p', `node@${major}`, 'node', massgen, ...args].map(quoted).join(' ');
  process.stderr.write(
    `massgen: needs Node ${major} or newer; this is Node ${process.versions.node}, and no Node ${major} is installed with massgen.\n` +
      `Run: ${again}\n`,
  );
  process.exitCode = 1;
}
