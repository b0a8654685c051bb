/**
 * The direction of imports: a file in a room of src/ may import from the same room and from rooms before it in the list
 * below, and files never import each other in a circle. Tests may import from anywhere. Types count like values: a type
 * that points the wrong way is the same wrong dependency.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './lib/project.mjs';
import { walkFiles } from './lib/walk.mjs';

export const rooms = [
  'errors',
  'events',
  'config',
  'protocol',
  'budget',
  'journal',
  'logging',
  'policy',
  'credentials',
  'process',
  'workspace',
  'mcp',
  'tools',
  'agents',
  'coordinator',
  'display',
  'runtime',
  'cli',
  'testing',
];

/** @typedef {{ line: number, specifier: string }} Import */

/** `… from 'x'`, `import 'x'`, `import('x')` and `typeof import('x')`. */
const importPattern = /\b(?:from|import)\s*\(?\s*(['"`])([^'"`\n]+)\1/g;

/**
 * Every import, re-export and dynamic import of a TypeScript file. Lines that are comments do not count.
 * @param {string} text
 * @returns {Import[]}
 */
export function findImports(text) {
  const code = text.replace(/^[ \t]*(\/\/|\/?\*).*$/gm, '');
  return [...code.matchAll(importPattern)].map((match) => ({
    line: code.slice(0, match.index + match[0].length).split('\n').length,
    specifier: match[2] ?? '',
  }));
}

const roomOf = (/** @type {string} */ file) => file.slice(0, Math.max(0, file.indexOf('/')));

/**
 * @param {string} file
 * @param {Import} found
 * @returns {string | undefined} what is wrong with one import
 */
function judge(file, { specifier }) {
  const from = roomOf(file);
  if (specifier === 'massgen' || specifier.startsWith('massgen/'))
    return `${from} → ${specifier}: import the file itself`;
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(file), specifier);
  if (target.startsWith('..')) return `${from} → ${specifier}: outside src/`;
  const to = roomOf(target);
  const order = rooms.indexOf(to);
  if (order === -1) return `${from} → ${to}: not a room`;
  if (order > rooms.indexOf(from)) return `${from} → ${to}`;
  if (/\.test(-support)?\.ts$/.test(target)) return `${from} → ${target}: a test`;
  return undefined;
}

/**
 * Circles among files, each as the way around it.
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[][]}
 */
function findCycles(graph) {
  /** @type {string[][]} */
  const cycles = [];
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {string[]} */
  const way = [];
  const visit = (/** @type {string} */ file) => {
    const seenAt = way.indexOf(file);
    if (seenAt !== -1) cycles.push([...way.slice(seenAt), file]);
    if (seenAt !== -1 || done.has(file)) return;
    way.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    way.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

/**
 * Everything that is wrong with the imports among the given files.
 * @param {ReadonlyMap<string, string>} files text by path below src/
 * @returns {string[]} one line each
 */
export function checkRooms(files) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const [file, text] of files) {
    if (!rooms.includes(roomOf(file))) problems.push(`src/${file}: not in a room`);
    if (/\.test(-support)?\.ts$/.test(file)) continue;
    const imports = findImports(text);
    for (const found of imports) {
      const problem = judge(file, found);
      if (problem !== undefined) problems.push(`src/${file}:${found.line}: ${problem}`);
    }
    const relative = imports.filter(({ specifier }) => specifier.startsWith('.'));
    graph.set(
      file,
      relative.map(({ specifier }) => path.posix.join(path.posix.dirname(file), specifier)),
    );
  }
  const circles = findCycles(graph).map((cycle) => `src/${cycle.join(' → ')}: a circle`);
  return [...problems, ...circles];
}

if (isMain(import.meta.url)) {
  const src = path.join(root, 'src');
  const names = walkFiles(src).filter((file) => file.endsWith('.ts'));
  const problems = checkRooms(
    new Map(names.map((file) => [file, readFileSync(path.join(src, file), 'utf8')])),
  );
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
