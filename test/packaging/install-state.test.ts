import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { whyInstall } from '../../scripts/lib/install-state.mjs';

let root: string;
const write = (file: string, content: string | object) => {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content));
};
const remove = (file: string) => rmSync(path.join(root, file), { recursive: true });

const locked = {
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/node': { version: '24.1.0', integrity: 'sha512-n', dev: true },
  'node_modules/native-other': { version: '1.0.0', optional: true, os: ['other'] },
};
const { 'node_modules/native-other': _notForUs, ...installed } = locked;

/** What an installation leaves behind that came to its end. */
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'massgen-install-'));
  write('package-lock.json', { packages: { '': { name: 'massgen' }, ...locked } });
  for (const [name, { version }] of Object.entries(installed)) write(`${name}/package.json`, { version });
  write('node_modules/node/bin/node', '');
  chmodSync(path.join(root, 'node_modules/node/bin/node'), 0o755);
  write('node_modules/.package-lock.json', { packages: installed });
});
afterEach(() => rmSync(root, { recursive: true }));

describe('what makes an installation necessary', () => {
  test('nothing, when all is there; a second look agrees', () => {
    expect(whyInstall(root)).toBeUndefined();
    expect(whyInstall(root)).toBeUndefined();
  });

  test.each([
    ['no node_modules', () => remove('node_modules'), 'nothing is installed yet'],
    [
      'npm not come to its end',
      () => remove('node_modules/.package-lock.json'),
      'an earlier installation did not finish',
    ],
    [
      'its record torn',
      () => write('node_modules/.package-lock.json', '{"pack'),
      'an earlier installation did not finish',
    ],
    [
      'a package gone',
      () => remove('node_modules/a/node_modules'),
      'node_modules/a/node_modules/b is incomplete',
    ],
    ['a package torn', () => write('node_modules/a/package.json', ''), 'node_modules/a is incomplete'],
    [
      'another version there',
      () => write('node_modules/a/package.json', { version: '1.0.1' }),
      'node_modules/a is incomplete',
    ],
  ])('%s', (_, damage, reason) => {
    damage();
    expect(whyInstall(root)).toBe(reason);
  });

  test('a package gone after all was found in order', () => {
    expect(whyInstall(root)).toBeUndefined();
    remove('node_modules/a/node_modules');
    expect(whyInstall(root)).toBe('node_modules/a/node_modules/b is incomplete');
  });

  test.each([
    ['version', { version: '1.0.1', integrity: 'sha512-a' }],
    ['content', { version: '1.0.0', integrity: 'sha512-changed' }],
  ])('another %s locked after all was found in order', (_, entry) => {
    expect(whyInstall(root)).toBeUndefined();
    write('package-lock.json', { packages: { ...locked, 'node_modules/a': entry } });
    expect(whyInstall(root)).toBe('node_modules/a changed');
  });

  test('packages for another platform, as in a directory taken along from another machine', () => {
    write('node_modules/.package-lock.json', { packages: locked });
    write('node_modules/native-other/package.json', { version: '1.0.0' });
    expect(whyInstall(root)).toBe('node_modules/native-other is for another platform');
  });
});
