/**
 * Compiles src/ to dist/, incrementally, and removes what is left in dist/ of deleted sources. When nothing changed
 * since the last good build this costs a few milliseconds. Installs the dependencies first where they are missing.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ensureReady } from './ensure-ready.mjs';
import { withLock } from './lib/process-lock.mjs';
import { isMain, projectNode, root } from './lib/project.mjs';
import { runTool } from './lib/run-tool.mjs';
import { walkFiles } from './lib/walk.mjs';

const src = path.join(root, 'src');
const dist = path.join(root, 'dist');
const buildInfo = path.join(dist, '.build.tsbuildinfo');
const stampFile = path.join(dist, '.build-stamp');
const lockFile = path.join(root, '.massgen-build.lock');

/** What besides the sources decides what the compiler does. */
const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'];

const isCompiled = (/** @type {string} */ file) => /(?<!\.d|\.test|\.test-support)\.ts$/.test(file);

/** One line for each file the compiler reads, with what changes when it is edited. */
function fingerprint() {
  const sources = walkFiles(src).map((file) => `src/${file}`);
  return [...sources.filter(isCompiled), ...settings]
    .map((file) => {
      const stats = statSync(path.join(root, file), { throwIfNoEntry: false });
      return `${file} ${stats?.size} ${stats?.mtimeMs}`;
    })
    .join('\n');
}

const outputsOf = (/** @type {string} */ source) =>
  ['.js', '.d.ts'].map((ending) => path.join(dist, source.replace(/\.ts$/, ending)));

function missesOutput() {
  return walkFiles(src)
    .filter(isCompiled)
    .flatMap(outputsOf)
    .some((file) => !existsSync(file));
}

function isCurrent() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint() && !missesOutput();
}

/** Removes compiled files whose source is gone, and directories left empty by that. */
function removeLeftovers() {
  const kept = new Set(walkFiles(src).filter(isCompiled).flatMap(outputsOf));
  const ownRecords = new Set([buildInfo, stampFile]);
  for (const file of walkFiles(dist).map((inside) => path.join(dist, inside))) {
    if (kept.has(file) || ownRecords.has(file)) continue;
    rmSync(file);
    for (let directory = path.dirname(file); directory !== dist; directory = path.dirname(directory)) {
      if (readdirSync(directory).length > 0) break;
      rmdirSync(directory);
    }
  }
}

async function compile() {
  const state = fingerprint();
  rmSync(stampFile, { force: true });
  mkdirSync(dist, { recursive: true });
  removeLeftovers();
  // The compiler believes its own record, not the directory: without the record it writes everything again.
  if (missesOutput()) rmSync(buildInfo, { force: true });
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const options = ['-p', 'tsconfig.build.json', '--tsBuildInfoFile', buildInfo];
  const { status } = await runTool(projectNode(), [tsc, ...options]);
  if (status !== 0) throw new Error(`src/ does not compile (status ${status}); the messages are above`);
  writeFileSync(stampFile, state);
}

/** Makes dist/ agree with src/. Throws when src/ does not compile. */
export async function build() {
  if (isCurrent()) return;
  await withLock(lockFile, async () => {
    if (!isCurrent()) await compile();
  });
}

if (isMain(import.meta.url)) {
  try {
    await ensureReady();
    await build();
  } catch (error) {
    process.stderr.write(`massgen: ${/** @type {Error} */ (error).message}\n`);
    process.exitCode = 1;
  }
}
