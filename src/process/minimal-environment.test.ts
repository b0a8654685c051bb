import { expect, test } from 'vitest';
import { minimalEnvironment } from './minimal-environment.ts';

test('a child gets what it needs to find its way, and no key', () => {
  const environment = {
    PATH: '/usr/bin',
    HOME: '/home/someone',
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'C',
    TMPDIR: '/tmp',
    OPENAI_API_KEY: 'sk-1234567890',
    AWS_SECRET_ACCESS_KEY: 'abc',
    NODE_OPTIONS: '--require=/tmp/evil.js',
    LD_PRELOAD: '/tmp/evil.so',
    LCD: 'not a locale',
    path: 'not the PATH',
    USER: undefined,
  };
  expect(minimalEnvironment(environment)).toEqual({
    PATH: '/usr/bin',
    HOME: '/home/someone',
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'C',
    TMPDIR: '/tmp',
  });
});
