/** Servers over HTTP of the tests: on this machine, on a port of their own, closed when the test is over. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { commonSpec } from './servers.test-support.ts';
import type { ServerSpec } from './server-spec.ts';

export type HttpSpec = Extract<ServerSpec, { type: 'streamable-http' }>;

export function listen(handler: RequestListener): Promise<string> {
  return listenOn(createServer(handler));
}

export async function listenOn(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

export function specOf(url: string, more: Partial<HttpSpec> = {}): HttpSpec {
  return {
    type: 'streamable-http',
    name: 'remote',
    ...commonSpec,
    url,
    headers: {},
    readTimeoutMs: 300_000,
    ...more,
  };
}

/** Shakes hands and lists one tool; what it does with calls is up to the test. */
export type OnCall = (id: number, response: ServerResponse) => void;

export function plainServer(onCall: OnCall): Promise<string> {
  return listen(plainHandler(onCall));
}

export function plainHandler(onCall: OnCall): RequestListener {
  return async (request, response) => {
    const { id, method } = (request.method === 'POST' ? JSON.parse(await text(request)) : {}) as {
      id?: number;
      method?: string;
    };
    const answer = (result: unknown): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    if (method === 'tools/call') onCall(id ?? 0, response);
    else if (method === 'tools/list') answer({ tools: [{ name: 'act', inputSchema: { type: 'object' } }] });
    else if (method === 'initialize') {
      answer({
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'plain', version: '1' },
      });
    } else response.writeHead(method === undefined ? 405 : 202).end();
  };
}

export const limits = { idleMs: 30_000, totalMs: 600_000, signals: [new AbortController().signal] };
