import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChatStep } from '../../../testing/fake-chat-server.ts';
import {
  callStep,
  createTools,
  createTurn,
  echoTool,
  inOrder,
  only,
  passTime,
  setUp,
  streamedText,
} from './model.test-support.ts';

const text = (value: string): ChatStep => ({ type: 'text', text: value });
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): ChatStep => ({
  type: 'answer',
  status,
  body,
  headers,
});
const error = (message: string, more: Record<string, unknown> = {}) => ({ error: { message, ...more } });

describe('answers that are never asked for again', () => {
  it.each<[string, ChatStep, { code: string; exitCode: number }, RegExp]>([
    [
      '401',
      answer(401, error('Incorrect API key provided')),
      { code: 'MG1601', exitCode: 3 },
      /Set TEST_KEY/,
    ],
    ['403', answer(403, error('Country not supported')), { code: 'MG1601', exitCode: 3 }, /Set TEST_KEY/],
    [
      '400 about the key',
      answer(400, error('API key not valid.')),
      { code: 'MG1601', exitCode: 3 },
      /TEST_KEY/,
    ],
    [
      '404 of the model',
      answer(404, error('The model `test-model` does not exist', { code: 'model_not_found' })),
      { code: 'MG1602', exitCode: 2 },
      /does not offer test-model/,
    ],
    [
      '400 of the model',
      answer(400, error('model "test-model" not found, try pulling it first')),
      { code: 'MG1602', exitCode: 2 },
      /does not offer test-model/,
    ],
    [
      '404 of the path',
      answer(404, '<html><title>Nope</title></html>'),
      { code: 'MG1602', exitCode: 2 },
      /base_url/,
    ],
    ['402', answer(402, error('Insufficient Balance')), { code: 'MG1612', exitCode: 4 }, /credit/],
    [
      '429 without money',
      answer(429, error('You exceeded your current quota', { code: 'insufficient_quota' }), {
        'retry-after': '1',
      }),
      { code: 'MG1612', exitCode: 4 },
      /credit/,
    ],
    [
      '400',
      answer(400, error('temperature must be at most 2')),
      { code: 'MG1610', exitCode: 1 },
      /parameters/,
    ],
    [
      '422',
      answer(422, { detail: [{ msg: 'bad', loc: ['body', 'x'] }] }),
      { code: 'MG1610', exitCode: 1 },
      /config/,
    ],
    ['413', answer(413, 'too large'), { code: 'MG1608', exitCode: 1 }, /context/],
    [
      '400 of the content filter',
      answer(400, error('The response was filtered', { code: 'content_filter' })),
      { code: 'MG1609', exitCode: 1 },
      /question/,
    ],
    [
      '400 about tools',
      answer(400, error('test-model does not support tools')),
      { code: 'MG1613', exitCode: 1 },
      /test-model/,
    ],
    [
      '404 about tools',
      answer(404, error('No endpoints found that support tool use.')),
      { code: 'MG1613', exitCode: 1 },
      /cannot call tools/,
    ],
  ])('%s', async (_, step, expected, hint) => {
    const { play, server } = await setUp(() => [step], { apiKey: 'test-key-0123', keyVariable: 'TEST_KEY' });
    const { events, error: failure } = await play();
    expect(failure).toMatchObject(expected);
    expect(failure).toMatchObject({
      message: expect.stringContaining('testhost, model test-model') as string,
    });
    expect(failure).toMatchObject({ hint: expect.stringMatching(hint) as string });
    expect(server.requests).toHaveLength(1);
    const finished = only(events, 'model.call.finished');
    expect(finished).toMatchObject([{ outcome: 'failed', parts: [], error: { code: expected.code } }]);
    expect(finished[0]?.retryInMs).toBeUndefined();
  });

  it('says so when no key was sent at all', async () => {
    const { play } = await setUp(() => [text('x')], { serverKey: 'secret-key' });
    expect((await play()).error).toMatchObject({
      code: 'MG1601',
      hint: expect.stringContaining('No key was sent') as string,
    });
  });
});

