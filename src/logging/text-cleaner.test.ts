import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mask, redactText } from './redact-text.ts';
import { cutText, TextCleaner } from './text-cleaner.ts';

const secret = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0';
const known = 'correct horse battery staple';
const redact = (text: string): string => redactText(text.replaceAll(known, '[secret K]'));

test('what is short and harmless stays as it is', () => {
  const cleaner = new TextCleaner(redact, 100);
  expect(cleaner.text('a text', 10)).toBe('a text');
  expect(cleaner.name('read_file')).toBe('read_file');
  expect(cleaner.takeCounts()).toEqual({ redactions: 0, cut: false });
});

test('what was done is counted, once for each text', () => {
  const cleaner = new TextCleaner(redact, 100);
  cleaner.text(`${secret} ${secret}`, 500);
  cleaner.name(secret);
  cleaner.name(secret);
  expect(cleaner.takeCounts()).toEqual({ redactions: 3, cut: false });
  cleaner.text('x'.repeat(11), 10);
  expect(cleaner.takeCounts()).toEqual({ redactions: 0, cut: true });
  expect(cleaner.takeCounts()).toEqual({ redactions: 0, cut: false });
});

test('no part of a secret is left at a cut, wherever it stands', () => {
  const limit = 50;
  for (const value of [secret, known]) {
    for (let before = 0; before < limit + 10; before += 1) {
      for (const after of [0, 10, 5_000, 20_000]) {
        const cleaner = new TextCleaner(redact, 100);
        const clean = cleaner.text(`${'. '.repeat(before)}${value}${' .'.repeat(after)}`, limit);
        for (let part = 0; part + 6 <= value.length; part += 1)
          expect(clean).not.toContain(value.slice(part, part + 6));
      }
    }
  }
});

test('a secret as long as announced is whole at the cut; many masks before it do not pull its end in', () => {
  const long = `K${'0123456789'.repeat(900)}`;
  const masksLong = (text: string): string => redactText(text.replaceAll(long, '[secret L]'));
  const cleaner = new TextCleaner(masksLong, long.length);
  expect(cleaner.text(`${'x '.repeat(490)}${long} ${'y '.repeat(20_000)}`, 1_000)).not.toContain(
    '0123456789',
  );
  // Each of the keys becomes a short mask, so the end of what is looked at moves towards the beginning.
  const masksLittle = new TextCleaner(redact, 1);
  for (let shift = 0; shift < secret.length; shift += 1)
    expect(masksLittle.text(`${'.'.repeat(shift)} ${`${secret} `.repeat(2_000)}`, 2_000)).not.toContain(
      'sk-',
    );
});

test('what is kept of a long text is its beginning, up to the limit', () => {
  const cleaner = new TextCleaner(redact, 100);
  for (const length of [1_001, 5_000, 5_096, 5_097, 50_000])
    expect(cleaner.text('y'.repeat(length), 1_000)).toBe(`${'y'.repeat(1_000)}…`);
});

test('a character is never cut in half', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, limit) => {
      const cut = cutText(text, limit);
      expect(cut.length).toBeLessThanOrEqual(limit);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.isWellFormed() || !text.isWellFormed()).toBe(true);
    }),
  );
  expect(new TextCleaner(redact, 1).text('🙂🙂🙂', 3)).toBe('🙂…');
});

test('binary content is told by size and hash', () => {
  const bytes = Buffer.from(Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 251));
  const data = bytes.toString('base64');
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const cleaner = new TextCleaner(redact, 100);
  expect(cleaner.text(data, 100)).toBe(`<base64 3 KB sha256:${digest}>`);
  expect(cleaner.text(`![x](data:image/png;base64,${data}) and ${known}`, 200)).toBe(
    `![x](<image/png 3 KB sha256:${digest}>) and [secret K]`,
  );
  expect(cleaner.text('word '.repeat(200), 2_000)).toBe('word '.repeat(200));
  expect(cleaner.text('x'.repeat(600), 2_000)).toBe('x'.repeat(600));
});

test('names are remembered, but not for ever', () => {
  let asked = 0;
  const cleaner = new TextCleaner((text) => {
    asked += 1;
    return text === 'bad' ? mask : text;
  }, 100);
  for (let index = 0; index < 10_000; index += 1) cleaner.name('read_file');
  expect(asked).toBe(1);
  for (let index = 0; index < 10_000; index += 1) cleaner.name(`tool_${index}`);
  expect(cleaner.name('bad')).toBe(mask);
  expect(cleaner.name('bad')).toBe(mask);
});
