/** Servers over HTTP as a hub looks after them: sessions that end, servers that go down and come back, odd answers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { toolContentText } from '../events/tool-content.ts';
import { listenOn, specOf } from './http-servers.test-support.ts';
import { createHubRig, neighbour, type HubRig } from './hub-rig.test-support.ts';

const { signal } = new AbortController();

interface Request {
  readonly id: number;
  readonly method: string | undefined;
  /** What the client takes for its session. */
  readonly session: string | undefined;
  readonly verb: string;
}

interface SessionServer {
  readonly url: string;
  readonly requests: readonly Request[];
  /** From now on no session is known. */
  forget(): void;
  down(): Promise<void>;
  up(): Promise<void>;
}

interface SessionServerOptions {
  readonly onCall?: (id: number, response: ServerResponse) => void;
  /** What it says to a session it does not know. */
  readonly refusal?: { readonly status: number; readonly body: string };
}

/** A server that knows its sessions, as most do. */
async function sessionServer(options: SessionServerOptions = {}): Promise<SessionServer> {
  const { refusal = { status: 404, body: '' } } = options;
  const requests: Request[] = [];
  let sessions = new Set<string>();
  let opened = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = request.method === 'POST' ? await text(request) : '{}';
    const { id = 0, method } = JSON.parse(body) as { id?: number; method?: string };
    const session = request.headers['mcp-session-id']?.toString();
    requests.push({ id, method, session, verb: request.method ?? '' });
    const answer = (result: unknown): void => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    };
    if (method === 'initialize') {
      opened += 1;
      sessions.add(`session-${opened}`);
      response.setHeader('mcp-session-id', `session-${opened}`);
      answer({
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'plain', version: '1' },
      });
    } else if (session === undefined || !sessions.has(session))
      response.writeHead(refusal.status).end(refusal.body);
    else if (method === 'tools/list') answer({ tools: [{ name: 'act', inputSchema: { type: 'object' } }] });
    else if (method === 'tools/call') {
      if (options.onCall === undefined) answer({ content: [{ type: 'text', text: session }] });
      else options.onCall(id, response);
    } else if (request.method === 'DELETE') response.writeHead(sessions.delete(session) ? 200 : 404).end();
    else response.writeHead(request.method === 'GET' ? 405 : 202).end();
  };
  let server = createServer((request, response) => void handle(request, response));
  const url = await listenOn(server);
  const { port } = server.address() as AddressInfo;
  return {
    url,
    requests,
    forget: () => {
      sessions = new Set();
    },
    async down() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
    async up() {
      server = createServer((request, response) => void handle(request, response));
      await new Promise<void>((resolve) => {
        server.listen(port, '127.0.0.1', resolve);
      });
      const { closeAllConnections } = server;
      onTestFinished(() => {
        closeAllConnections.call(server);
        server.close();
      });
    },
  };
}

async function hubWith(url: string): Promise<HubRig> {
  const rig = createHubRig();
  await rig.hub.start([specOf(url), neighbour], signal);
  return rig;
}

const calls = (server: SessionServer): readonly (string | undefined)[] =>
  server.requests.filter(({ method }) => method === 'tools/call').map(({ session }) => session);

/** Moves the clock whenever something waits for it, until the work is done. */
async function withPauses<T>({ clock }: HubRig, work: Promise<T>): Promise<T> {
  const done: unknown[] = [];
  void work.then(
    () => done.push(true),
    () => done.push(false),
  );
  while (done.length === 0) await clock.advance(10);
  return work;
}

test.each([
  ['404', { status: 404, body: '' }],
  [
    '400 and a word about it',
    { status: 400, body: '{"error":{"message":"Bad Request: No valid session ID provided"}}' },
  ],
])(
  'a session that the server has forgotten (%s) is opened again, and the call is sent again',
  async (_, refusal) => {
    const server = await sessionServer({ refusal });
    const rig = await hubWith(server.url);
    expect(await rig.call('remote', { tool: 'act' })).toMatchObject({ content: [{ text: 'session-1' }] });
    server.forget();
    const result = await withPauses(rig, rig.call('remote', { tool: 'act' }));
    expect(result).toMatchObject({
      outcome: 'ok',
      content: [{ text: 'session-2' }],
      served: { attempts: 2 },
    });
    expect(calls(server)).toEqual(['session-1', 'session-1', 'session-2']);
    expect(rig.ofType('breaker.changed')).toEqual([]);
    await rig.expectUnharmed();
  },
);

