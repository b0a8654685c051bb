/**
 * Writes the generated parts of docs/ anew; with `--check` only says which pages are behind the code. A test does the
 * same, so this is for whoever has changed an error, a key of the config or a command.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureReady } from './ensure-ready.mjs';
import { projectNode, root, runsOnNeededNode } from './lib/project.mjs';
import { runForeground } from './lib/run-foreground.mjs';

/** @param {boolean} checkOnly @returns {Promise<number>} the exit status */
async function generate(checkOnly) {
  const { generatedParts, withGenerated } = await import('./lib/generated-docs.mjs');
  let behind = 0;
  for (const { page, write } of generatedParts) {
    const file = path.join(root, page);
    const before = readFileSync(file, 'utf8');
    const after = withGenerated(before, write());
    if (before === after) continue;
    behind += 1;
    process.stdout.write(checkOnly ? `${page}: behind the code\n` : `${page}: written\n`);
    if (!checkOnly) writeFileSync(file, after);
  }
  if (!checkOnly || behind === 0) return 0;
  process.stdout.write('Run: node scripts/generate-docs.mjs\n');
  return 1;
}

try {
  await ensureReady();
  const args = process.argv.slice(2);
  process.exitCode = runsOnNeededNode()
    ? await generate(args.includes('--check'))
    : await runForeground(
        projectNode(),
        [path.join(root, 'scripts/generate-docs.mjs'), ...args],
        process.env,
      );
} catch (error) {
  process.stderr.write(`massgen: ${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
