import { expect, test } from 'vitest';
import { limitedFetch } from './limited-fetch.ts';

async function fetched(type: string, chunks: readonly string[], maxBytes: number): Promise<string> {
  const inner = (): Promise<Response> => {
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
    return Promise.resolve(
      new Response(body, { status: 201, headers: { 'content-type': type, 'x-kept': 'yes' } }),
    );
  };
  const response = await limitedFetch(inner, maxBytes)('http://localhost/');
  expect(response.status).toBe(201);
  expect(response.headers.get('x-kept')).toBe('yes');
  return response.text();
}

test('an answer up to the limit passes as it is', async () => {
  expect(await fetched('application/json', ['{"a":', '1}'], 7)).toBe('{"a":1}');
});

test('an answer over the limit fails', async () => {
  await expect(fetched('application/json', ['{"a":', '10}'], 7)).rejects.toThrow('over the limit of 7 bytes');
});

test('of an event stream each event counts by itself, however its lines end and wherever it is cut', async () => {
  const events = ['data: 1\n\ndata: 2\n', '\ndata: 3\r', '\n\r\ndata: 4\n\n'];
  expect(await fetched('text/event-stream; charset=utf-8', events, 11)).toBe(events.join(''));
});

test('one event over the limit fails, also when it is made of many lines', async () => {
  await expect(fetched('text/event-stream', ['data: 1\n', 'data: 2\n'], 11)).rejects.toThrow(
    'over the limit',
  );
});

test('an answer without a body passes', async () => {
  const response = await limitedFetch(
    () => Promise.resolve(new Response(null, { status: 204 })),
    1,
  )('http://a/');
  expect(response.status).toBe(204);
});
