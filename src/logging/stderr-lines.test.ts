import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StderrLines } from './stderr-lines.ts';

function linesOf(pieces: readonly string[]): readonly string[] {
  const lines = new StderrLines();
  return [...pieces.flatMap((piece) => lines.add(piece)), ...lines.end()];
}

test('lines are the same however the text is cut into pieces', () => {
  const text = fc.array(fc.stringMatching(/^[ab\r]{0,5}$/u)).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, fc.array(fc.nat(60)), (whole, cuts) => {
      const places = [0, ...cuts.filter((cut) => cut < whole.length).toSorted((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((place, index) => whole.slice(places[index], place));
      expect(linesOf(pieces)).toEqual(
        whole
          .split('\n')
          .map((line) => line.replace(/\r$/u, ''))
          .filter((line) => line.trim() !== ''),
      );
    }),
  );
});

test('a line that does not end is handed out once it is long, and its rest is left out', () => {
  const lines = new StderrLines();
  const begun = 'x'.repeat(60_000);
  expect(lines.add(begun)).toEqual([]);
  const [long, ...none] = lines.add(begun);
  expect(long).toBe('x'.repeat(65_536));
  expect(none).toEqual([]);
  expect(lines.add('rest of it'.repeat(50_000))).toEqual([]);
  expect(lines.add('end\nnext\n')).toEqual(['next']);
  expect(lines.add(`${'y'.repeat(70_000)}\nafter\n`)).toEqual(['y'.repeat(65_536), 'after']);
});

test('what waits is no more than a line', () => {
  const lines = new StderrLines();
  for (let index = 0; index < 2_000; index += 1) lines.add('z'.repeat(65_536));
  expect(lines.end()).toEqual([]);
});

test('of a private key only its first line is handed out, in whatever pieces it comes', () => {
  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEow', 'IBAAK', '-----END RSA PRIVATE KEY-----'];
  const text = `before\n${key.join('\n')}\nafter\n`;
  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(linesOf([text.slice(0, cut), text.slice(cut)])).toEqual(['before', key[0], 'after']);
  }
  const endless = linesOf([`${key[0]}\n${'line\n'.repeat(1_000)}`]);
  expect(endless.length).toBe(801);
});
