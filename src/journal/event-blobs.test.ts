import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { journalErrors } from '../errors/journal-errors.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { BlobStore } from './blob-store.ts';
import { blobLimit, dehydrate, holdsBlobKey, rehydrate } from './event-blobs.ts';

function memoryBlobs(): BlobStore & { readonly kept: Map<string, Buffer> } {
  const kept = new Map<string, Buffer>();
  return {
    kept,
    async put(bytes) {
      const hash = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      kept.set(hash, Buffer.from(bytes));
      return hash;
    },
    get: async (hash) => kept.get(hash) as Buffer,
  };
}

function eventWith(value: unknown): DurableEvent {
  return {
    v: 1,
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    run: 'r',
    type: 'tool.call.started',
    agent: 'a',
    turn: 1,
    call: 'c',
    tool: 't',
    arguments: value,
    effects: ['Read'],
  };
}

async function roundTrip(value: unknown) {
  const blobs = memoryBlobs();
  const event = eventWith(value);
  const part = dehydrate(event, blobs);
  const json = typeof part === 'string' ? part : await part();
  const parsed: unknown = JSON.parse(json);
  const back = holdsBlobKey(json) ? await rehydrate(parsed, blobs) : parsed;
  return { json, blobs, before: JSON.stringify(event), after: JSON.stringify(back) };
}

describe('long strings', () => {
  test.each([
    ['at the limit', 'x'.repeat(blobLimit), 0],
    ['over the limit', 'x'.repeat(blobLimit + 1), 1],
    ['over the limit in bytes only', '€'.repeat(blobLimit / 2), 1],
    ['long only by what JSON escapes', '\u0001'.repeat(blobLimit), 0],
    ['inside lists and objects', { list: [{ deep: 'y'.repeat(50_000) }] }, 1],
    ['twice the same', ['z'.repeat(50_000), 'z'.repeat(50_000)], 1],
    ['half surrogates', `\ud800${'x'.repeat(50_000)}\udc00`, 1],
    ['the same text as UTF-8 and as UTF-16', ['x'.repeat(50_000), `${'x'.repeat(50_000)}\ud800`], 2],
  ])('%s', async (_, value, blobCount) => {
    const { blobs, before, after, json } = await roundTrip(value);
    expect(after).toBe(before);
    expect(blobs.kept.size).toBe(blobCount);
    expect(json.length < 1_000).toBe(blobCount > 0);
  });

  test('the reference names hash and size', async () => {
    const { json } = await roundTrip('x'.repeat(40_000));
    expect((JSON.parse(json) as { arguments: unknown }).arguments).toEqual({
      $blob: `sha256:${createHash('sha256').update('x'.repeat(40_000)).digest('hex')}`,
      bytes: 40_000,
    });
  });
});

test.each([
  [{ $blob: 'sha256:mine', bytes: 3 }],
  [{ $$blob: 1, $blob: 2, $$$blob: { $blob: [] } }],
  [{ $blob: 'x'.repeat(50_000) }],
  [{ my$blob: 1, '$blob ': 2 }],
  [JSON.parse('{"__proto__":{"$blob":"x"},"constructor":1}')],
])('an object of the user that looks like a reference survives (%#)', async (value) => {
  const { before, after } = await roundTrip(value);
  expect(after).toBe(before);
});

test.each([
  [{ $blob: 1, bytes: 2 }],
  [{ $blob: 'sha256:x' }],
  [{ $blob: 'x', bytes: 1, encoding: 'latin1' }],
])('a malformed reference is an error (%#)', async (reference) => {
  await expect(rehydrate({ text: reference }, memoryBlobs())).rejects.toMatchObject({
    code: journalErrors.journalDamaged.code,
  });
});

test('what is more than JSON becomes the same JSON beside a long string as without one', async () => {
  const value = { when: new Date(0), gone: undefined, list: [undefined, Number.NaN], run: () => 1 };
  const plain = JSON.stringify(value);
  const { after } = await roundTrip({ value, long: 'x'.repeat(50_000) });
  expect(after).toContain(`"arguments":{"value":${plain},"long":"xxx`);
});

test('a value nested too deep is refused, never half written', () => {
  let nested: unknown = 'x'.repeat(50_000);
  for (let depth = 0; depth < 2_000; depth += 1) nested = [nested];
  expect(() => dehydrate(eventWith(nested), memoryBlobs())).toThrow(RangeError);
});

test('any value comes back as it was', async () => {
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom('\u2028', '\u2029', '\n', '"', '\\', '\0', '🙂', '\ud83d', '$blob'),
  );
  const text = fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit, maxLength: 20 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.string({ unit, minLength: 1, maxLength: 9 }), fc.integer({ min: 10_000, max: 40_000 }))
        .map(([piece, length]) => piece.repeat(Math.ceil(length / piece.length))),
    },
  );
  // JSON.parse of Node 24 to 26 mistakes escapes in keys once it has seen a key with a backslash
  // (https://github.com/nodejs/node/issues/63785).
  const key = fc
    .oneof(text, fc.constantFrom('$blob', '$$blob', 'bytes', '__proto__', 'crc', 'v'))
    .filter((name) => !name.includes('\\'));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom(null, true, false, 0, 1.5, 1e300),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 4 })
        .map((pairs) => Object.fromEntries(pairs) as unknown),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(value, async (input) => {
      const { before, after } = await roundTrip(input);
      expect(after).toBe(before);
    }),
    { numRuns: 300 },
  );
});
