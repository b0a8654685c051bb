/**
 * An installed package in a temporary directory: the real bin/, a small main in place of the compiled one, and the
 * project's Node 24 where npm would have put it.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export interface StandInPackage extends Disposable {
  readonly directory: string;
  readonly massgen: string;
}

export interface StandInPackageOptions {
  /** Whether the dependency `node` is installed. Default true. */
  readonly withNode?: boolean;
  /** Whether dist/ exists. Default true. */
  readonly compiled?: boolean;
}

export function createStandInPackage(options: StandInPackageOptions = {}): StandInPackage {
  const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'massgen-launcher-')));
  cpSync(path.join(root, 'bin'), path.join(directory, 'bin'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(directory, 'package.json'));
  if (options.withNode !== false) {
    mkdirSync(path.join(directory, 'node_modules'));
    symlinkSync(path.join(root, 'node_modules/node'), path.join(directory, 'node_modules/node'));
  }
  if (options.compiled !== false) {
    cpSync(path.join(import.meta.dirname, 'stand-in-main.mjs'), path.join(directory, 'dist/cli/main.js'));
  }
  return {
    directory,
    massgen: path.join(directory, 'bin/massgen.js'),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
