import { describe, expect, it } from 'vitest';
import type { ChatStep } from '../../../testing/fake-chat-server.ts';
import type { AgentEvent } from '../../agent.ts';
import {
  callStep,
  createTools,
  createTurn,
  echoTool,
  inOrder,
  only,
  setUp,
  streamedText,
} from './model.test-support.ts';

const text = (value: string): ChatStep => ({ type: 'text', text: value });
const read = (index: number, id: string, path: string): ChatStep =>
  callStep(index, id, echoTool.name, { path });

describe('one reply', () => {
  it('streams text and reasoning and reports the call with parts, usage and time', async () => {
    const { play, server } = await setUp(
      () => [
        { type: 'reasoning', text: 'Let me ' },
        { type: 'reasoning', text: 'think.' },
        text('Hello '),
        text('world.'),
        {
          type: 'usage',
          usage: {
            prompt_tokens: 20,
            completion_tokens: 9,
            prompt_tokens_details: { cached_tokens: 5 },
            completion_tokens_details: { reasoning_tokens: 4 },
          },
        },
      ],
      { parameters: { temperature: 0.2, topP: 0.9, maxTokens: 100, extra: { reasoning_effort: 'low' } } },
    );
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(events).toEqual([
      { type: 'model.call.started', call: 'model_1', model: 'test-model' },
      { type: 'reasoning.delta', text: 'Let me ' },
      { type: 'reasoning.delta', text: 'think.' },
      { type: 'text.delta', text: 'Hello ' },
      { type: 'text.delta', text: 'world.' },
      {
        type: 'model.call.finished',
        call: 'model_1',
        model: 'test-model',
        outcome: 'ok',
        finish: 'stop',
        parts: [
          { type: 'reasoning', text: 'Let me think.' },
          { type: 'text', text: 'Hello world.' },
        ],
        usage: { inputTokens: 20, outputTokens: 9, cachedInputTokens: 5, reasoningTokens: 4 },
        latencyMs: 0,
      },
    ]);
    expect(server.requests[0]?.body).toMatchObject({
      model: 'test-model',
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 100,
      reasoning_effort: 'low',
      stream: true,
      messages: [
        { role: 'system', content: 'You are an agent.' },
        { role: 'user', content: 'Solve the task.' },
      ],
      tools: [{ function: { name: echoTool.name, parameters: echoTool.inputSchema } }],
    });
  });

  it.each([
    ['missing', [], {}],
    ['null', [{ type: 'usage', usage: null }], {}],
    [
      'negative',
      [{ type: 'usage', usage: { prompt_tokens: -5, completion_tokens: 3 } }],
      { outputTokens: 3 },
    ],
    ['partial', [{ type: 'usage', usage: { prompt_tokens: 5 } }], { inputTokens: 5 }],
  ] as const)('reports no tokens the provider did not name: usage %s', async (_, steps, usage) => {
    const { play } = await setUp(() => [
      text('x'),
      ...steps,
      { type: 'finish', reason: 'stop' },
      { type: 'raw', text: 'data: [DONE]\n\n' },
      { type: 'end' },
    ]);
    const { events } = await play();
    expect(only(events, 'model.call.finished')[0]).toMatchObject({ outcome: 'ok', usage });
  });

  it('takes an empty reply as one without tool calls and keeps the history valid', async () => {
    const { play, server } = await setUp(inOrder([], [text('Now I answer.')]));
    const first = await play();
    expect(first.error).toBeUndefined();
    expect(only(first.events, 'model.call.finished')[0]).toMatchObject({ outcome: 'ok', parts: [] });
    await play(createTurn({ attempt: 2, followUp: 'You did not answer.' }));
    expect(server.requests[1]?.problem).toBeUndefined();
    expect(server.requests[1]?.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(server.requests[1]?.body.messages[1]?.content).toBe('Solve the task.\n\nYou did not answer.');
  });

  it('names the model that answered where the provider does', async () => {
    const chunk = {
      id: 'x',
      created: 1,
      model: 'test-model-2026-01',
      choices: [{ index: 0, delta: { content: 'x' } }],
    };
    const { play } = await setUp(() => [{ type: 'raw', text: `data: ${JSON.stringify(chunk)}\n\n` }]);
    const { events } = await play();
    expect(only(events, 'model.call.started')[0]?.model).toBe('test-model');
    expect(only(events, 'model.call.finished')[0]?.model).toBe('test-model-2026-01');
  });
});

describe('tool calls', () => {
  it('hands all calls of a reply over at once and gives the results back in order', async () => {
    const { play, server } = await setUp(
      inOrder(
        [
          text('Reading.'),
          { type: 'tool_call', index: 0, id: 'a', name: echoTool.name },
          { type: 'tool_call', index: 1, id: 'b', name: echoTool.name, arguments: '{"pa' },
          { type: 'tool_call', index: 0, arguments: '{"path":' },
          { type: 'tool_call', index: 1, arguments: 'th":"two"}' },
          { type: 'tool_call', index: 0, arguments: '"one"}' },
        ],
        [text('Done.')],
      ),
    );
    const tools = createTools(({ arguments: args }) => `content of ${(args as { path: string }).path}`);
    const { events, error } = await play(createTurn({ tools }));
    expect(error).toBeUndefined();
    expect(tools.batches.map((batch) => batch.map(({ name, arguments: args }) => [name, args]))).toEqual([
      [
        [echoTool.name, { path: 'one' }],
        [echoTool.name, { path: 'two' }],
      ],
    ]);
    expect(new Set(tools.batches[0]?.map(({ id }) => id)).size).toBe(2);
    expect(server.requests[1]?.problem).toBeUndefined();
    expect(server.requests[1]?.body.messages.slice(2)).toEqual([
      {
        role: 'assistant',
        content: 'Reading.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: echoTool.name, arguments: '{"path":"one"}' } },
          { id: 'b', type: 'function', function: { name: echoTool.name, arguments: '{"path":"two"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'content of one' },
      { role: 'tool', tool_call_id: 'b', content: 'content of two' },
    ]);
    expect(streamedText(events)).toBe('Reading.Done.');
    const [first] = only(events, 'model.call.finished');
    expect(first?.parts.map((part) => part.type === 'tool_call' && part.call)).toEqual([
      false,
      ...(tools.batches[0] ?? []).map(({ id }) => id),
    ]);
  });

  it('carries out 100 calls of one reply, each answered once', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => read(index, `c${index}`, `f${index}`));
    const { play, server } = await setUp(inOrder(calls, [text('ok')]));
    const tools = createTools(({ arguments: args }) => JSON.stringify(args));
    await play(createTurn({ tools }));
    expect(tools.batches.map((batch) => batch.length)).toEqual([100]);
    expect(server.requests[1]?.problem).toBeUndefined();
    const results = server.requests[1]?.body.messages.filter(({ role }) => role === 'tool');
    expect(results?.map(({ content }) => content)).toEqual(
      Array.from({ length: 100 }, (_, index) => `{"path":"f${index}"}`),
    );
  });

  it.each(['stop', 'length', 'function_call', 'something_new'])(
    'honours calls also when the finish reason is %s',
    async (reason) => {
      const { play } = await setUp(inOrder([read(0, 'a', 'x'), { type: 'finish', reason }], [text('ok')]));
      const tools = createTools();
      await play(createTurn({ tools }));
      expect(tools.batches).toHaveLength(1);
    },
  );

  it.each([
    ['cut JSON', '{"path": "x'],
    ['two objects', '{"path":"x"}{"path":"y"}'],
    ['no JSON', 'path=x'],
  ])('hands malformed arguments on as they are: %s', async (_, written) => {
    const { play, server } = await setUp(
      inOrder(
        [{ type: 'tool_call', index: 0, id: 'a', name: echoTool.name, arguments: written }],
        [text('ok')],
      ),
    );
    const tools = createTools(() => ({ outcome: 'denied' }));
    await play(createTurn({ tools }));
    expect(tools.batches[0]?.[0]?.arguments).toBe(written);
    expect(server.requests[1]?.problem).toBeUndefined();
  });

  it('takes missing arguments as none', async () => {
    const { play } = await setUp(
      inOrder([{ type: 'tool_call', index: 0, id: 'a', name: 'list' }], [text('ok')]),
    );
    const tools = createTools();
    await play(createTurn({ tools }));
    expect(tools.batches[0]?.[0]?.arguments).toEqual({});
  });

  it('hands tools nobody declared on under their name, and keeps the history acceptable', async () => {
    const odd = 'functions.read file/ä'.padEnd(90, 'x');
    const { play, server } = await setUp(inOrder([callStep(0, 'a', odd, {})], [text('ok')]));
    const tools = createTools(() => ({ outcome: 'denied' }));
    await play(createTurn({ tools }));
    expect(tools.batches[0]?.[0]?.name).toBe(odd);
    expect(server.requests[1]?.problem).toBeUndefined();
  });

  it.each([
    ['duplicate', [read(0, 'same', 'one'), read(1, 'same', 'two')]],
    [
      'missing',
      [
        { type: 'tool_call', index: 0, name: echoTool.name, arguments: '{"path":"one"}' },
        { type: 'tool_call', index: 1, name: echoTool.name, arguments: '{"path":"two"}' },
      ],
    ],
    ['empty', [read(0, '', 'one'), read(1, '', 'two')]],
  ] as const)('repairs %s call ids', async (_, steps) => {
    const { play, server } = await setUp(inOrder(steps, [text('ok')]));
    const tools = createTools(({ arguments: args }) => (args as { path: string }).path);
    await play(createTurn({ tools }));
    expect(server.requests[1]?.problem).toBeUndefined();
    const results = server.requests[1]?.body.messages.filter(({ role }) => role === 'tool');
    expect(results?.map(({ content }) => content)).toEqual(['one', 'two']);
  });

  it('tells apart calls of different replies that the server gave the same id', async () => {
    const { play, server } = await setUp(
      inOrder([read(0, 'call_0', 'a')], [read(0, 'call_0', 'b')], [text('ok')]),
    );
    const tools = createTools();
    await play(createTurn({ tools }));
    expect(new Set(tools.batches.flat().map(({ id }) => id)).size).toBe(2);
    expect(server.requests[2]?.problem).toBeUndefined();
    expect(server.requests[2]?.body.messages.map((message) => message.tool_call_id)).toContain('call_0');
  });

  it('answers a call for which the tools gave no result', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x'), read(1, 'b', 'y')], [text('ok')]));
    const tools = { ...createTools(), callAll: () => Promise.resolve([]) };
    await play(createTurn({ tools }));
    expect(server.requests[1]?.problem).toBeUndefined();
    expect(server.requests[1]?.body.messages.at(-1)?.content).toContain('may or may not');
  });

  it('sends no lone surrogates, wherever they come from', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x\ud83d')], [text('ok')]), {
      parameters: { extra: { user: 'u\ud800' } },
    });
    const tools = createTools(() => 'cut emoji \ud83d');
    const { error } = await play(createTurn({ tools, user: 'question \udc00', system: 's\ud800' }));
    expect(error).toBeUndefined();
    expect(server.requests.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(server.requests[1]?.body.messages.at(-1)?.content).toBe('cut emoji \ufffd');
  });

  it('sends images in results as notes, and something for an empty result', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x'), read(1, 'b', 'y')], [text('ok')]));
    const tools = createTools(({ arguments: args }) =>
      (args as { path: string }).path === 'x'
        ? { content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] }
        : { content: [] },
    );
    await play(createTurn({ tools }));
    expect(server.requests[1]?.body.messages.slice(-2).map(({ content }) => content)).toEqual([
      '[image image/png, 4 base64 characters]',
      '(no output)',
    ]);
  });

  it('gives back to the provider what it attached to a call', async () => {
    const signed = {
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [
              {
                index: 0,
                id: 'a',
                function: { name: echoTool.name, arguments: '{}' },
                extra_content: { google: { thought_signature: 'sig==' } },
              },
            ],
          },
        },
      ],
    };
    const { play, server } = await setUp(inOrder([{ type: 'event', data: signed }], [text('ok')]));
    await play();
    expect(server.requests[1]?.body.messages[2]?.tool_calls?.[0]).toMatchObject({
      id: 'a',
      extra_content: { google: { thought_signature: 'sig==' } },
    });
  });
});

