import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../testing/simulated-clock.ts';
import { endAtDone } from './end-at-done.ts';

const encoder = new TextEncoder();

function streamOf(pieces: readonly Uint8Array[], ends: boolean): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      if (ends) controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}

/** Cuts bytes at the given places. */
function cut(text: string, places: readonly number[]): readonly Uint8Array[] {
  const bytes = encoder.encode(text);
  const ends = [...new Set(places.map((place) => place % bytes.length))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('the end of an event stream', () => {
  it('is the done event, however the bytes are cut, and nothing behind it gets through', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(500), { maxLength: 6 }),
        async (words, newline, places) => {
          const clock = createSimulatedClock();
          const before = `data: ${JSON.stringify(`${words} data: [DONE]`)}${newline}${newline}`;
          const all = `${before}data: [DONE]${newline}${newline}data: "more"${newline}${newline}`;
          const reading = endAtDone(streamOf(cut(all, places), false), clock).text();
          await clock.until(() => clock.waits().length > 0);
          await clock.advance(1_000);
          expect(await reading).toBe(`${before}data: [DONE]`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves no timer behind when the server ends by itself', async () => {
    const clock = createSimulatedClock();
    const text = 'data: 1\n\ndata: [DONE]\n\n';
    await endAtDone(streamOf([encoder.encode(text)], true), clock).text();
    expect(clock.waits()).toEqual([]);
  });

  it('is left alone in anything but a successful event stream', () => {
    const clock = createSimulatedClock();
    const refused = new Response('data: [DONE]', {
      status: 500,
      headers: { 'content-type': 'text/event-stream' },
    });
    const plain = new Response('data: [DONE]', { headers: { 'content-type': 'application/json' } });
    expect([endAtDone(refused, clock), endAtDone(plain, clock)]).toEqual([refused, plain]);
  });
});
