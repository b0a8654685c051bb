/** Servers over HTTP that flood, fall silent, or tell more than they should, against the real client. */
import type { ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limits, listen, plainServer, specOf } from './http-servers.test-support.ts';
import { createServerRig } from './servers.test-support.ts';

test.each([
  [500, 'unknown', 'Internal Server Error', 'The server itself failed'],
  [503, 'unknown', 'Service Unavailable', 'The server itself failed'],
  [400, 'failed', 'Bad Request', 'The call was not made'],
  [401, 'failed', 'Unauthorized', '`headers`'],
  [403, 'failed', 'Forbidden', '`headers`'],
  [404, 'failed', 'Not Found', '`url`'],
  [405, 'failed', 'Method Not Allowed', '`url`'],
  [413, 'failed', 'Payload Too Large', 'less at a time'],
  [429, 'failed', 'Too Many Requests', 'Try again later'],
])('status %i ends a call as %s; nothing of its body is told', async (status, outcome, phrase, hint) => {
  const { connect } = createServerRig();
  for (const type of ['text/plain', 'application/json']) {
    const url = await plainServer((_, response) =>
      response.writeHead(status, { 'content-type': type }).end(`boom SECRET ${'x'.repeat(100_000)}`),
    );
    const connection = await connect(specOf(url));
    const result = await connection.call('act', {}, limits);
    expect(result).toMatchObject({
      outcome,
      error: {
        code: 'MG1409',
        message: expect.stringContaining(`it answered HTTP ${status} ${phrase}`),
        hint: expect.stringContaining(hint),
      },
    });
    expect(JSON.stringify(result)).not.toMatch(/SECRET|boom/u);
    await connection.close();
  }
});

test.each([
  ['is no JSON', 'SECRET trace', 'application/json', 'its answer is not valid JSON'],
  ['is another JSON', '{"SECRET":"trace"}', 'application/json', 'its answer is no message of the protocol'],
  ['is a web page', '<h1>SECRET</h1>', 'text/html', 'it answered with a web page'],
  ['is of an odd type', 'SECRET', 'text/odd; a=SECRET', 'it answered with text/odd,'],
  ['is of no type', 'SECRET', '', 'it answered with nothing known'],
])('an answer that %s is told without its content', async (_, body, type, reason) => {
  const { connect } = createServerRig();
  const answer = (response: ServerResponse): void => {
    if (type !== '') response.setHeader('content-type', type);
    response.end(body);
  };
  const url = await listen((_request, response) => answer(response));
  const error = await connect(specOf(url)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'MG1412', message: expect.stringContaining(reason) });
  const connection = await connect(specOf(await plainServer((_id, response) => answer(response))));
  const result = await connection.call('act', {}, limits);
  expect(result).toMatchObject({ outcome: 'unknown', error: { message: expect.stringContaining(reason) } });
  expect(`${String(error)} ${JSON.stringify(result)}`).not.toContain('SECRET');
  await connection.close();
});

test('the phrase of a status is cleaned and cut, and the hint says what to check', async () => {
  const { connect } = createServerRig();
  const answer = `HTTP/1.1 401 N\u009Bo${'o'.repeat(500)}\r\ncontent-length: 6\r\n\r\nSECRET`;
  const server = createSocketServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer, 'latin1'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await expect(connect(specOf(url))).rejects.toMatchObject({
    code: 'MG1412',
    message: expect.stringMatching(/it answered HTTP 401 No{59}$/u),
    hint: expect.stringContaining('`headers`'),
  });
});

test('a body without end is cut off at the limit, and the call was carried out', async () => {
  const { connect } = createServerRig();
  const url = await plainServer((_, response) => flood(response, 'application/json', ' '.repeat(100_000)));
  const connection = await connect(specOf(url));
  expect(await connection.call('act', {}, limits)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1406', message: expect.stringContaining('over the limit of 10485760 bytes') },
  });
  await connection.close();
});

test('an event without end is cut off at the limit: the call does not wait for its time to be over', async () => {
  const { connect } = createServerRig();
  const url = await plainServer((_, response) =>
    flood(response, 'text/event-stream', `data: ${'x'.repeat(100_000)}\n`),
  );
  const connection = await connect(specOf(url));
  expect(await connection.call('act', {}, limits)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1406', message: expect.stringContaining('over the limit of 10485760 bytes') },
  });
  await connection.close();
});

test.each([
  ['JSON', 'application/json', ' '.repeat(20)],
  ['events', 'text/event-stream', ': still here\n\n'],
  ['events that could be taken up again', 'text/event-stream', 'id: 7\ndata:\n\n'],
])('%s without end is not read on after the time of the call', async (_, type, part) => {
  const { connect, clock } = createServerRig();
  let bytes = 0;
  let cutOff = 0;
  let asked = 0;
  const url = await plainServer((_id, response) => {
    asked += 1;
    response.on('close', () => (cutOff += 1));
    flood(response, type, part, (length) => (bytes += length));
  });
  const connection = await connect(specOf(url));
  const calling = connection.call('act', {}, limits);
  await clock.until(() => bytes > 100_000);
  await clock.advance(30_000);
  expect(await calling).toMatchObject({ outcome: 'unknown', error: { code: 'MG1408' } });
  // The connection is closed, though the client and the server both live on.
  await clock.until(() => cutOff === 1);
  await clock.advance(10_000);
  expect(asked).toBe(1);
  await connection.close();
});

test('an answer that falls silent ends the call before its time', async () => {
  const { connect, clock } = createServerRig();
  const url = await plainServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': working on it\n\n');
  });
  const connection = await connect(specOf(url, { readTimeoutMs: 5_000 }));
  const calling = connection.call('act', {}, limits);
  await clock.until(() => clock.waits().includes(5_000));
  await clock.advance(5_000);
  expect(await calling).toMatchObject({
    outcome: 'unknown',
    error: { code: 'MG1408', message: expect.stringContaining('said nothing for 5000 ms') },
  });
  await connection.close();
});

/** Sends the same part for ever, as fast as it is taken. */
function flood(
  response: ServerResponse,
  type: string,
  part: string,
  onSent: (bytes: number) => void = () => undefined,
): void {
  response.setHeader('content-type', type);
  const more = (): void => {
    do {
      if (response.destroyed) return;
      onSent(part.length);
    } while (response.write(part));
    response.once('drain', more);
  };
  more();
}
