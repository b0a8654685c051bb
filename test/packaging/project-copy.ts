/**
 * The project in a temporary directory as a fresh clone would have it, with the stand-in of the launcher tests as the
 * whole of src/, and the installed dependencies of the real one.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

const files = [
  '.npmrc',
  'bin',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

const main = `
export async function main(argv: readonly string[]): Promise<number> {
  const file = new URL('../../stand-in-main.mjs', import.meta.url);
  const standIn = (await import(file.href)) as { main(args: readonly string[]): Promise<number> };
  return standIn.main(argv.slice(1));
}
`;

export interface ProjectCopy extends Disposable {
  readonly directory: string;
  /** Writes a file below the copy. */
  write(file: string, text: string): void;
}

/** The stand-in gets the arguments after the command, so `npm start -- exit 3` ends with 3. */
export function createProjectCopy(): ProjectCopy {
  const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'massgen-project-')));
  for (const file of files) {
    cpSync(path.join(root, file), path.join(directory, file), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  cpSync(path.join(root, 'test/launcher/stand-in-main.mjs'), path.join(directory, 'stand-in-main.mjs'));
  const write = (file: string, text: string): void => {
    const target = path.join(directory, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  write('src/cli/main.ts', main);
  return { directory, write, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
