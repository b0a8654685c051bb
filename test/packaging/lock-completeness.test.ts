import { describe, expect, test } from 'vitest';
import { complete, findMissing } from '../../scripts/lib/lock-completeness.mjs';

const tool = {
  version: '1.0.0',
  dev: true,
  optionalDependencies: { '@tool/binding-linux-x64-gnu': '1.0.0', '@tool/binding-win32-arm64-msvc': '1.0.0' },
};

describe('a lock without some optional packages', () => {
  test('is found to lack them', () => {
    const packages = {
      'node_modules/tool': tool,
      'node_modules/@tool/binding-linux-x64-gnu': { version: '1.0.0', optional: true },
    };
    expect(findMissing(packages).map(({ name }) => name)).toEqual(['@tool/binding-win32-arm64-msvc']);
  });

  test('is completed with exact versions and the platforms they are for', () => {
    const completed = complete({ 'node_modules/tool': tool });
    expect(Object.keys(completed)).toEqual([
      'node_modules/@tool/binding-linux-x64-gnu',
      'node_modules/@tool/binding-win32-arm64-msvc',
      'node_modules/tool',
    ]);
    expect(completed['node_modules/@tool/binding-linux-x64-gnu']).toEqual({
      version: '1.0.0',
      cpu: ['x64'],
      dev: true,
      libc: ['glibc'],
      optional: true,
      os: ['linux'],
    });
    expect(findMissing(completed)).toEqual([]);
  });

  test('takes a package for locked wherever Node would find it', () => {
    const optionalDependencies = { leaf: '1.0.0' };
    const wanting = 'node_modules/a/node_modules/@b/c';
    const packages = { [wanting]: { version: '1.0.0', optionalDependencies } };
    for (const place of [
      `${wanting}/node_modules/leaf`,
      'node_modules/a/node_modules/leaf',
      'node_modules/leaf',
    ]) {
      expect(findMissing({ ...packages, [place]: { version: '1.0.0' } })).toEqual([]);
    }
    const elsewhere = 'node_modules/other/node_modules/leaf';
    expect(findMissing({ ...packages, [elsewhere]: { version: '1.0.0' } })).toHaveLength(1);
  });
});