describe('the course of a turn', () => {
  it('stops when a decision was accepted', async () => {
    const { play, server } = await setUp(() => [callStep(0, 'a', 'vote', { agent: 'agent1' })]);
    const { error } = await play(createTurn({ tools: createTools(() => ({ decision: 'accepted' })) }));
    expect(error).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  it('ends the attempt when a decision was rejected, and the next one sees why', async () => {
    const { play, server } = await setUp(inOrder([callStep(0, 'a', 'vote', {})], [text('ok')]));
    const tools = createTools(() => ({
      decision: 'rejected',
      content: [{ type: 'text', text: 'No such answer.' }],
    }));
    await play(createTurn({ tools }));
    expect(server.requests).toHaveLength(1);
    await play(createTurn({ attempt: 2, followUp: 'Vote for one of the answers.' }));
    expect(server.requests[1]?.problem).toBeUndefined();
    expect(server.requests[1]?.body.messages.slice(3).map(({ role, content }) => [role, content])).toEqual([
      ['tool', 'No such answer.'],
      ['user', 'Vote for one of the answers.'],
    ]);
  });

  it('goes on when it is to decide again', async () => {
    const { play, server } = await setUp(inOrder([callStep(0, 'a', 'vote', {})], [text('ok')]));
    await play(createTurn({ tools: createTools(() => ({ decision: 'again' })) }));
    expect(server.requests).toHaveLength(2);
  });

  it('starts the conversation of another turn anew', async () => {
    const { play, server } = await setUp(() => [text('hm')]);
    await play();
    await play(createTurn({ turn: 2, user: 'Second turn.' }));
    expect(server.requests[1]?.body.messages.map(({ content }) => content)).toEqual([
      'You are an agent.',
      'Second turn.',
    ]);
  });

  it('can take up a later attempt from the request alone', async () => {
    const { play, server } = await setUp(() => [text('hm')]);
    await play(createTurn({ attempt: 2, followUp: 'Answer by the tool.' }));
    expect(server.requests[0]?.body.messages[1]?.content).toBe('Solve the task.\n\nAnswer by the tool.');
  });

  it('puts news before the next call of the model', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x')], [text('ok')]));
    const news = [undefined, 'New answer: agent2.1'];
    await play(createTurn({ takeUpdate: () => Promise.resolve(news.shift()) }));
    expect(server.requests[1]?.problem).toBeUndefined();
    expect(server.requests[1]?.body.messages.at(-1)).toEqual({
      role: 'user',
      content: 'New answer: agent2.1',
    });
    expect(server.requests[0]?.body.messages).toHaveLength(2);
  });

  it('asks for the tools on offer before each call of the model', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x')], [text('ok')]));
    const offers = [[echoTool], []];
    await play(createTurn({ tools: { ...createTools(), list: () => offers.shift() ?? [] } }));
    expect(server.requests.map(({ body }) => body.tools?.length)).toEqual([1, undefined]);
  });

  it('ends after 50 calls of the model', async () => {
    const { play, server } = await setUp(() => [read(0, 'a', 'x')]);
    const { error } = await play();
    expect(error).toBeUndefined();
    expect(server.requests).toHaveLength(50);
    expect(server.requests.at(-1)?.problem).toBeUndefined();
  });

  it('sends reasoning back with the calls it led to', async () => {
    const { play, server } = await setUp(
      inOrder([{ type: 'reasoning', text: 'I must read.' }, read(0, 'a', 'x')], [text('ok')]),
    );
    await play();
    expect(server.requests[1]?.body.messages[2]).toMatchObject({ reasoning_content: 'I must read.' });
  });
});

