/**
 * `npm test`: installs and compiles what is missing, then runs the tests on the project's Node. `--full` runs the long
 * forms too; other arguments go to vitest. At the end names each skipped test with its reason. With MASSGEN_CI=1 a
 * skipped test fails the run.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { ensureReady } from './ensure-ready.mjs';
import { projectNode, root } from './lib/project.mjs';
import { runForeground } from './lib/run-foreground.mjs';

/** @typedef {{ passed: number, failed: number, skipped: { name: string, reason: string }[] }} Counts */

/**
 * @param {readonly string[]} args
 * @returns {Promise<{ status: number, counts: Counts | undefined }>}
 */
async function runVitest(args) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'massgen-test-'));
  const file = path.join(directory, 'counts.json');
  try {
    const full = args.includes('--full');
    const env = { ...process.env, MASSGEN_TEST_COUNTS: file, ...(full ? { MASSGEN_TEST_FULL: '1' } : {}) };
    const reporters = [
      '--reporter=default',
      `--reporter=${path.join(root, 'scripts/lib/count-reporter.mjs')}`,
    ];
    const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
    const others = args.filter((arg) => arg !== '--full');
    const status = await runForeground(projectNode(), [vitest, 'run', ...reporters, ...others], env);
    return { status, counts: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {Counts} counts */
function report({ passed, failed, skipped }) {
  const lines = skipped.map(({ name, reason }) => `  ${name}\n      ${reason}`);
  if (lines.length > 0) process.stdout.write(`Skipped tests:\n${lines.join('\n')}\n`);
  process.stdout.write(`Summary: ${passed} tests passed, ${failed} failed, ${skipped.length} skipped\n`);
}

try {
  await ensureReady();
  await build();
  const { status, counts } = await runVitest(process.argv.slice(2));
  process.exitCode = status;
  if (counts !== undefined) {
    report(counts);
    const summary = process.env.MASSGEN_TEST_SUMMARY;
    if (summary !== undefined) {
      writeFileSync(summary, `${counts.passed} ${counts.failed} ${counts.skipped.length}\n`);
    }
    if (process.env.MASSGEN_CI === '1' && counts.skipped.length > 0) process.exitCode ||= 1;
  }
} catch (error) {
  process.stderr.write(`massgen: ${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
