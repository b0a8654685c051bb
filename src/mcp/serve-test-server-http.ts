/**
 * The test server at an address of this machine, for trying out configs with a `url`. Web pages cannot use it: a browser
 * says in `Origin` where a request comes from, and a name that was made to stand for this machine shows in `Host`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createTestServer } from './test-server.ts';

const host = '127.0.0.1';
const path = '/mcp';

export interface ServedTestServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `port` 0 takes a free one. @throws the system's error where the port cannot be had. */
export async function serveTestServerOverHttp(
  version: string,
  now: () => number,
  port: number,
): Promise<ServedTestServer> {
  const handler = createMcpHandler(() => createTestServer(version, now));
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', `http://${host}`);
    const { address, port: own } = server.address() as AddressInfo;
    const known = [`${address}:${own}`, `localhost:${own}`].includes(request.headers.host ?? '');
    if (!known || request.headers.origin !== undefined) return void response.writeHead(403).end();
    if (url.pathname !== path) return void response.writeHead(404).end();
    return void answer(handler.fetch, request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken}${path}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  fetch: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { method = 'GET' } = request;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const asked = new Request(`http://${host}${request.url ?? path}`, {
    method,
    headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
    signal: gone.signal,
    ...(hasBody ? { body: Readable.toWeb(request), duplex: 'half' } : {}),
  });
  const { status, headers, body } = await fetch(asked);
  response.writeHead(status, Object.fromEntries(headers));
  for await (const chunk of body ?? []) response.write(chunk);
  response.end();
}