describe('aborting', () => {
  it('ends the request at once, and reports what was received', async () => {
    const { agent, server, clock } = await setUp(() => [
      { type: 'reasoning', text: 'Hm. ' },
      text('Half an ans'),
      { type: 'hang' },
    ]);
    const controller = new AbortController();
    const events: AgentEvent[] = [];
    const playing = (async () => {
      for await (const event of agent.turn(createTurn(), controller.signal)) events.push(event);
    })();
    await clock.until(() => streamedText(events) === 'Half an ans');
    const reason = new Error('stop it');
    controller.abort(reason);
    await expect(playing).rejects.toBe(reason);
    expect(await server.requests[0]?.ended).toBe('client_closed');
    expect(events.at(-1)).toMatchObject({
      type: 'model.call.finished',
      outcome: 'cancelled',
      parts: [
        { type: 'reasoning', text: 'Hm. ' },
        { type: 'text', text: 'Half an ans' },
      ],
    });
    expect(clock.waits()).toEqual([]);
  });

  it('ends a request whose answer has not begun', async () => {
    const { play, server, clock } = await setUp(() => new Promise(() => undefined));
    const controller = new AbortController();
    const playing = play(createTurn(), controller.signal);
    await clock.until(() => server.requests.length === 1);
    controller.abort(new Error('stop it'));
    expect(await playing).toMatchObject({ error: { message: 'stop it' } });
    expect(await server.requests[0]?.ended).toBe('client_closed');
  });

  it('sends nothing when it is aborted before', async () => {
    const { play, server } = await setUp(() => [text('x')]);
    const { events, error } = await play(createTurn(), AbortSignal.abort(new Error('too late')));
    expect([events, error]).toEqual([[], new Error('too late')]);
    expect(server.requests).toEqual([]);
  });

  it('closes the connection when the consumer goes away', async () => {
    const { agent, server } = await setUp(() => [text('one'), text('two'), { type: 'hang' }]);
    for await (const event of agent.turn(createTurn(), new AbortController().signal)) {
      if (event.type === 'text.delta') break;
    }
    expect(await server.requests[0]?.ended).toBe('client_closed');
  });

  it('keeps the history valid when tools are interrupted', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x'), read(1, 'b', 'y')], [text('ok')]));
    const controller = new AbortController();
    const tools = createTools(() => {
      controller.abort(new Error('stop it'));
      return 'never seen';
    });
    const { error } = await play(createTurn({ tools }), controller.signal);
    expect(error).toMatchObject({ message: 'stop it' });
    await play(createTurn({ attempt: 2, followUp: 'Go on.' }));
    expect(server.requests[1]?.problem).toBeUndefined();
    const results = server.requests[1]?.body.messages.filter(({ role }) => role === 'tool');
    expect(results?.map(({ content }) => content?.includes('may or may not'))).toEqual([true, true]);
  });

  it('does not retry after an abort in the pause', async () => {
    const { agent, server } = await setUp(() => [{ type: 'answer', status: 500, body: {} }]);
    const controller = new AbortController();
    const turn = agent.turn(createTurn(), controller.signal);
    await expect(
      (async () => {
        for await (const event of turn) {
          if (event.type === 'model.call.finished') controller.abort(new Error('stop it'));
        }
      })(),
    ).rejects.toThrow('stop it');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a conversation that is too long', () => {
  const overflow: ChatStep = {
    type: 'answer',
    status: 400,
    body: { error: { message: 'maximum context length is 8192 tokens', code: 'context_length_exceeded' } },
  };

  it('loses its oldest results, once, and is sent again', async () => {
    const { play, server } = await setUp(
      inOrder([read(0, 'a', 'first')], [read(0, 'b', 'second')], [overflow], [text('ok')]),
    );
    const tools = createTools(({ arguments: args }) => JSON.stringify(args).padEnd(10_000, '.'));
    const { events, error } = await play(createTurn({ tools }));
    expect(error).toBeUndefined();
    expect(server.requests).toHaveLength(4);
    expect(server.requests[3]?.problem).toBeUndefined();
    const results = server.requests[3]?.body.messages.filter(({ role }) => role === 'tool');
    expect(results?.[0]?.content).toBe(
      `[The result of ${echoTool.name}, 10000 characters, was removed to make room. Call the tool again if you need it.]`,
    );
    expect(results?.[1]?.content).toHaveLength(10_000);
    expect(
      only(events, 'model.call.finished').map(({ outcome, error: told }) => [outcome, told?.code]),
    ).toEqual([
      ['ok', undefined],
      ['ok', undefined],
      ['failed', 'MG1608'],
      ['ok', undefined],
    ]);
  });

  it('fails when it still does not fit', async () => {
    const { play, server } = await setUp(inOrder([read(0, 'a', 'x')], [overflow]));
    const { error } = await play(createTurn({ tools: createTools(() => '.'.repeat(5_000)) }));
    expect(error).toMatchObject({ code: 'MG1608' });
    expect(server.requests).toHaveLength(3);
  });

  it('fails at once when there is nothing to cut', async () => {
    const { play, server } = await setUp(() => [overflow]);
    const { error } = await play();
    expect(error).toMatchObject({ code: 'MG1608' });
    expect(server.requests).toHaveLength(1);
  });
});
