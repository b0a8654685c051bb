import { describe, expect, test } from 'vitest';
import { checkText } from '../../scripts/check-text.mjs';

/** The forbidden words are put together here, as this file is checked as well. */
const join = (...parts: readonly string[]) => parts.join('');
const check = (file: string, text: string) => checkText(new Map([[file, text]]));

describe('forbidden text', () => {
  test.each([
    ['a note to do it later', 'src/a.ts', join('// TO', 'DO: later')],
    ['a focused test', 'src/a.test.ts', join('test.on', "ly('x', () => undefined)")],
    ['a silenced type error', 'src/a.ts', join('// @ts-', 'expect-error')],
    ['a silenced rule', 'test/a.ts', join('// eslint-', 'disable-next-line')],
    ['the present time', 'src/events/a.ts', join('const at = new Da', 'te();')],
    ['a path of one machine', 'docs/a.md', join('see `/ro', 'ot/notes`')],
    ['a neighbouring directory', 'README.md', join('see ../sha', 'red/notes.md')],
    ['a registry', '.npmrc', join('registry=https://registry.npm', 'js.org')],
    ['a registry in the lock', 'package-lock.json', join('  "resolved": "htt', 'ps://example.test/a.tgz",')],
  ])('finds %s', (_, file, text) => {
    expect(check(file, `first line\n${text}\n`)).toEqual([expect.stringMatching(`^${file}:2: ".+": .+`)]);
  });

  test.each([
    ['a path that only contains the word', 'src/a.ts', `open('run/work/notes.md')`],
    ['the given time', 'src/events/a.ts', 'const at = new Date(clock.now());'],
    ['the real clock where it is made', 'src/runtime/system-clock.ts', join('const at = new Da', 'te();')],
  ])('lets %s pass', (_, file, text) => {
    expect(check(file, text)).toEqual([]);
  });
});
