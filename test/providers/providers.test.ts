/** Each vendor's API through the real SDK, against its wire format on loopback: replies, history, parameters, faults. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AgentEvent, TurnRequest } from '../../src/agents/agent.ts';
import {
  createModelAgent,
  type CreateModelAgentOptions,
} from '../../src/agents/backends/model/create-model-agent.ts';
import {
  callStep,
  createTools,
  createTurn,
  echoTool,
  inOrder,
  only,
  passTime,
  streamedText,
} from '../../src/agents/backends/model/model.test-support.ts';
import type { ChatScript } from '../../src/testing/index.ts';
import { createSimulatedClock } from '../../src/testing/index.ts';
import { anthropicMessages } from '../fixtures/wires/anthropic-messages.ts';
import { geminiGenerate } from '../fixtures/wires/gemini-generate.ts';
import { openAiResponses } from '../fixtures/wires/openai-responses.ts';
import { startWireServer } from '../fixtures/wires/wire-server.ts';
import { sse, type StreamedStep, type Wire } from '../fixtures/wires/wire.ts';

const models: Readonly<Record<string, string>> = {
  openai: 'gpt-5-mini',
  claude: 'claude-sonnet-4-5',
  gemini: 'gemini-3-pro-preview',
};

const key = 'canary-7d10aa42c6';

async function setUp(
  backend: CreateModelAgentOptions['backend'],
  wire: Wire,
  script: ChatScript,
  more: Partial<CreateModelAgentOptions> = {},
) {
  const server = await startWireServer(wire, script, key);
  onTestFinished(() => server.close());
  const clock = createSimulatedClock();
  let count = 0;
  const agent = createModelAgent({
    id: 'writer',
    backend,
    model: models[backend] ?? 'test-model',
    baseUrl: server.baseUrl,
    apiKey: key,
    provider: 'testhost',
    parameters: backend === 'claude' ? { maxTokens: 4096 } : {},
    clock,
    ids: { next: (prefix) => `${prefix}_${(count += 1)}`, hex: (bytes) => '0'.repeat(bytes * 2) },
    random: () => 0.5,
    fetch: globalThis.fetch,
    ...more,
  });
  const play = async (request: TurnRequest = createTurn()) => {
    const events: AgentEvent[] = [];
    try {
      for await (const event of agent.turn(request, new AbortController().signal)) {
        events.push(event);
        if (event.type === 'model.call.finished' && event.retryInMs !== undefined) {
          void passTime(clock, event.retryInMs);
        }
      }
      return { events };
    } catch (error) {
      return { events, error };
    }
  };
  return { server, play };
}

const reading = [
  { type: 'reasoning', text: 'I think ' },
  { type: 'reasoning', text: 'aloud.' },
  { type: 'text', text: 'Let me ' },
  { type: 'text', text: 'look.' },
  callStep(0, 'call_1', echoTool.name, { path: 'a' }),
  callStep(1, 'call_2', echoTool.name, { path: 'b' }),
] as const;
const done = [{ type: 'text', text: 'Done.' }] as const;

const vendors = [
  ['openai', openAiResponses],
  ['claude', anthropicMessages],
  ['gemini', geminiGenerate],
] as const;

describe.each(vendors)('%s', (backend, wire) => {
  test('streams, calls several tools at once, and sends a history the provider accepts', async () => {
    const { server, play } = await setUp(backend, wire, inOrder(reading, done));
    const tools = createTools(({ arguments: args }) => `read ${(args as { path: string }).path}`);
    const { events, error } = await play(createTurn({ tools }));
    expect(error).toBeUndefined();
    expect(server.requests.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(streamedText(events)).toBe('Let me look.Done.');
    expect(
      only(events, 'reasoning.delta')
        .map(({ text }) => text)
        .join(''),
    ).toBe('I think aloud.');
    expect(tools.batches.map((batch) => batch.map(({ arguments: args }) => args))).toEqual([
      [{ path: 'a' }, { path: 'b' }],
    ]);
    expect(only(events, 'model.call.finished')).toMatchObject([
      {
        outcome: 'ok',
        usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 3 },
        parts: [
          { type: 'reasoning', text: 'I think aloud.' },
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_call', tool: echoTool.name, arguments: { path: 'a' } },
          { type: 'tool_call', tool: echoTool.name, arguments: { path: 'b' } },
        ],
      },
      { outcome: 'ok', parts: [{ type: 'text', text: 'Done.' }] },
    ]);
    const chat = wire.toChat(server.requests[1]?.body ?? {});
    expect(chat.messages[0]).toMatchObject({ role: 'system', content: 'You are an agent.' });
    expect(chat.messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([
      'read a',
      'read b',
    ]);
  });

  test('sends the key in its own header only, and no other key of the environment', async () => {
    const { server, play } = await setUp(backend, wire, inOrder(done));
    await play();
    const [request] = server.requests;
    const carrying = Object.entries(request?.headers ?? {}).filter(([, value]) => value?.includes(key));
    expect(carrying).toHaveLength(1);
    expect(JSON.stringify([request?.path, request?.body])).not.toContain(key);
  });

  test('hands keys of the user over unchanged, and never lets them replace the conversation', async () => {
    const { server, play } = await setUp(backend, wire, inOrder(done), {
      parameters: {
        temperature: 0.5,
        topP: 0.9,
        maxTokens: 99,
        extra: { odd_key: { of: ['mine'] }, input: 'no', messages: 'no', contents: 'no', stream: false },
      },
    });
    const { error } = await play();
    expect(error).toBeUndefined();
    const sent = JSON.stringify(server.requests[0]?.body);
    expect(sent).toContain('"odd_key":{"of":["mine"]}');
    expect(sent).toContain('99');
    // Models of OpenAI that reason take no temperature, and refuse the whole request for it.
    expect(sent.includes('"temperature":0.5')).toBe(backend !== 'openai');
  });

  test('a wrong key is told once, without the key, and not tried again', async () => {
    const { server, play } = await setUp(backend, wire, inOrder(done), { apiKey: 'wrong-canary' });
    const { error } = await play();
    expect(error).toMatchObject({ code: 'MG1601' });
    expect(String(error)).not.toContain('wrong-canary');
    expect(server.requests).toHaveLength(1);
  });

  test('a limited rate is waited for as long as it says', async () => {
    const limited = {
      type: 'answer',
      status: 429,
      headers: { 'retry-after': '7' },
      body: wire.errorBody(429, 'Slow down.'),
    } as const;
    const { play } = await setUp(backend, wire, inOrder([limited], done));
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(only(events, 'model.call.finished')).toMatchObject([
      { outcome: 'failed', error: { code: 'MG1603' }, retryInMs: 7_500 },
      { outcome: 'ok' },
    ]);
  });

  test('an error of the server is tried four times', async () => {
    const broken = { type: 'answer', status: 500, body: wire.errorBody(500, 'Oops.') } as const;
    const { server, play } = await setUp(backend, wire, inOrder([broken]));
    expect((await play()).error).toMatchObject({ code: 'MG1605' });
    expect(server.requests).toHaveLength(4);
  });

  test.each(['cut', 'end'] as const)(
    'a reply that ends by a %s is void and asked for once more',
    async (type) => {
      const torn = [...reading, { type }] as const;
      const { play } = await setUp(backend, wire, inOrder(torn, done));
      const tools = createTools();
      const { events, error } = await play(createTurn({ tools }));
      expect(error).toBeUndefined();
      expect(tools.batches).toEqual([]);
      expect(only(events, 'model.call.finished').map(({ outcome }) => outcome)).toEqual(['failed', 'ok']);
    },
  );

  test('an error in the middle of a stream is void as well', async () => {
    const torn = [
      { type: 'text', text: 'I beg' },
      { type: 'raw', text: wire.streamError },
    ] as const;
    const { play } = await setUp(backend, wire, inOrder(torn, done));
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(only(events, 'model.call.finished')).toMatchObject([
      { outcome: 'failed', error: { code: expect.stringMatching(/^MG160[45]$/u) } },
      { outcome: 'ok' },
    ]);
  });

  test('an empty reply is a reply without anything in it', async () => {
    const { play } = await setUp(backend, wire, inOrder([]));
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(only(events, 'model.call.finished')).toMatchObject([{ outcome: 'ok', parts: [] }]);
  });

  test('images of tools reach the model, and other things as their text', async () => {
    const { server, play } = await setUp(backend, wire, inOrder(reading, done));
    const tools = createTools(() => ({
      content: [
        { type: 'text', text: 'a picture:' },
        { type: 'image', data: 'aGVsbG8=', mimeType: 'image/png' },
        { type: 'resource', uri: 'file:///x', text: 'the resource' },
      ],
    }));
    const { error } = await play(createTurn({ tools }));
    expect(error).toBeUndefined();
    expect(server.requests.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    const sent = JSON.stringify(server.requests[1]?.body);
    for (const text of ['a picture:', 'aGVsbG8=', 'the resource']) expect(sent).toContain(text);
  });
});

describe('what is special', () => {
  test('openai: nothing is stored there, reasoning goes back sealed, options travel as they are', async () => {
    const { server, play } = await setUp('openai', openAiResponses, inOrder(reading, done), {
      parameters: {
        extra: { text: { verbosity: 'low' }, reasoning: { effort: 'high', summary: 'auto' }, seed: 7 },
      },
    });
    await play();
    const [first, second] = server.requests.map(({ body }) => body);
    expect(first).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
      text: { verbosity: 'low' },
      reasoning: { effort: 'high', summary: 'auto' },
      seed: 7,
      tools: [{ type: 'function', name: echoTool.name, parameters: {}, strict: true }],
    });
    expect(second?.['input']).toContainEqual(
      expect.objectContaining({ type: 'reasoning', encrypted_content: 'sealed-1' }),
    );
  });

  test('openai: a tool with an optional argument is offered in the usual form', async () => {
    const loose = {
      name: 'mcp__a__b',
      description: 'x',
      inputSchema: { type: 'object', properties: { p: { type: 'string' } } },
    };
    const { server, play } = await setUp('openai', openAiResponses, inOrder(done));
    const tools = { ...createTools(), list: () => [echoTool, loose] };
    await play(createTurn({ tools }));
    expect(server.requests[0]?.body['tools']).toMatchObject([
      { name: echoTool.name, strict: true },
      { name: 'mcp__a__b', strict: false },
    ]);
  });

  test('openai: of more than 128 tools the last are left out, and the agent says so', async () => {
    const many = Array.from({ length: 130 }, (_, index) => ({ ...echoTool, name: `mcp__files__t${index}` }));
    const { server, play } = await setUp('openai', openAiResponses, inOrder(done));
    const { events } = await play(createTurn({ tools: { ...createTools(), list: () => many } }));
    expect(server.requests[0]?.body['tools']).toHaveLength(128);
    expect(only(events, 'warning.raised')).toMatchObject([
      { code: 'MG1614', message: expect.stringContaining('2 of 130') },
    ]);
  });

  test('openai: its own tools are asked for, and what they did is in the journal', async () => {
    const search = {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'herons', sources: [{ type: 'url', url: 'https://birds.example/' }] },
    };
    const started = { ...search, status: 'in_progress' };
    const raw = [
      { type: 'response.created', response: { id: 'r', created_at: 1, model: 'gpt-test' } },
      { type: 'response.output_item.added', output_index: 0, item: started },
      { type: 'response.output_item.done', output_index: 0, item: search },
    ].map((event) => sse(event));
    const call = openAiResponses.write([callOf('call_1')], 1).slice(2);
    const text = [...raw, ...call, ...openAiResponses.end([], 1)].join('');
    const { server, play } = await setUp('openai', openAiResponses, inOrder([{ type: 'raw', text }], done), {
      webSearch: true,
      codeExecution: true,
    });
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(server.requests[0]?.body['tools']).toMatchObject([
      { type: 'web_search' },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'function' },
    ]);
    expect(only(events, 'model.call.finished')[0]?.parts[0]).toMatchObject({
      type: 'provider_tool',
      tool: 'web_search',
      result: { action: { type: 'search', query: 'herons' } },
    });
    expect(server.requests.map(({ problem }) => problem)).toEqual([undefined, undefined]);
  });

  test('claude: thinking goes back with the signature it came with', async () => {
    const { server, play } = await setUp('claude', anthropicMessages, inOrder(reading, done));
    await play();
    expect(server.requests[1]?.body['messages']).toMatchObject([
      {},
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'I think aloud.', signature: 'signed-14' }, {}, {}, {}],
      },
      {},
    ]);
  });

  test('claude: its own tools go back with their results, beside thinking', async () => {
    const block = (index: number, start: object, ...deltas: object[]) => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
    const [begin = ''] = anthropicMessages.write([], 1);
    const found = {
      type: 'web_search_result',
      url: 'https://birds.example/',
      title: 'Herons',
      encrypted_content: 'sealed',
      page_age: null,
    };
    const text = [
      begin,
      ...[
        ...block(
          0,
          { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
          { type: 'input_json_delta', partial_json: '{"query":"herons"}' },
        ),
        ...block(1, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [found] }),
        ...block(
          2,
          { type: 'tool_use', id: 'toolu_1', name: echoTool.name, input: {} },
          { type: 'input_json_delta', partial_json: '{"path":"a"}' },
        ),
      ].map((event) => sse(event, event.type)),
      ...anthropicMessages.end([callOf('toolu_1')], 1),
    ].join('');
    const { server, play } = await setUp(
      'claude',
      anthropicMessages,
      inOrder([{ type: 'raw', text }], done),
      {
        webSearch: true,
        codeExecution: true,
        parameters: { maxTokens: 9_000, extra: { thinking: { type: 'enabled', budget_tokens: 2_000 } } },
      },
    );
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(server.requests[0]?.body).toMatchObject({
      max_tokens: 9_000,
      thinking: { type: 'enabled', budget_tokens: 2_000 },
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { type: 'code_execution_20250825', name: 'code_execution' },
        { name: echoTool.name },
      ],
    });
    expect(only(events, 'model.call.finished')[0]?.parts).toMatchObject([
      {
        type: 'provider_tool',
        tool: 'web_search',
        arguments: { query: 'herons' },
        result: [{ title: 'Herons' }],
      },
      { type: 'tool_call' },
    ]);
    const sent = JSON.stringify(server.requests[1]?.body);
    for (const back of ['srvtoolu_1', '"encrypted_content":"sealed"', 'web_search_tool_result'])
      expect(sent).toContain(back);
  });

  test('gemini: its own tools beside functions from Gemini 3 on; before, the agent says that they are left out', async () => {
    const wanted = { webSearch: true, codeExecution: true } as const;
    const three = await setUp('gemini', geminiGenerate, inOrder(done), wanted);
    expect(only((await three.play()).events, 'warning.raised')).toEqual([]);
    expect(three.server.requests[0]).toMatchObject({
      body: { tools: [{ googleSearch: {} }, { codeExecution: {} }, { functionDeclarations: [{}] }] },
    });
    const two = await setUp('gemini', geminiGenerate, inOrder(done), {
      ...wanted,
      model: 'gemini-2.5-flash',
    });
    const { events, error } = await two.play();
    expect(error).toBeUndefined();
    expect(only(events, 'warning.raised')).toMatchObject([
      { code: 'MG1615', message: expect.stringContaining('gemini-2.5-flash') },
    ]);
    expect(two.server.requests[0]?.body['tools']).toMatchObject([{ functionDeclarations: [{}] }]);
    const bare = await two.play(createTurn({ tools: { ...createTools(), list: () => [] } }));
    expect(bare.error).toBeUndefined();
    expect(two.server.requests[1]?.body['tools']).toEqual([{ googleSearch: {} }, { codeExecution: {} }]);
  });

  test('gemini: code it ran is in the journal and goes back; signatures go back', async () => {
    const chunk = (part: object): string =>
      sse({ candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }] });
    const text = [
      chunk({ executableCode: { language: 'PYTHON', code: 'print(6*7)' } }),
      chunk({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42' } }),
      chunk({ functionCall: { name: echoTool.name, args: { path: 'a' } }, thoughtSignature: 'c2lnbmVk' }),
      ...geminiGenerate.end([], 1),
    ].join('');
    const { server, play } = await setUp('gemini', geminiGenerate, inOrder([{ type: 'raw', text }], done), {
      codeExecution: true,
    });
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(only(events, 'model.call.finished')[0]?.parts).toMatchObject([
      { type: 'provider_tool', tool: 'code_execution', result: { outcome: 'OUTCOME_OK', output: '42' } },
      { type: 'tool_call' },
    ]);
    const sent = JSON.stringify(server.requests[1]?.body);
    for (const back of ['print(6*7)', 'OUTCOME_OK', 'c2lnbmVk']) expect(sent).toContain(back);
  });

  test('gemini: a reply that its filter stopped is not tried again', async () => {
    const text = sse({ candidates: [{ finishReason: 'SAFETY', index: 0 }] });
    const { server, play } = await setUp('gemini', geminiGenerate, inOrder([{ type: 'raw', text }]));
    expect((await play()).error).toMatchObject({ code: 'MG1609' });
    expect(server.requests).toHaveLength(1);
  });
});

const callOf = (id: string): StreamedStep => ({
  type: 'tool_call',
  index: 0,
  id,
  name: echoTool.name,
  arguments: '{"path":"a"}',
});
