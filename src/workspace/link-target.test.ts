import { describe, expect, test } from 'vitest';
import { linkStaysInside, portableLink } from './link-target.ts';

test.each([
  ['a', 'b', true],
  ['a', './b//c/', true],
  ['a', '.', true],
  ['d/a', '..', true],
  ['d/a', '../b', true],
  ['d/e/a', '../../b', true],
  ['a', '..', false],
  ['a', '../b', false],
  ['d/a', '../../b', false],
  ['a', '/etc/passwd', false],
  ['a', '/', false],
  ['a', '', false],
  // Leads outside where `b` is a link to `.`, though it does not look like it.
  ['a', 'b/../c', false],
  ['d/a', '../b/..', false],
])('whether the link %j to %j stays inside: %j', (path, text, expected) => {
  expect(linkStaysInside(path, text)).toBe(expected);
});

describe('an absolute target in the workspace becomes relative', () => {
  test.each([
    ['a', '/ws/b', 'b'],
    ['d/e/a', '/ws/b', '../../b'],
    ['d/a', '/ws/d/b', 'b'],
    ['d/a', '/ws', '..'],
    ['a', '/ws', '.'],
    ['a', '/ws/', '.'],
    ['a', '/given//b', 'b'],
  ])('%j to %j', (path, text, expected) => {
    expect(portableLink(path, text, ['/ws', '/given'])).toBe(expected);
  });

  test.each(['/ws2/b', '/etc', 'b', '../ws/b', '/ws/../etc/passwd', '/ws/d/../b'])('but %j stays', (text) => {
    expect(portableLink('a', text, ['/ws', '/given'])).toBe(text);
  });
});
