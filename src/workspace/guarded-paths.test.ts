import { expect, test } from 'vitest';
import { guardPaths } from './guarded-paths.ts';

const guard = guardPaths({
  protectedPaths: ['secrets', 'straße/é.txt'],
  excludes: new Set(['.git', 'node_modules', '/ws', '/deep/temp']),
});

test.each([
  ['secrets', 'is protected'],
  ['secrets/key', 'is protected'],
  ['Secrets/Key', 'is protected'],
  ['\uFF53ecrets', 'is protected'],
  ['\u017Fecret\u017F/a', 'is protected'],
  ['sec\u200Brets/a', 'is protected'],
  ['STRASSE/e\u0301.TXT', 'is protected'],
  ['.git', 'is left out of copies'],
  ['a/.GIT/config', 'is left out of copies'],
  ['a/.g\u200Cit', 'is left out of copies'],
  ['Node_Modules/x', 'is left out of copies'],
  ['ws/a', 'is left out of copies'],
  ['deep/temp', 'is left out of copies'],
])('%s cannot be changed', (path, why) => {
  expect(guard(path)).toBe(why);
});

test.each(['secrets2', 'a/secrets', 'secret', '.github/workflows', 'src/ws/a', 'temp', 'x/deep/temp', 'git'])(
  '%s can',
  (path) => {
    expect(guard(path)).toBeUndefined();
  },
);
