import { getEventListeners } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { limitedFetch, type FetchLimits } from './limited-fetch.ts';

const clock = createSimulatedClock();

function limited(limits: Partial<FetchLimits> = {}): typeof fetch {
  return limitedFetch(fetch, { maxBytes: 1_000, readTimeoutMs: 300_000, clock, ...limits });
}

async function listenOn(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  onTestFinished(() => server.closeAllConnections());
  return listenOn(server);
}

/** Answers with these parts and ends; `gone` tells when the connection of an answer was closed before its end. */
function answering(type: string, parts: readonly (string | Buffer)[], headers = {}): Promise<string> {
  return listen((_, response) => {
    response.writeHead(200, { 'content-type': type, ...headers });
    for (const part of parts) response.write(part);
    response.end();
  });
}

/** Begins an answer and leaves it open. */
interface Opened {
  readonly url: string;
  readonly responses: ServerResponse[];
  /** How many answers were cut off by us. */
  readonly closed: () => number;
}

async function opening(type: string, start = ''): Promise<Opened> {
  const responses: ServerResponse[] = [];
  let closed = 0;
  const url = await listen((_, response) => {
    responses.push(response);
    response.on('close', () => {
      if (!response.writableFinished) closed += 1;
    });
    response.writeHead(200, { 'content-type': type });
    response.write(start);
    response.flushHeaders();
  });
  return { url, responses, closed: () => closed };
}

const request = (id: number): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ method: 'tools/call', params: { name: 'act' }, jsonrpc: '2.0', id }),
});
const takesBack = (id: number): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }),
});
const stream = 'text/event-stream';

async function textOf(type: string, parts: readonly string[], maxBytes: number): Promise<string> {
  return (await limited({ maxBytes })(await answering(type, parts))).text();
}

test('an answer up to the limit passes as it is, with its status and headers', async () => {
  const url = await listen((_, response) => response.writeHead(201, { 'x-kept': 'yes' }).end('{"a":1}'));
  const response = await limited({ maxBytes: 7 })(url);
  expect([response.status, response.headers.get('x-kept'), await response.text()]).toEqual([
    201,
    'yes',
    '{"a":1}',
  ]);
});

test('an answer over the limit fails', async () => {
  await expect(textOf('application/json', ['{"a":', '10}'], 7)).rejects.toThrow('over the limit of 7 bytes');
});

test('an answer without a body passes', async () => {
  const url = await listen((_, response) => response.writeHead(204).end());
  expect((await limited({ maxBytes: 1 })(url)).status).toBe(204);
});

test('a compressed answer counts as what it holds', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const url = await answering('application/json', [bomb], { 'content-encoding': 'gzip' });
  expect(bomb.length).toBeLessThan(100_000);
  const response = await limited({ maxBytes: 100_000 })(url);
  await expect(response.text()).rejects.toThrow('over the limit of 100000 bytes');
});

test.each([
  ['line feeds', '\n'],
  ['both', '\r\n'],
  ['carriage returns', '\r'],
])('of an event stream each event counts by itself, with lines that end in %s', async (_, end) => {
  const text = ['data: 1', '', 'data: 2', 'data: 3', '', '', 'data: 4', '', ''].join(end);
  const longest = `data: 2${end}data: 3${end}${end}`.length;
  const pieces = Array.from(text);
  expect(await textOf(`${stream}; charset=utf-8`, pieces, longest)).toBe(text);
  await expect(textOf(stream, pieces, 15)).rejects.toThrow('over the limit of 15 bytes');
});

test('an endless event is cut off, the call is told, and the connection is closed', async () => {
  const server = await opening(stream, 'event: message\n');
  const response = await limited()(server.url, request(7));
  const reading = response.text();
  await clock.until(() => server.responses.length > 0);
  const more = (): void => {
    if (server.responses[0]?.destroyed === false) server.responses[0].write('data: 12345\n'.repeat(20), more);
  };
  more();
  const text = await reading;
  expect(
    JSON.parse(
      text
        .split('\n')
        .findLast((line) => line.startsWith('data: {'))
        ?.slice(6) ?? '',
    ),
  ).toEqual({
    jsonrpc: '2.0',
    id: 7,
    error: { code: -32_890, message: 'its answer is over the limit of 1000 bytes' },
  });
  await clock.until(() => server.closed() === 1);
});

