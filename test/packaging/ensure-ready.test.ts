import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

let directory: string;
const inProject = (file: string) => path.join(directory, file);
const writeLock = (packages: object) => {
  writeFileSync(inProject('package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
};
const locked = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/node': { version: '24.1.0' } };

/** A project with the real scripts, and a stand-in for npm that writes what it was asked and installs what is locked. */
const npm = `#!${process.execPath}
const fs = require('node:fs');
const command = process.argv[2];
fs.appendFileSync('asked', process.argv.slice(2).join(' ') + '\\n');
fs.appendFileSync('path', process.env.PATH);
if (process.env.FAKE_NPM_STATUS) process.exit(Number(process.env.FAKE_NPM_STATUS));
if (command === 'ci') fs.rmSync('node_modules', { recursive: true, force: true });
const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
for (const [name, entry] of Object.entries(packages)) {
  if (name === '') continue;
  fs.mkdirSync(name, { recursive: true });
  fs.writeFileSync(name + '/package.json', JSON.stringify(entry));
}
fs.mkdirSync('node_modules/node/bin', { recursive: true });
fs.writeFileSync('node_modules/node/bin/node', '', { mode: 0o755 });
fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
`;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'massgen-ensure-'));
  cpSync(path.join(root, 'scripts'), inProject('scripts'), { recursive: true });
  mkdirSync(inProject('programs'));
  writeFileSync(inProject('programs/npm'), npm);
  chmodSync(inProject('programs/npm'), 0o755);
  writeLock(locked);
});
afterEach(() => rmSync(directory, { recursive: true }));

function ensureReady(env: NodeJS.ProcessEnv = {}) {
  const PATH = [inProject('node_modules/.bin'), inProject('programs'), '/usr/bin', '/bin'].join(
    path.delimiter,
  );
  const run = spawnSync(process.execPath, ['scripts/ensure-ready.mjs'], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH, ...env },
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}
const asked = () => readFileSync(inProject('asked'), 'utf8').trim().split('\n');

describe('making the project ready', () => {
  test('installs once from the lock and says why', () => {
    expect(ensureReady()).toEqual({
      status: 0,
      stdout: '',
      stderr: 'massgen: installing dependencies (nothing is installed yet)\n',
    });
    expect(ensureReady()).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(asked()).toEqual([expect.stringMatching(/^ci .*--include=dev/)]);
  });

  test('does not run npm on a Node that npm is about to delete', () => {
    ensureReady();
    expect(readFileSync(inProject('path'), 'utf8')).not.toContain('node_modules');
  });

  test('installs again what an interrupted installation may have left half done', () => {
    ensureReady();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(inProject('.massgen-install.lock'), `${dead}/1\n`);
    expect(ensureReady().stderr).toContain('an earlier installation was interrupted');
    expect(asked()).toHaveLength(2);
    expect(existsSync(inProject('.massgen-install.lock'))).toBe(false);
  });

  test('starts from nothing where the lock lacks optional packages, which a clean installation refuses', () => {
    writeLock({
      ...locked,
      'node_modules/b': { version: '1.0.0', optionalDependencies: { 'b-linux-x64': '1.0.0' } },
    });
    mkdirSync(inProject('node_modules/stray'), { recursive: true });
    expect(ensureReady().status).toBe(0);
    expect(asked()).toEqual([expect.stringMatching(/^install --no-save /)]);
    expect(existsSync(inProject('node_modules/stray'))).toBe(false);
  });

  test('fails with the command to repeat when npm fails, and does not stay locked', () => {
    const { status, stderr } = ensureReady({ FAKE_NPM_STATUS: '7' });
    expect(status).toBe(1);
    expect(stderr).toContain('npm ci failed with status 7');
    expect(stderr).toContain('Run: npm ci');
    expect(ensureReady().status).toBe(0);
  });

  test('fails when npm is not there', () => {
    rmSync(inProject('programs/npm'));
    const { status, stderr } = ensureReady({ PATH: inProject('programs') });
    expect(status).toBe(1);
    expect(stderr).toContain('npm: spawn npm ENOENT');
  });

  test('says so when npm ended well and a package is still missing', () => {
    writeFileSync(
      inProject('programs/npm'),
      npm.replace("if (name === '')", "if (name === '' || name.endsWith('/a'))"),
    );
    const { status, stderr } = ensureReady();
    expect(status).toBe(1);
    expect(stderr).toContain('npm ci ended well, yet node_modules/a is incomplete.\nRun: npm ci\n');
  });
});
