import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter, type DroppedLine } from './line-splitter.ts';

interface Split {
  readonly lines: readonly string[];
  readonly dropped: readonly DroppedLine[];
}

function split(chunks: Iterable<Buffer>, maxBytes = 1_000): Split {
  const lines: string[] = [];
  const dropped: DroppedLine[] = [];
  const splitter = new LineSplitter(
    maxBytes,
    (line) => lines.push(line),
    (line) => dropped.push(line),
  );
  for (const chunk of chunks) splitter.push(chunk);
  return { lines, dropped };
}

function* cut(bytes: Buffer, at: readonly number[]): Generator<Buffer> {
  const ends = [...new Set(at.map((end) => end % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    yield bytes.subarray(from, end);
    from = end;
  }
}

const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r\n', '€', '🙂', '"a":1')))
  .map((parts) => parts.join(''));

test('lines are the same however the stream is cut, also within a character', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(10_000)), fc.integer({ min: 1, max: 60 }), (value, at, maxBytes) => {
      const bytes = Buffer.from(value);
      const { lines, dropped } = split(cut(bytes, at), maxBytes);
      const whole = split([bytes], maxBytes);
      expect(lines).toEqual(whole.lines);
      expect(dropped.map((line) => [line.bytes, line.tail])).toEqual(
        whole.dropped.map((line) => [line.bytes, line.tail]),
      );
    }),
  );
});

test('whole lines come out as they went in; what has no end yet is kept back', () => {
  fc.assert(
    fc.property(text, (value) => {
      const whole = value.toWellFormed().split('\n');
      expect(split([Buffer.from(value)], 1_000_000).lines).toEqual(whole.slice(0, -1));
    }),
  );
});

test('a line over the limit is dropped by itself, with its edges', () => {
  const long = `{"start":1${'x'.repeat(5_000)},"end":2}`;
  const { lines, dropped } = split(cut(Buffer.from(`before\n${long}\nafter\n`), [100, 2_000, 4_000]), 1_000);
  expect(lines).toEqual(['before', 'after']);
  expect(dropped).toHaveLength(1);
  expect(dropped[0]?.bytes).toBe(long.length);
  expect(dropped[0]?.head).toBe(long.slice(0, 256));
  expect(dropped[0]?.tail).toBe(long.slice(-256));
});

test('the limit is the largest line that is taken', () => {
  expect(split([Buffer.from('12345\n123456\n')], 5)).toMatchObject({
    lines: ['12345'],
    dropped: [{ bytes: 6, head: '123456', tail: '123456' }],
  });
});

test('a byte is copied a few times at most, in however many pieces a line comes', () => {
  let copied = 0;
  const { concat } = Buffer;
  Buffer.concat = (list, ...rest) => {
    for (const part of list) copied += part.length;
    return concat(list, ...rest);
  };
  try {
    const pieces = Array.from({ length: 20_000 }, () => Buffer.from('x'.repeat(50)));
    const { lines } = split([...pieces, Buffer.from('\n')], 1_000_000);
    expect(lines[0]).toHaveLength(1_000_000);
    expect(copied).toBeLessThanOrEqual(1_000_000);
    copied = 0;
    split([...pieces, ...pieces, Buffer.from('\n')], 1_000_000);
    // Behind the limit each piece costs at most its edge.
    expect(copied).toBeLessThanOrEqual(1_000_000 + 20_000 * 512);
  } finally {
    Buffer.concat = concat;
  }
});
