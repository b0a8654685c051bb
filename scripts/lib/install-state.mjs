/**
 * Whether node_modules holds what package-lock.json asks for. npm itself writes what it installed to
 * node_modules/.package-lock.json as its last step, so that file is compared and each package looked at. A stamp
 * remembers that this was found in order for these two files, so that a warm start costs a few milliseconds.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isExecutable, runsOnNeededNode } from './project.mjs';

/**
 * @typedef {import('./lock-completeness.mjs').LockEntry & { version?: string, integrity?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[] }} LockEntry
 * @typedef {Record<string, LockEntry>} LockEntries
 */

/**
 * The packages a lock file names; undefined when it is absent or torn.
 * @param {string} file
 * @returns {LockEntries | undefined}
 */
export function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly string[] | undefined} allowed values of `os` or `cpu` in a lock, `!x` excludes
 * @param {string} actual
 */
function fits(allowed, actual) {
  if (allowed === undefined) return true;
  if (allowed.includes(`!${actual}`)) return false;
  return allowed.includes(actual) || allowed.every((value) => value.startsWith('!'));
}

/**
 * @param {string} directory of the installed package
 * @param {LockEntry} entry
 */
function isComplete(directory, entry) {
  try {
    return JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')).version === entry.version;
  } catch {
    return false; // Absent or torn.
  }
}

/**
 * Identifies the state a stamp was written for.
 * @param {string} root
 */
function stateKey(root) {
  const parts = [`${process.platform}-${process.arch}`];
  for (const file of ['package-lock.json', 'node_modules/.package-lock.json']) {
    const stats = statSync(path.join(root, file), { throwIfNoEntry: false });
    parts.push(stats === undefined ? '-' : `${stats.size}@${stats.mtimeMs}`);
  }
  return parts.join(' ');
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, 'node_modules/.massgen-ready.json');
}

/** @param {string} root */
function isStamped(root) {
  let stamp;
  try {
    stamp = JSON.parse(readFileSync(stampFile(root), 'utf8'));
  } catch {
    return false; // No stamp, or a torn one: the full comparison decides.
  }
  const isThere = (/** @type {string} */ name) => existsSync(path.join(root, name, 'package.json'));
  return stamp.key === stateKey(root) && stamp.packages.every(isThere);
}

/**
 * @param {string} root
 * @returns {string | undefined}
 */
function findDifference(root) {
  const modules = path.join(root, 'node_modules');
  if (!existsSync(modules)) return 'nothing is installed yet';
  const installed = readLock(path.join(modules, '.package-lock.json'));
  if (installed === undefined) return 'an earlier installation did not finish';
  const wanted = readLock(path.join(root, 'package-lock.json')) ?? installed;
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '' || entry.link === true) continue;
    const present = installed[name];
    if (present === undefined && entry.optional === true) continue;
    if (present?.version !== entry.version || present?.integrity !== entry.integrity)
      return `${name} changed`;
    if (!isComplete(path.join(root, name), entry)) return `${name} is incomplete`;
  }
  const foreign = Object.entries(installed).find(
    ([, entry]) => !fits(entry.os, process.platform) || !fits(entry.cpu, process.arch),
  );
  if (foreign !== undefined) return `${foreign[0]} is for another platform`;
  writeFileSync(stampFile(root), JSON.stringify({ key: stateKey(root), packages: Object.keys(installed) }));
  return undefined;
}

/**
 * Why dependencies have to be installed, in a few words; undefined when all are there.
 * @param {string} root
 * @returns {string | undefined}
 */
export function whyInstall(root) {
  const difference = isStamped(root) ? undefined : findDifference(root);
  if (difference !== undefined) return difference;
  const node = path.join(root, 'node_modules/node/bin/node');
  return isExecutable(node) || runsOnNeededNode() ? undefined : 'Node 24 is missing';
}
