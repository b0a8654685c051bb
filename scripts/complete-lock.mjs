/** Adds the optional packages to package-lock.json that npm left out; with `--check` only says which are missing. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { complete, findMissing } from './lib/lock-completeness.mjs';
import { root } from './lib/project.mjs';

const file = path.join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = findMissing(lock.packages);
if (missing.length > 0 && process.argv.includes('--check')) {
  const names = missing.map(({ name }) => `  ${name}`).join('\n');
  process.stderr.write(
    `package-lock.json lacks optional packages:\n${names}\nRun: node scripts/complete-lock.mjs\n`,
  );
  process.exitCode = 1;
} else if (missing.length > 0) {
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: complete(lock.packages) }, null, 2)}\n`);
}