describe('answers that are asked for again', () => {
  it.each<[string, ChatStep, string]>([
    ['408', answer(408, error('timeout')), 'MG1607'],
    ['409', answer(409, error('locked')), 'MG1605'],
    ['429', answer(429, error('Rate limit reached')), 'MG1603'],
    ['429 of a quota per minute', answer(429, error('You exceeded your current quota')), 'MG1603'],
    ['500', answer(500, error('oops')), 'MG1605'],
    ['502 with a page', answer(502, '<html><head><title>502 Bad Gateway</title></head></html>'), 'MG1605'],
    ['503', answer(503, ''), 'MG1604'],
    ['529', answer(529, error('Overloaded', { type: 'overloaded_error' })), 'MG1604'],
    ['cut before anything', { type: 'cut' }, 'MG1606'],
    ['an error event before anything', { type: 'event', data: error('Overloaded', { code: 529 }) }, 'MG1604'],
  ])('%s: at most 4 times in all, with growing pauses', async (_, step, code) => {
    const { play, server } = await setUp(() => [step]);
    const { events, error: failure } = await play();
    expect(failure).toMatchObject({ code, message: expect.stringContaining('tried 4 times') as string });
    expect(server.requests).toHaveLength(4);
    const finished = only(events, 'model.call.finished');
    expect(finished.map(({ retryInMs }) => retryInMs)).toEqual([500, 1_000, 2_000, undefined]);
    expect(new Set(finished.map(({ call }) => call)).size).toBe(4);
    expect(only(events, 'model.call.started')).toHaveLength(4);
  });

  it('goes on as if nothing had happened when a later attempt works', async () => {
    const { play } = await setUp(inOrder([answer(500, {})], [answer(529, {})], [text('Here I am.')]));
    const { events, error: failure } = await play();
    expect(failure).toBeUndefined();
    expect(only(events, 'model.call.finished').map(({ outcome }) => outcome)).toEqual([
      'failed',
      'failed',
      'ok',
    ]);
    expect(streamedText(events)).toBe('Here I am.');
  });

  it.each([
    [{ 'retry-after': '12' }, 12_500],
    [{ 'retry-after': '90' }, 90_500],
    [{ 'retry-after-ms': '300' }, 800],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' }, 20_500],
  ])('waits as long as the provider asks: %j', async (headers, expected) => {
    const { play } = await setUp(inOrder([answer(429, error('slow down'), headers)], [text('ok')]));
    const { events, error: failure } = await play();
    expect(failure).toBeUndefined();
    expect(only(events, 'model.call.finished')[0]?.retryInMs).toBe(expected);
  });

  it('does not wait for more than two minutes, and says when to try again', async () => {
    const { play, server } = await setUp(() => [answer(429, error('slow down'), { 'retry-after': '300' })]);
    const { error: failure } = await play();
    expect(failure).toMatchObject({
      code: 'MG1603',
      message: expect.stringContaining('asks to wait 300 s') as string,
      hint: expect.stringContaining('2026-01-01T00:05:00.000Z') as string,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('tries a server that is not there', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    const { play } = await setUp(() => [], { baseUrl, backend: 'lmstudio' });
    const { events, error: failure } = await play();
    expect(failure).toMatchObject({
      code: 'MG1606',
      exitCode: 4,
      message: expect.stringContaining('ECONNREFUSED') as string,
      hint: expect.stringContaining(
        `Nothing listens at ${baseUrl}. Start the server (lms server start)`,
      ) as string,
    });
    expect(only(events, 'model.call.started')).toHaveLength(4);
  });
});

describe('replies that break off', () => {
  it.each<[string, readonly ChatStep[], string]>([
    ['the connection is cut', [text('Half'), { type: 'cut' }], 'MG1606'],
    ['the stream ends without an end', [text('Half'), { type: 'end' }], 'MG1611'],
    ['an error comes in the middle', [text('Half'), { type: 'event', data: error('Overloaded') }], 'MG1604'],
    ['an error is plain text', [text('Half'), { type: 'event', data: { error: 'it broke' } }], 'MG1605'],
    ['the finish reason is error', [text('Half'), { type: 'finish', reason: 'error' }], 'MG1605'],
    ['a chunk has an odd form', [text('Half'), { type: 'event', data: { choices: 'none' } }], 'MG1611'],
    ['a chunk is no JSON', [text('Half'), { type: 'raw', text: 'data: {"choi\n\n' }], 'MG1611'],
  ])('are asked for once more when %s', async (_, steps, code) => {
    const { play, server } = await setUp(inOrder(steps, [text('Whole.')]));
    const { events, error: failure } = await play();
    expect(failure).toBeUndefined();
    expect(server.requests).toHaveLength(2);
    expect(only(events, 'model.call.finished')).toMatchObject([
      { outcome: 'failed', parts: [{ type: 'text', text: 'Half' }], error: { code }, retryInMs: 500 },
      { outcome: 'ok', parts: [{ type: 'text', text: 'Whole.' }] },
    ]);
  });

  it('are not asked for a third time', async () => {
    const { play, server } = await setUp(() => [text('Half'), { type: 'cut' }]);
    const { error: failure } = await play();
    expect(failure).toMatchObject({
      code: 'MG1606',
      message: expect.stringContaining('tried 2 times') as string,
    });
    expect(server.requests).toHaveLength(2);
  });

  it('never have their tool calls carried out', async () => {
    const { play } = await setUp(
      inOrder([callStep(0, 'a', echoTool.name, { path: 'x' }), { type: 'cut' }], [text('ok')]),
    );
    const tools = createTools();
    const { events } = await play(createTurn({ tools }));
    expect(tools.batches).toEqual([]);
    expect(only(events, 'model.call.finished')).toHaveLength(2);
  });

  it('fail, paid tokens included, when the content filter stopped them', async () => {
    const { play, server } = await setUp(() => [text('Half'), { type: 'finish', reason: 'content_filter' }]);
    const { events, error: failure } = await play();
    expect(failure).toMatchObject({ code: 'MG1609' });
    expect(server.requests).toHaveLength(1);
    expect(only(events, 'model.call.finished')[0]).toMatchObject({
      outcome: 'failed',
      parts: [{ type: 'text', text: 'Half' }],
      usage: { inputTokens: 11, outputTokens: 7 },
    });
  });
});

describe('silence', () => {
  it('before the first piece ends the request after 120 s, and it is sent once more', async () => {
    const { play, server, clock } = await setUp(() => [{ type: 'hang' }]);
    const playing = play();
    await passTime(clock, 120_000);
    expect(await server.requests[0]?.ended).toBe('client_closed');
    await clock.until(() => server.requests.length === 2);
    await passTime(clock, 120_000);
    const { events, error: failure } = await playing;
    expect(failure).toMatchObject({
      code: 'MG1607',
      message: expect.stringContaining('nothing came for 120 s') as string,
    });
    expect(only(events, 'model.call.finished')[0]).toMatchObject({ latencyMs: 120_000, retryInMs: 500 });
    expect(server.requests).toHaveLength(2);
  });

  it('before the headers counts as well', async () => {
    const { play, clock } = await setUp(() => new Promise(() => undefined));
    const playing = play();
    await passTime(clock, 120_000);
    await passTime(clock, 120_000);
    expect((await playing).error).toMatchObject({ code: 'MG1607' });
  });

  it('within a reply ends it after 60 s, whatever comments and empty chunks come', async () => {
    const noise: readonly ChatStep[] = [
      { type: 'wait', ms: 25_000 },
      { type: 'raw', text: ': keep-alive\n\n' },
      { type: 'event', data: { choices: [{ index: 0, delta: {} }] } },
    ];
    const { play, server, clock } = await setUp(
      inOrder([text('Begun'), ...noise, ...noise, ...noise, ...noise], [text('Whole.')]),
    );
    const playing = play();
    await clock.until(() => clock.waits().length === 2 && clock.waits()[1] === 60_000);
    for (const wait of [25_000, 25_000, 10_000]) await passTime(clock, wait);
    expect(await server.requests[0]?.ended).toBe('client_closed');
    const { events } = await playing;
    expect(only(events, 'model.call.finished')).toMatchObject([
      { outcome: 'failed', error: { code: 'MG1607' }, parts: [{ type: 'text', text: 'Begun' }] },
      { outcome: 'ok' },
    ]);
  });

  it('is not what reasoning and tool calls are', async () => {
    const { play, clock, server } = await setUp(
      inOrder(
        [
          { type: 'reasoning', text: 'a' },
          { type: 'wait', ms: 50_000 },
          { type: 'reasoning', text: 'b' },
          { type: 'wait', ms: 50_000 },
          { type: 'tool_call', index: 0, id: 'a', name: echoTool.name, arguments: '{"path":' },
          { type: 'wait', ms: 50_000 },
          { type: 'tool_call', index: 0, arguments: '"x"}' },
          { type: 'wait', ms: 50_000 },
        ],
        [text('ok')],
      ),
    );
    const playing = play();
    for (let pause = 0; pause < 4; pause += 1) {
      await clock.until(() => clock.waits().includes(50_000) && clock.waits().includes(60_000));
      await clock.advance(50_000);
    }
    expect((await playing).error).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });

  it('after the end of a reply costs nothing: the connection is closed after a second', async () => {
    const { play, clock, server } = await setUp(() => [
      text('Whole.'),
      { type: 'finish', reason: 'stop' },
      { type: 'raw', text: 'data: [DO' },
      { type: 'raw', text: 'NE]\n\n' },
      { type: 'event', data: { choices: [{ index: 0, delta: { content: ' More.' } }] } },
      { type: 'hang' },
    ]);
    const playing = play();
    await passTime(clock, 1_000);
    const { events, error: failure } = await playing;
    expect(failure).toBeUndefined();
    expect(streamedText(events)).toBe('Whole.');
    expect(await server.requests[0]?.ended).toBe('client_closed');
  });
});

describe('what else servers do', () => {
  it('events nobody knows are skipped', async () => {
    const { play } = await setUp(() => [
      { type: 'event', data: { type: 'ping' } },
      text('Hello.'),
      { type: 'event', data: { queue: 3 } },
    ]);
    const { events, error: failure } = await play();
    expect(failure).toBeUndefined();
    expect(streamedText(events)).toBe('Hello.');
  });

  it('a web page in place of a reply is named as what it is', async () => {
    const { play, server } = await setUp(() => [answer(200, '<html>Welcome</html>')]);
    const { error: failure } = await play();
    expect(failure).toMatchObject({
      code: 'MG1611',
      message: expect.stringContaining('web page') as string,
      hint: expect.stringContaining('/v1') as string,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('a redirect is not followed, so that the key goes nowhere else', async () => {
    let visits = 0;
    const thief = createServer((_, response) => {
      visits += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void thief.close());
    await new Promise((resolve) => thief.once('listening', resolve));
    const target = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/v1/chat/completions`;
    const { play, server } = await setUp(() => [answer(307, '', { location: target })], {
      apiKey: 'test-key-0123',
    });
    const { error: failure } = await play();
    expect(failure).toMatchObject({
      code: 'MG1611',
      hint: expect.stringContaining(`redirects to ${target}`) as string,
    });
    expect([visits, server.requests.length]).toEqual([0, 1]);
  });

  it('a key that the server repeats in its error is not shown', async () => {
    const { play } = await setUp(
      () => [answer(401, error('Incorrect API key provided: sk-canary-0123456789.'))],
      {
        apiKey: 'sk-canary-0123456789',
      },
    );
    const { events, error: failure } = await play();
    expect(failure).toMatchObject({ message: expect.stringContaining('[secret api_key]') as string });
    expect(
      JSON.stringify([events, failure, (failure as Error).stack, (failure as Error).cause]),
    ).not.toContain('canary');
  });

  it('connections are used again', async () => {
    const call = [callStep(0, 'a', echoTool.name, {})];
    const { play, server } = await setUp(inOrder(call, call, call, call, call, [text('ok')]));
    await play();
    // A request that follows at once may find the connection before it not yet free, so there are two.
    expect(Math.max(...server.requests.map(({ connection }) => connection))).toBeLessThanOrEqual(2);
    expect(server.requests).toHaveLength(6);
  });

  it('the key is sent as a bearer token, and nothing where there is none', async () => {
    const withKey = await setUp(() => [text('x')], { apiKey: 'test-key-0123', serverKey: 'test-key-0123' });
    expect((await withKey.play()).error).toBeUndefined();
    expect(withKey.server.requests[0]?.path).toBe('/v1/chat/completions');
    const without = await setUp(() => [text('x')]);
    await without.play();
    expect(without.server.requests[0]?.headers.authorization).toBeUndefined();
  });
});
