/** Finds a Node older than 24 to start the launcher with: `MASSGEN_OLD_NODE`, else the first such `node` on PATH. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export interface OldNode {
  /** Absolute path of the binary, absent when this machine has none. */
  readonly path?: string;
  /** Why tests that need it are skipped. */
  readonly missing: string;
}

export function findOldNode(): OldNode {
  const missing = 'no Node older than 24 on PATH or in MASSGEN_OLD_NODE';
  const named = process.env['MASSGEN_OLD_NODE'];
  const onPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => path.join(directory, 'node'));
  const found = [...(named === undefined ? [] : [named]), ...onPath].filter(isExecutable).find(isOld);
  return found === undefined ? { missing } : { path: found, missing };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there or not for us: the search goes on.
  }
}

function isOld(node: string): boolean {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' });
  return Number.parseInt(version.slice(1), 10) < 24;
}
