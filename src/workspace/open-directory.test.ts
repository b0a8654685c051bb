import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory, writeFiles } from './file-tree.test-support.ts';
import { openDirectory, readFlags } from './open-directory.ts';

test('a link is opened neither as a file nor as a directory', () => {
  const root = temporaryDirectory();
  writeFiles(root, { 'a.txt': 'x', 'dir/': '' });
  symlinkSync('a.txt', join(root, 'to-file'));
  symlinkSync('dir', join(root, 'to-dir'));
  expect(() => openSync(join(root, 'to-file'), readFlags)).toThrow('ELOOP');
  expect(() => openDirectory(join(root, 'to-dir'))).toThrow('ENOTDIR');
  using directory = openDirectory(root);
  expect(() => directory.descend('to-dir')).toThrow('ENOTDIR');
});

test('a pipe that nobody writes to is opened without waiting', () => {
  const root = temporaryDirectory();
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const pipe = openSync(join(root, 'pipe'), readFlags);
  expect(fstatSync(pipe).isFIFO()).toBe(true);
  closeSync(pipe);
});

test('closing twice does not close what got the number since', () => {
  const root = temporaryDirectory();
  const directory = openDirectory(root);
  directory.close();
  using other = openDirectory(root);
  expect(other.fd).toBe(directory.fd);
  directory.close();
  expect(fstatSync(other.fd).isDirectory()).toBe(true);
});
