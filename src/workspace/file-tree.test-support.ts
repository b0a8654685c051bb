/** Trees of files for tests: a place to work in, and descriptions of what is in it that can be compared. */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real, empty directory that goes away with the test, whatever names and modes are in it by then. */
export function temporaryDirectory(parent: string = tmpdir()): string {
  const directory = realpathSync(mkdtempSync(join(parent, 'massgen-workspace-')));
  onTestFinished(() => {
    spawnSync('chmod', ['-R', 'u+rwX', directory]);
    spawnSync('rm', ['-rf', directory]);
  });
  return directory;
}

/** Where the system has one, a file system in memory, for tests that publish hundreds of times. */
export const quickParent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Writes files by path; a path that ends in `/` is a directory. */
export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(path.endsWith('/') ? full : dirname(full), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(full, content);
  }
}

/** What is in a directory, by path: `dir`, `link <target>`, `file <content>` or `exec <content>`. */
export function contentOf(root: string, prefix = ''): Record<string, string> {
  const content: Record<string, string> = {};
  for (const name of readdirSync(join(root, prefix)).toSorted()) {
    const path = prefix + name;
    const full = join(root, path);
    const stat = lstatSync(full);
    if (stat.isDirectory()) Object.assign(content, { [path]: 'dir' }, contentOf(root, `${path}/`));
    else if (stat.isSymbolicLink()) content[path] = `link ${readlinkSync(full)}`;
    else if (stat.isFile())
      content[path] = `${(stat.mode & 0o111) === 0 ? 'file' : 'exec'} ${readFileSync(full, 'latin1')}`;
    else content[path] = 'odd';
  }
  return content;
}

/** Everything about a tree that touching it would change, the root's own times included. */
export function digestOf(root: string): string {
  const lines: string[] = [];
  const note = (path: string): void => {
    const { mode, ino, size, mtimeNs, ctimeNs, nlink } = lstatSync(path, { bigint: true });
    lines.push([path, mode, ino, size, mtimeNs, ctimeNs, nlink].join(' '));
    if (lstatSync(path).isDirectory())
      for (const name of readdirSync(path).toSorted()) note(join(path, name));
  };
  note(root);
  return lines.join('\n');
}

/** Somebody without special rights; to root no modes apply. */
export const nobody = 65_534;

/** Makes a path belong to whoever `unprivileged` runs as. */
export function handOver(path: string): void {
  if (process.geteuid?.() === 0) chownSync(path, nobody, nobody);
}

/** Runs an action as somebody to whom modes apply. */
export async function unprivileged<T>(action: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(nobody);
  try {
    return await action();
  } finally {
    if (root) process.seteuid?.(0);
  }
}