test.each(['application/json', stream])('%s that says nothing for too long is ended', async (type) => {
  const server = await opening(type, type === stream ? 'data: 1\n\n' : '[');
  const response = await limited({ readTimeoutMs: 20_000 })(server.url, request(7));
  const reading = Promise.allSettled([response.text()]);
  await clock.until(() => clock.waits().includes(20_000));
  await clock.advance(19_999);
  server.responses[0]?.write(type === stream ? ': still here\n' : '1,');
  // A sign of life: the time starts anew.
  await clock.until(() => clock.waits().includes(20_000));
  await clock.advance(20_000);
  const [{ reason, value = '' } = { reason: undefined }] = (await reading) as {
    reason?: unknown;
    value?: string;
  }[];
  if (type === stream) expect(value).toMatch(/^data: 1\n\n.*"id":7,"error":\{"code":-32895/su);
  else expect(String(reason)).toContain('its answer said nothing for 20000 ms');
  await clock.until(() => server.closed() === 1);
  expect(clock.waits()).toEqual([]);
});

test.each(['application/json', stream])('%s is not read on once its call was given up', async (type) => {
  const server = await opening(type);
  const fetching = limited({ maxBytes: 1_000_000_000 });
  const response = await fetching(server.url, request(7));
  const other = await fetching(server.url, request(8));
  const reading = Promise.allSettled([response.text()]);
  let bytes = 0;
  const flood = (): void => {
    if (server.responses[0]?.destroyed !== false) return;
    bytes += 8_000;
    server.responses[0].write(`data: ${'x'.repeat(7_992)}\n\n`, flood);
  };
  flood();
  await clock.until(() => bytes > 1_000_000);
  await fetching(server.url, takesBack(7));
  await reading;
  await clock.until(() => server.closed() === 1);
  // Another call on the same server goes on.
  server.responses[1]?.end('done');
  expect(await other.text()).toBe('done');
});

test('an answer that has not begun is not waited for once its call was given up', async () => {
  let asked = 0;
  let closed = 0;
  const url = await listen((incoming, response) => {
    asked += 1;
    if (incoming.url === '/slow') response.on('close', () => (closed += 1));
    else response.writeHead(202).end();
  });
  const fetching = limited();
  const waiting = expect(fetching(`${url}/slow`, request(7))).rejects.toThrow('the call was given up');
  await clock.until(() => asked === 1);
  await fetching(url, takesBack(7));
  await waiting;
  await clock.until(() => closed === 1);
});

test('the signal of whoever asked ends the reading', async () => {
  const server = await opening('application/json', '[');
  const controller = new AbortController();
  const response = await limited()(server.url, { ...request(7), signal: controller.signal });
  const reading = expect(response.text()).rejects.toThrow('the connection broke');
  controller.abort(new Error('enough'));
  await reading;
  await clock.until(() => server.closed() === 1);
  await expect(limited()(server.url, { signal: controller.signal })).rejects.toThrow('enough');
});

test('nothing is left on the signal of whoever asked when an answer has ended, however it did', async () => {
  const { signal } = new AbortController();
  const fetching = limited({ maxBytes: 5 });
  await (await fetching(await answering('application/json', ['1']), { signal })).text();
  await fetching(await listen((_, response) => response.writeHead(500).end('x')), { signal });
  await (await fetching(await answering(stream, ['data: too long\n\n']), { ...request(7), signal })).text();
  await expect(fetching('http://127.0.0.1:1/', { signal })).rejects.toThrow('fetch failed');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a broken event stream fails', async () => {
  const server = await opening(stream, 'data: 1\n\n');
  const response = await limited()(server.url, request(7));
  const reading = expect(response.text()).rejects.toThrow('the connection broke');
  await clock.until(() => server.responses.length > 0);
  server.responses[0]?.destroy();
  await reading;
});

test.each([401, 403, 404, 405, 429, 500, 503])(
  'the body of a failure with %i is not read',
  async (status) => {
    const url = await listen((_, response) => response.writeHead(status).end('SECRET'));
    const response = await limited()(url, request(7));
    expect([response.status, await response.text()]).toEqual([status, '']);
  },
);

test('a failure that may be a message of the protocol is read, up to the limit', async () => {
  const url = await listen((_, response) => response.writeHead(400).end('{"jsonrpc":"2.0"}'));
  expect(await (await limited()(url, request(7))).text()).toBe('{"jsonrpc":"2.0"}');
  await expect((await limited({ maxBytes: 5 })(url)).text()).rejects.toThrow('over the limit');
});

test.each([
  ['/mcp/?key=1', 307, undefined],
  [
    '/mcp/?key=1',
    302,
    /from (http:\/\/127\.0\.0\.1:\d+) to another address of \1 in a way that loses the call/u,
  ],
  ['https://example.com/a?key=1', 307, /from http:\/\/127\.0\.0\.1:\d+ to https:\/\/example\.com, which/u],
  ['http://127.0.0.1:1/', 308, /to http:\/\/127\.0\.0\.1:1, which is not followed/u],
  ['//evil.example/', 301, /to http:\/\/evil\.example, which/u],
  ['file:///etc/passwd', 307, /which is not followed/u],
  ['http://[', 307, undefined],
])('a redirect of a call to %s with %i', async (location, status, refused) => {
  const url = await listen((_, response) => response.writeHead(status, { location }).end('SECRET'));
  const asked = limited()(`${url}/mcp?key=2`, { ...request(7), redirect: 'manual' });
  // The client follows those that come back.
  if (refused === undefined) expect((await asked).status).toBe(status);
  else {
    const error = await asked.then(
      () => undefined,
      (thrown: unknown) => String(thrown),
    );
    expect(error).toMatch(refused);
    expect(error).not.toContain('key=');
  }
});

test('a stream that only listens is not opened again for ever when it ends at once each time', async () => {
  let opened = 0;
  const url = await listen((_, response) => {
    opened += 1;
    response.writeHead(200, { 'content-type': stream }).end('retry: 0\n\n');
  });
  const fetching = limited();
  const statuses: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const response = await fetching(url, { method: 'GET' });
    await response.text();
    statuses.push(response.status);
  }
  expect([opened, statuses.slice(-4)]).toEqual([5, [200, 405, 405, 405]]);
});

