/**
 * What must not stand in any file of the project: leftovers (TODO, `.only`), ways around the checks, and anything that
 * only exists on one machine or in one registry.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './lib/project.mjs';
import { projectFiles } from './lib/project-files.mjs';

/** @typedef {{ pattern: RegExp, why: string, in?: RegExp }} Rule `in`: the files it holds for; all by default */

const code = /\.[cm]?[jt]s$/;
const source = /^src\/(?!runtime\/).*(?<!\.test|\.test-support)\.ts$/;

/** @type {readonly Rule[]} */
export const rules = [
  { pattern: /\b(TODO|FIXME|XXX)\b/, why: 'do it, or write an issue' },
  { pattern: /\b(test|it|describe|bench)\.only\b/, why: 'runs one test and skips the rest', in: code },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, why: 'say it in types', in: code },
  {
    pattern: /(eslint|oxlint|knip)-(disable|ignore)/,
    why: 'change the code, or the rule for everyone',
    in: code,
  },
  { pattern: /\bnew Date\(\)/, why: 'time is handed in: use the Clock', in: source },
  { pattern: /(?<![\w.}-])\/(root|work)\//, why: 'a path of one machine' },
  { pattern: /(\.\.\/|\b)shared\/(reference|DESIGN)|\.\.\/shared\b/, why: 'not a part of this project' },
  { pattern: /\bDESIGN\b(?! (a|the|your)\b)/, why: 'the design is told in docs/architecture.md' },
  {
    pattern: /registry\.(npmjs|yarnpkg)\.|\bdeb\.debian\.org/,
    why: 'the registry is the choice of whoever installs',
  },
  { pattern: /"resolved": "http/, why: 'names the registry it was locked from', in: /package-lock\.json$/ },
];

/** This file names what it forbids. */
const exempt = new Set(['scripts/check-text.mjs']);

/**
 * @param {ReadonlyMap<string, string>} files text by path
 * @returns {string[]} one line for each place
 */
export function checkText(files) {
  return [...files]
    .filter(([file]) => !exempt.has(file))
    .flatMap(([file, text]) => {
      const applying = rules.filter((rule) => rule.in === undefined || rule.in.test(file));
      if (!applying.some((rule) => rule.pattern.test(text))) return [];
      return text.split('\n').flatMap((line, index) =>
        applying
          .map((rule) => ({ rule, match: rule.pattern.exec(line) }))
          .filter(({ match }) => match !== null)
          .map(({ rule, match }) => `${file}:${index + 1}: "${match?.[0].trim()}": ${rule.why}`),
      );
    });
}

if (isMain(import.meta.url)) {
  const files = projectFiles().map(
    (file) => /** @type {const} */ ([file, readFileSync(path.join(root, file), 'utf8')]),
  );
  const problems = checkText(new Map(files));
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