test('a server may forget its sessions all the time', async () => {
  const server = await sessionServer();
  const rig = await hubWith(server.url);
  for (let count = 0; count < 8; count += 1) {
    server.forget();
    expect(await withPauses(rig, rig.call('remote', { tool: 'act' }))).toMatchObject({ outcome: 'ok' });
  }
  await rig.expectUnharmed();
});

test('many calls that find their session forgotten open one new one', async () => {
  const server = await sessionServer();
  const rig = await hubWith(server.url);
  server.forget();
  const results = await withPauses(
    rig,
    Promise.all(Array.from({ length: 20 }, () => rig.call('remote', { tool: 'act' }))),
  );
  expect(new Set(results.map(({ content }) => toolContentText(content)))).toEqual(new Set(['session-2']));
  expect(server.requests.filter(({ method }) => method === 'initialize')).toHaveLength(2);
  await rig.expectUnharmed();
});

test('a session is ended with the run, and a server that has forgotten it does no harm', async () => {
  for (const forgets of [false, true]) {
    const server = await sessionServer();
    const rig = await hubWith(server.url);
    if (forgets) server.forget();
    await rig.expectUnharmed();
    expect(server.requests.at(-1)).toMatchObject({ verb: 'DELETE', session: 'session-1' });
  }
});

test('400 for another reason is an answer to that call and no end of the session', async () => {
  const server = await sessionServer({
    onCall: (_, response) => void response.writeHead(400).end('{"error":{"message":"no such city"}}'),
  });
  const rig = await hubWith(server.url);
  expect(await rig.call('remote', { tool: 'act', repeatable: true })).toMatchObject({
    outcome: 'failed',
    error: { code: 'MG1409', message: expect.stringContaining('it answered HTTP 400') },
    served: { attempts: 1 },
  });
  expect(server.requests.filter(({ method }) => method === 'initialize')).toHaveLength(1);
  await rig.expectUnharmed();
});

test('a server that went down is called again and serves when it is back', async () => {
  const server = await sessionServer();
  const rig = await hubWith(server.url);
  await rig.call('remote', { tool: 'act' });
  await server.down();
  const lost = await withPauses(rig, rig.call('remote', { tool: 'act', repeatable: true }));
  expect(['failed', 'unknown']).toContain(lost.outcome);
  expect(lost.served?.attempts).toBe(3);
  // Three failures in a row.
  expect(rig.ofType('breaker.changed').map(({ state }) => state)).toEqual(['open']);
  expect(await rig.call('remote', { tool: 'act' })).toMatchObject({ error: { code: 'MG1420' } });
  await server.up();
  server.forget();
  await rig.clock.advance(30_000);
  expect(await withPauses(rig, rig.call('remote', { tool: 'act' }))).toMatchObject({
    outcome: 'ok',
    content: [{ text: 'session-2' }],
  });
  expect(rig.ofType('breaker.changed').map(({ state }) => state)).toEqual(['open', 'half_open', 'closed']);
  await rig.expectUnharmed();
});

test('a call that may have been carried out is not sent again, whatever became of the connection', async () => {
  const server = await sessionServer({ onCall: (_, response) => void response.destroy() });
  const rig = await hubWith(server.url);
  expect(await rig.call('remote', { tool: 'act' })).toMatchObject({
    outcome: 'unknown',
    served: { attempts: 1 },
  });
  expect(calls(server)).toHaveLength(1);
  const harmless = await withPauses(rig, rig.call('remote', { tool: 'act', repeatable: true }));
  expect(harmless).toMatchObject({ outcome: 'unknown', served: { attempts: 2 } });
  expect(calls(server)).toHaveLength(3);
  await rig.expectUnharmed();
});