test('a stream that only listens may be silent: it is ended without an error and opened again', async () => {
  const server = await opening(stream, ': hello\n\n');
  const fetching = limited({ readTimeoutMs: 1_000 });
  for (let round = 1; round <= 8; round += 1) {
    const response = await fetching(server.url, { method: 'GET' });
    const reading = response.text();
    await clock.until(() => clock.waits().length > 0 && server.responses.length === round);
    await clock.advance(1_000);
    expect(await reading).toBe(': hello\n\n');
  }
});

test('a listening stream with an event over the limit is not opened again', async () => {
  const url = await answering(stream, [`data: ${'x'.repeat(2_000)}\n\n`]);
  const fetching = limited();
  await expect((await fetching(url, { method: 'GET' })).text()).rejects.toThrow('over the limit');
  expect((await fetching(url, { method: 'GET' })).status).toBe(405);
});

test('an answer that breaks at any byte fails or is whole, and nothing is left waiting', async () => {
  const whole = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"a":10}';
  let cut = 0;
  const server = createSocketServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(whole.slice(0, cut)));
  });
  const url = await listenOn(server);
  for (cut = 0; cut <= whole.length; cut += 3) {
    const asked = limited()(url, request(7)).then((response) => response.text());
    if (cut === whole.length) expect(await asked).toBe('{"a":10}');
    else await expect(asked).rejects.toThrow(/fetch failed|the connection broke/u);
  }
  expect(clock.waits()).toEqual([]);
});
