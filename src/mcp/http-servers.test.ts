import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { limits, listen, listenOn, plainHandler, plainServer, specOf } from './http-servers.test-support.ts';
import { createServerRig } from './servers.test-support.ts';

/** A real server of the official kind: adds numbers. `seen` gets the headers of each request. */
function officialServer(seen: IncomingMessage['headers'][] = []): Promise<string> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'sums', version: '1' });
    server.registerTool(
      'add',
      { description: 'Adds.', inputSchema: z.object({ a: z.number(), b: z.number() }) },
      ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
    );
    return server;
  });
  return listen(async (request, response) => {
    seen.push(request.headers);
    const answer = await handler.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(request.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]),
        body: request.method === 'POST' ? await text(request) : null,
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  });
}

test('a server over streamable HTTP works end to end, with the headers of the config', async () => {
  const { connect } = createServerRig();
  const seen: IncomingMessage['headers'][] = [];
  const connection = await connect(specOf(await officialServer(seen), { headers: { 'x-team': 'seven' } }));
  expect(connection.discovery.tools.map(({ name }) => name)).toEqual(['add']);
  expect(await connection.call('add', { a: 2, b: 3 }, limits)).toMatchObject({
    outcome: 'ok',
    content: [{ type: 'text', text: '5' }],
  });
  await connection.close();
  expect(seen.every((headers) => headers['x-team'] === 'seven')).toBe(true);
});

test('a server that is not there is named with its address and the reason', async () => {
  const { connect } = createServerRig();
  await expect(connect(specOf('http://127.0.0.1:9/mcp'))).rejects.toMatchObject({
    code: 'MG1412',
    message: expect.stringMatching(/remote \(http:\/\/127\.0\.0\.1:9\/mcp\).*(ECONNREFUSED|bad port)/u),
  });
});

test('headers with keys do not follow a redirect to another origin, and the reason names both', async () => {
  const { connect } = createServerRig();
  const seen: IncomingMessage['headers'][] = [];
  const other = await officialServer(seen);
  const url = await listen((_, response) => response.writeHead(307, { location: `${other}?key=1` }).end());
  const spec = specOf(url, { headers: { 'x-api-key': 'very-secret-key' } });
  await expect(connect(spec)).rejects.toMatchObject({
    code: 'MG1412',
    message: expect.stringContaining(
      `it redirects from ${new URL(url).origin} to ${new URL(other).origin}, which is not followed`,
    ),
  });
  expect(seen).toEqual([]);
});

test('a redirect within the origin that keeps the call is followed, as from /mcp to /mcp/', async () => {
  const { connect } = createServerRig();
  const handler = plainHandler((id, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'here' }] } }),
    );
  });
  const url = await listen((request, response) => {
    if (request.url === '/mcp/') handler(request, response);
    else response.writeHead(307, { location: '/mcp/' }).end('SECRET');
  });
  const connection = await connect(specOf(url));
  expect(await connection.call('act', {}, limits)).toMatchObject({
    outcome: 'ok',
    content: [{ text: 'here' }],
  });
  await connection.close();
});

test.each([
  ['that never answers', (): void => undefined],
  [
    'that takes the handshake and then hangs',
    async (request: IncomingMessage, response: Parameters<RequestListener>[1]): Promise<void> => {
      const { id, method } = JSON.parse(await text(request)) as { id: number; method: string };
      if (method !== 'initialize') return;
      const serverInfo = { name: 'half', version: '1' };
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    },
  ],
])('a server %s is given up after its time', async (_, handler: RequestListener) => {
  const { connect, clock } = createServerRig();
  let asked = 0;
  const url = await listen((request, response) => {
    asked += 1;
    handler(request, response);
  });
  const failed = expect(connect(specOf(url, { connectTimeoutMs: 30_000 }))).rejects.toMatchObject({
    code: 'MG1404',
  });
  await clock.until(() => asked > 0);
  await clock.advance(30_000);
  await failed;
});

test('a connection that breaks during a call leaves it unknown', async () => {
  const { connect } = createServerRig();
  const connection = await connect(specOf(await plainServer((_, response) => response.destroy())));
  expect(await connection.call('act', {}, limits)).toMatchObject({ outcome: 'unknown' });
  await connection.close();
});

test('a call to a server that has gone fails: it was surely not made', async () => {
  const { connect } = createServerRig();
  const server = createServer(plainHandler(() => undefined));
  const connection = await connect(specOf(await listenOn(server)));
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  // On a connection that was open before, the request may have been read; on a new one it surely was not.
  expect(['unknown', 'failed']).toContain((await connection.call('act', {}, limits)).outcome);
  expect(await connection.call('act', {}, limits)).toMatchObject({
    outcome: 'failed',
    error: { message: expect.stringContaining('ECONNREFUSED') },
  });
  await connection.close();
});
