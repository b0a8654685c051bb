/**
 * `npm run bench`: runs bench/*.bench.ts one after the other on the project's Node, which prints what each compares.
 * `--short` asks for the short form of each; other arguments choose benchmarks by a part of their name.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { ensureReady } from './ensure-ready.mjs';
import { projectNode, root } from './lib/project.mjs';
import { runForeground } from './lib/run-foreground.mjs';

/** @param {readonly string[]} args */
async function bench(args) {
  const parts = args.filter((arg) => !arg.startsWith('--'));
  const names = readdirSync(path.join(root, 'bench'))
    .filter((name) => name.endsWith('.bench.ts') && parts.every((part) => name.includes(part)))
    .toSorted();
  if (names.length === 0) throw new Error(`no benchmark is named like ${parts.join(' ')}`);
  const env = { ...process.env, ...(args.includes('--short') ? { MASSGEN_BENCH_SHORT: '1' } : {}) };
  for (const name of names) {
    process.stdout.write(`\n== ${name}\n`);
    const status = await runForeground(projectNode(), [path.join(root, 'bench', name)], env);
    if (status !== 0) throw new Error(`bench/${name} failed with status ${status}`);
  }
}

try {
  await ensureReady();
  await build();
  await bench(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`massgen: ${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
