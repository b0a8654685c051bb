#!/usr/bin/env node
/**
 * The command. On Node 24 it runs dist/; on an older Node it runs itself again on the Node 24 that came with the
 * package. Plain JavaScript that parses on Node 18, and nothing is imported before it is needed: `--version` costs
 * little more than an empty Node process.
 */
import { existsSync, readFileSync, writeSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
const root = new URL('../', import.meta.url);

/** Where V8 may keep compiled code; undefined leaves it off, as a shared directory could be filled by other users. */
function compileCacheDirectory() {
  const { HOME, XDG_CACHE_HOME, NODE_COMPILE_CACHE } = process.env;
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE;
  if (XDG_CACHE_HOME?.startsWith('/')) return `${XDG_CACHE_HOME}/massgen/compile`;
  if (!HOME?.startsWith('/')) return undefined;
  const caches = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return `${HOME}/${caches}/massgen/compile`;
}

/**
 * Ends this process when the launcher that started it is gone, however it died: the launcher holds the other end of
 * this pipe. An orderly stop first; after three seconds the process ends in any case.
 * @param {number} fd
 */
async function endWithLauncher(fd) {
  const { Socket } = await import('node:net');
  const link = new Socket({ fd, readable: true, writable: false });
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(143), 3000).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  link.once('end', end);
  link.once('error', end);
  link.resume();
  link.unref();
}

async function runHere() {
  const launcherFd = process.env.MASSGEN_LAUNCHER_FD;
  if (launcherFd !== undefined) {
    delete process.env.MASSGEN_LAUNCHER_FD;
    await endWithLauncher(Number(launcherFd));
  }
  const main = new URL('dist/cli/main.js', root);
  if (!existsSync(main)) {
    const folder = fileURLToPath(root).replace(/\/$/, '');
    process.stderr.write(`massgen: this copy was never compiled.\nRun: npm --prefix '${folder}' run build\n`);
    process.exitCode = 1;
    return;
  }
  const cache = compileCacheDirectory();
  if (cache !== undefined) module.enableCompileCache(cache);
  const { main: run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
}

if (process.argv.length === 3 && process.argv[2] === '--version') {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  try {
    writeSync(1, `${version}\n`); // Not process.stdout: making that stream costs a tenth of the whole start.
  } catch (error) {
    // Nobody reads it any more.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPIPE') throw error;
  }
} else if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  await runHere();
} else {
  const { launch } = await import('./launch.js');
  launch(NEEDED_MAJOR);
}
