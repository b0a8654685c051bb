import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { possiblePaths } from './possible-paths.ts';

const target = '/logs/run/views/agent2.1';
const encoded = encodeURIComponent(target);

test.each([
  target,
  ` ${target} `,
  `rm -rf ${target}`,
  `rm -rf "${target}"/..`,
  `echo x>${target}`,
  `cd /tmp;rm ${target}`,
  'rm -rf ../../views/agent2.1',
  '../../views/agent2.1',
  './../../views/agent2.1',
  'a/../../../views/agent2.1',
  `--output=${target}`,
  `-o${target}`,
  '-o../../views/agent2.1',
  `dd of=${target}`,
  `scp file localhost:${target}`,
  `PATH=/bin:${target}`,
  `curl -d @${target} http://localhost`,
  `file://${target}`,
  `file://localhost${target}`,
  `FILE:${target}`,
  `open file://${target} now`,
  encoded,
  `file://${encodeURI(target)}`,
  encodeURIComponent(encoded),
  `file:///logs/%72un/views/agent2%2E1`,
  `{"path":"${target}"}`,
  JSON.stringify(JSON.stringify({ path: target })),
  target.replaceAll('/', '\\/'),
  '/logs/run/views/agent2\\.1',
  `/logs//run/./views/x/../agent2.1`,
  `ignored\0${target}`,
  `${target}\0ignored`,
  `$(rm ${target})`,
  `[${target}]`,
  `x`.repeat(5_000) + ` ${target}`,
])('finds the path in %.60s', (text) => {
  const places = possiblePaths(text).map((path) => resolve('/logs/run/workspaces/agent1', path));
  expect(places).toContain(target);
});

test('gives the home directory as it is written', () => {
  expect(possiblePaths('rm -rf ~/logs ~')).toEqual(expect.arrayContaining(['~/logs', '~']));
});

test('finds any absolute path between any characters that a shell or JSON would end it with', () => {
  const name = fc.stringMatching(/^[a-z0-9_.-]{1,8}$/u);
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(' ', '"', "'", ';', '|', '=', '(', '\n', '\0', ',', '['),
      fc.constantFrom(' ', '"', "'", ';', '|', ')', '\n', '\0', ',', ']'),
      (parts, before, after) => {
        const path = `/${parts.join('/')}`;
        expect(possiblePaths(`some text${before}${path}${after}more text`)).toContain(path);
      },
    ),
  );
});

test('never throws and never gives a null character or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      for (const path of possiblePaths(text)) expect(path === '' || path.includes('\0')).toBe(false);
    }),
  );
});

test.each([
  'a/'.repeat(500_000),
  '%2f'.repeat(300_000),
  'file:'.repeat(200_000),
  '-'.repeat(1_000_000),
  '\\'.repeat(1_000_000),
])('a text of a megabyte is done in a moment: %.10s…', (text) => {
  expect(possiblePaths(text).length).toBeGreaterThanOrEqual(0);
});