test.each([
  ['ends', (response: ServerResponse): void => void response.end('data: {"half":\n')],
  [
    'breaks',
    (response: ServerResponse): void => void response.write('data: {"half":', () => response.destroy()),
  ],
  [
    'sends nothing but other events',
    (response: ServerResponse): void =>
      void response.end(': hello\n\ndata: {"jsonrpc":"2.0","method":"notifications/x"}\n\n'),
  ],
])('a call whose stream %s is told at once', async (_, end) => {
  const server = await sessionServer({
    onCall(__, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      end(response);
    },
  });
  const rig = await hubWith(server.url);
  const result = await rig.call('remote', { tool: 'act' });
  expect(result).toMatchObject({ outcome: 'unknown', error: { code: 'MG1409' }, served: { attempts: 1 } });
  expect(toolContentText(result.content)).toMatch(/(ended its answer before it was whole|connection broke)/u);
  expect(toolContentText(result.content)).toContain('check before repeating it');
  await rig.expectUnharmed();
});

test('an answer of too many values is told as such, as JSON and as an event, and asked for once', async () => {
  let asEvent = false;
  const server = await sessionServer({
    onCall(id, response) {
      const answer = `{"jsonrpc":"2.0","id":${id},"result":{"structuredContent":[${'1,'.repeat(300_000)}1]}}`;
      response.writeHead(200, { 'content-type': asEvent ? 'text/event-stream' : 'application/json' });
      response.end(asEvent ? `data: ${answer}\n\n` : answer);
      asEvent = true;
    },
  });
  const rig = await hubWith(server.url);
  for (let count = 0; count < 2; count += 1) {
    const result = await rig.call('remote', { tool: 'act', repeatable: true });
    expect(result).toMatchObject({ outcome: 'unknown', error: { code: 'MG1406' }, served: { attempts: 1 } });
    expect(toolContentText(result.content)).toContain('over the limit of 250000 values');
  }
  await rig.expectUnharmed();
});

test.each([
  [401, 'failed', 'check `headers` of the server'],
  [403, 'failed', 'check `headers` of the server'],
  [429, 'failed', 'Try again later'],
  [500, 'unknown', 'its own log says why'],
])('HTTP %i: what to do is said, what the server wrote is not', async (status, outcome, advice) => {
  const server = await sessionServer({
    onCall: (_, response) => void response.writeHead(status).end('{"trace":"key hush-hush of the database"}'),
  });
  const rig = await hubWith(server.url);
  const result = await rig.call('remote', { tool: 'act' });
  expect(result).toMatchObject({
    outcome,
    error: { code: 'MG1409' },
    served: { server: 'remote', attempts: 1 },
  });
  expect(toolContentText(result.content)).toContain(advice);
  expect(JSON.stringify([result, rig.events, rig.logged])).not.toContain('database');
  await rig.expectUnharmed();
});

test('a call is made again when the server has asked for a pause, whatever the tool does', async () => {
  let asked = 0;
  const server = await sessionServer({
    onCall: (id, response) => {
      asked += 1;
      if (asked === 1) return void response.writeHead(429, { 'retry-after': '3' }).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } }),
      );
    },
  });
  const rig = await hubWith(server.url);
  const called = rig.call('remote', { tool: 'act', repeatable: false });
  await rig.clock.until(() => rig.logged.some(({ text }) => text === 'asked for a pause of 3 s (HTTP 429)'));
  expect(asked).toBe(1);
  await rig.clock.advance(3_000);
  expect(await called).toMatchObject({ outcome: 'ok', content: [{ type: 'text', text: 'done' }] });
  expect(asked).toBe(2);
  await rig.expectUnharmed();
});

test('a stream that only listens and ends at once each time is not opened faster than once a second', async () => {
  const opened: number[] = [];
  const server = createServer(async (request, response) => {
    const { id, method } = JSON.parse(request.method === 'POST' ? await text(request) : '{}') as {
      id?: number;
      method?: string;
    };
    if (request.method === 'GET') {
      opened.push(Date.now());
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\n\n');
    } else if (id === undefined) response.writeHead(202).end();
    else {
      const result =
        method === 'initialize'
          ? {
              protocolVersion: '2025-06-18',
              capabilities: { tools: {} },
              serverInfo: { name: 'x', version: '1' },
            }
          : { tools: [] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    }
  });
  const rig = await hubWith(await listenOn(server));
  await rig.clock.until(() => opened.length === 1 && rig.clock.waits().includes(1_000));
  expect(opened).toHaveLength(1);
  await rig.clock.advance(1_000);
  await rig.clock.until(() => opened.length === 2 && rig.clock.waits().includes(1_000));
  await rig.expectUnharmed();
});
