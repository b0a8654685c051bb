import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerCutOff } from './answer-cut-off.ts';
import { maxJsonWeight } from './json-weight.ts';
import { watchedAnswers } from './watched-answers.ts';

const call = { method: 'POST', body: '{"method":"tools/call","params":{},"jsonrpc":"2.0","id":4}' };
const events = 'text/event-stream';

async function read(
  type: string,
  chunks: readonly (string | Uint8Array | Error)[],
  init: RequestInit = call,
): Promise<string> {
  const inner = (): Promise<Response> => {
    const body = new ReadableStream({
      pull(controller) {
        const [chunk, ...rest] = chunks;
        chunks = rest;
        if (chunk instanceof Error) controller.error(chunk);
        else if (chunk === undefined) controller.close();
        else controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      },
    });
    return Promise.resolve(
      new Response(body, { status: 201, headers: { 'content-type': type, 'x-kept': 'y' } }),
    );
  };
  const response = await watchedAnswers(inner)('http://localhost/', init);
  expect([response.status, response.headers.get('x-kept')]).toEqual([201, 'y']);
  return response.text();
}

const heavy = `[${'1,'.repeat(maxJsonWeight)}1]`;
const broken = new AnswerCutOff('broken', 'the connection broke', { cause: new Error('reset') });

test('an answer passes as it is', async () => {
  expect(await read('application/json', ['{"a":', '1}'])).toBe('{"a":1}');
  const large = `{"a":"${',['.repeat(1_000_000)}"}`;
  expect(await read('application/json', [large])).toBe(large);
});

test('an answer that holds too many values is cut off', async () => {
  await expect(read('application/json', [heavy])).rejects.toMatchObject({ reason: 'too_long' });
});

test('whoever waits on a stream that ends is told, after everything else', async () => {
  const said = await read(events, ['data: {"a":1}\n\n', 'data: half']);
  expect(said).toMatch(
    /^data: \{"a":1\}\n\ndata: half\n\ndata: \{"jsonrpc":"2\.0","id":4,"error":\{"code":-?\d+,"message":"[^"]+"\}\}\n\n$/u,
  );
});

test('whoever waits on a stream that breaks is told why', async () => {
  expect(await read(events, ['data: {"a":1}\n\n', broken])).toMatch(/"id":4,"error":.*the connection broke/u);
});

test('an event that holds too many values ends the stream; small ones may add up', async () => {
  const said = await read(events, ['data: {}\n\n', `data: ${heavy}\n\n`, 'data: {"never":"read"}\n\n']);
  expect(said.slice(-200)).toMatch(/"id":4,"error":.*over the limit of 250000 values/u);
  expect(said.includes('never')).toBe(false);
  const small = `data: [${'1,'.repeat(maxJsonWeight / 3)}1]\r\n\r\n`;
  expect((await read(events, [small, small, small, small])).startsWith(small.repeat(4))).toBe(true);
});

test('a stream that only listens ends and breaks without a word', async () => {
  expect(await read(events, ['data: {}\n\n'], { method: 'GET' })).toBe('data: {}\n\n');
  await expect(read(events, ['data: {}\n\n', broken], { method: 'GET' })).rejects.toBe(broken);
  await expect(read(events, [`data: ${heavy}`], { method: 'GET' })).rejects.toMatchObject({
    reason: 'too_long',
  });
});

test('a stream that can be gone on with is left to the client, wherever it is cut', async () => {
  const stream = Buffer.from(': hello\r\nid: 7\r\ndata: {"a":1}\r\n\r\n');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(stream.length)), async (cuts) => {
      const at = [0, ...cuts, stream.length].toSorted((a, b) => a - b);
      const pieces = at.slice(1).map((end, index) => stream.subarray(at[index], end));
      expect(await read(events, pieces)).toBe(stream.toString());
    }),
    { numRuns: 30 },
  );
  await expect(read(events, [stream, broken])).rejects.toBe(broken);
});

test('an answer without a body passes', async () => {
  const inner = (): Promise<Response> => Promise.resolve(new Response(null, { status: 202 }));
  const response = await watchedAnswers(inner)('http://localhost/', call);
  expect([response.status, response.body]).toEqual([202, null]);
});
