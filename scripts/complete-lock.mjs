/** Adds the optional packages to the lock files that npm left out; with `--check` only says which are missing. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { complete, findMissing } from './lib/lock-completeness.mjs';
import { root } from './lib/project.mjs';

for (const name of ['package-lock.json', 'test/servers/package-lock.json']) {
  const file = path.join(root, name);
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = findMissing(lock.packages);
  if (missing.length > 0 && process.argv.includes('--check')) {
    const names = missing.map((each) => `  ${each.name}`).join('\n');
    process.stderr.write(`${name} lacks optional packages:\n${names}\nRun: node scripts/complete-lock.mjs\n`);
    process.exitCode = 1;
  } else if (missing.length > 0) {
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: complete(lock.packages) }, null, 2)}\n`);
  }
}
