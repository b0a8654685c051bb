import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wellFormed } from './well-formed.ts';

it('replaces lone surrogates wherever they are', () => {
  expect(wellFormed({ a: ['x\ud800', { 'k\udc00': 'y' }], n: 1, z: null })).toEqual({
    a: ['x\ufffd', { 'k\ufffd': 'y' }],
    n: 1,
    z: null,
  });
});

it('leaves well-formed data as it is, whatever its keys', () => {
  const proto = JSON.parse('{"__proto__":{"a":"x"},"constructor":"y"}') as unknown;
  expect(JSON.stringify(wellFormed(proto))).toBe(JSON.stringify(proto));
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(wellFormed(value))).toBe(JSON.stringify(value).toWellFormed());
    }),
  );
});
