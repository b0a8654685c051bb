import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonWeight } from './json-weight.ts';

function weigh(pieces: Iterable<Uint8Array>): number {
  const weight = new JsonWeight();
  for (const piece of pieces) weight.add(piece);
  return weight.weight;
}

/** Separators and brackets of a value as it is written, counted from the value. */
function marks(value: unknown): number {
  if (Array.isArray(value))
    return 1 + Math.max(0, value.length - 1) + value.reduce<number>((sum, each) => sum + marks(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Object.values(value);
  return (
    1 + Math.max(0, entries.length * 2 - 1) + entries.reduce<number>((sum, each) => sum + marks(each), 0)
  );
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\\', '"', '\\"', ',{[:', '\\\\"', '","'),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.integer(),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('it counts what holds values apart and nothing that stands in a text, however the bytes are cut', () => {
  fc.assert(
    fc.property(json, fc.array(fc.nat(2_000)), (value, cuts) => {
      const bytes = Buffer.from(JSON.stringify(value));
      const at = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].toSorted((a, b) => a - b);
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(weigh(pieces)).toBe(marks(value));
      expect(weigh([...bytes].map((byte) => Uint8Array.of(byte)))).toBe(marks(value));
    }),
  );
});

test('a message that was cut off in the middle of a text leaves nothing behind', () => {
  const weight = new JsonWeight();
  weight.add(Buffer.from('["half \\'));
  weight.reset();
  weight.add(Buffer.from('[1,2]'));
  expect(weight.weight).toBe(2);
});
