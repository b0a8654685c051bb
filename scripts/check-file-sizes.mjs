/**
 * Keeps files small: over 400 lines a file needs a reason in the table below, over 700 it is split whatever the reason.
 * A test needs no reason, as it grows with its subject. Generated files and plain data are exempt by their name:
 * `x.generated.ts`, `x.data.ts`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './lib/project.mjs';
import { projectFiles } from './lib/project-files.mjs';

export const REASON_LIMIT = 400;
export const HARD_LIMIT = 700;

/** @type {Readonly<Record<string, string>>} why a file may be longer than REASON_LIMIT */
const reasons = {};

/**
 * @param {string} file
 */
const isCounted = (file) => /\.([cm]?[jt]s|sh)$/.test(file) && !/\.(generated|data)\.\w+$/.test(file);

/** @param {string} file */
const isTest = (file) => /\.test(-support)?\.ts$/.test(file);

/** @param {string} text */
const countLines = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/**
 * @param {ReadonlyMap<string, string>} files text by path
 * @param {Readonly<Record<string, string>>} allowed reason by path
 * @returns {string[]} one line for each file that is too long and each entry of the table that is no longer needed
 */
export function checkFileSizes(files, allowed) {
  const problems = [...files]
    .filter(([file]) => isCounted(file))
    .flatMap(([file, text]) => {
      const lines = countLines(text);
      if (lines > HARD_LIMIT) return [`${file}: ${lines} lines, over ${HARD_LIMIT}: split it`];
      if (lines <= REASON_LIMIT || file in allowed || isTest(file)) return [];
      return [
        `${file}: ${lines} lines, over ${REASON_LIMIT}: split it, or give a reason in scripts/check-file-sizes.mjs`,
      ];
    });
  const stale = Object.keys(allowed)
    .filter((file) => countLines(files.get(file) ?? '') <= REASON_LIMIT)
    .map((file) => `${file}: listed as long, but it is not; remove its reason`);
  return [...problems, ...stale];
}

if (isMain(import.meta.url)) {
  const files = projectFiles().filter(isCounted);
  const problems = checkFileSizes(
    new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')])),
    reasons,
  );
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
