import { describe, expect, test } from 'vitest';
import { checkPackedFiles } from '../../scripts/pack-smoke.mjs';

const good = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'bin/massgen.js',
  'dist/cli/main.js',
  'dist/tools/schema-thread-main.js',
  'examples/one-server.yaml',
  'dist/cli/main.d.ts',
];

describe('the files of the package', () => {
  test('may be programs, their types and the documents', () => {
    expect(checkPackedFiles(good)).toEqual([]);
  });

  test.each([
    'src/cli/main.ts',
    'dist/cli/main.test.js',
    'dist/protocol/rig.test-support.js',
    'dist/.tsbuildinfo',
    'dist/cli/main.js.map',
    'scripts/build.mjs',
    '.npmrc',
    'examples/deep/one.yaml',
  ])('may not be %s', (file) => {
    expect(checkPackedFiles([...good, file])).toEqual([`${file}: must not be packed`]);
  });

  test.each(good.slice(0, -1))('must hold %s', (file) => {
    expect(checkPackedFiles(good.filter((other) => other !== file))).toEqual([`${file}: is not packed`]);
  });
});
