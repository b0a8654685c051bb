/** A second opinion: the same agent against a fake of the wire protocol that this project did not write. */
import { LLMock } from '@copilotkit/aimock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createTools, createTurn, echoTool, only, setUp, streamedText } from './model.test-support.ts';

describe('against an independent fake', () => {
  let mock: LLMock;

  beforeEach(async () => {
    mock = new LLMock({ port: 0, strict: true });
    await mock.start();
    onTestFinished(() => mock.stop());
  });

  const agentAt = () =>
    setUp(() => [], { baseUrl: `${mock.url}/v1`, model: 'o3-mini', apiKey: 'mock-key-0123' });

  it('streams reasoning and text and reads the usage', async () => {
    mock.onMessage('Solve the task.', {
      content: 'The answer is forty-two, after all.',
      reasoning: 'First I think about it.',
      usage: { prompt_tokens: 31, completion_tokens: 12, total_tokens: 43 },
    });
    const { play } = await agentAt();
    const { events, error } = await play();
    expect(error).toBeUndefined();
    expect(streamedText(events)).toBe('The answer is forty-two, after all.');
    expect(only(events, 'model.call.finished')[0]).toMatchObject({
      outcome: 'ok',
      finish: 'stop',
      usage: { inputTokens: 31, outputTokens: 12 },
      parts: [
        { type: 'reasoning', text: 'First I think about it.' },
        { type: 'text', text: 'The answer is forty-two, after all.' },
      ],
    });
  });

  it('goes through a loop of parallel tool calls', async () => {
    mock.on(
      { userMessage: 'Solve the task.', hasToolResult: false },
      {
        content: 'Let me read.',
        toolCalls: [
          { name: echoTool.name, arguments: '{"path":"one"}', id: 'call_one' },
          { name: echoTool.name, arguments: '{"path":"two"}', id: 'call_two' },
        ],
      },
    );
    mock.on(
      { toolCallId: 'call_two', toolResultContains: 'content of two' },
      { content: 'I have read both.' },
    );
    const { play } = await agentAt();
    const tools = createTools(({ arguments: args }) => `content of ${(args as { path: string }).path}`);
    const { events, error } = await play(createTurn({ tools }));
    expect(error).toBeUndefined();
    expect(tools.batches.map((batch) => batch.length)).toEqual([2]);
    expect(only(events, 'model.call.finished').map(({ finish }) => finish)).toEqual(['tool_calls', 'stop']);
    expect(streamedText(events)).toBe('Let me read.I have read both.');
  });

  it('comes back after a rate limit and does not after a refused key', async () => {
    mock.nextRequestError(429, { message: 'Rate limit exceeded', type: 'rate_limit_error' });
    mock.onMessage('Solve the task.', { content: 'Here.' });
    const { play } = await agentAt();
    const limited = await play();
    expect(limited.error).toBeUndefined();
    expect(only(limited.events, 'model.call.finished')).toMatchObject([
      { outcome: 'failed', error: { code: 'MG1603' } },
      { outcome: 'ok' },
    ]);
    mock.nextRequestError(401, { message: 'Invalid key', code: 'invalid_api_key' });
    expect((await play(createTurn({ turn: 2 }))).error).toMatchObject({ code: 'MG1601' });
  });

  it('survives a connection that is cut and bytes that are no JSON', async () => {
    mock.onMessage('cut', { content: 'Never comes through.' }, { chaos: { disconnectRate: 1 } });
    mock.onMessage('broken', { content: 'Never comes through.' }, { chaos: { malformedRate: 1 } });
    const { play } = await agentAt();
    expect((await play(createTurn({ user: 'cut' }))).error).toMatchObject({ code: 'MG1606' });
    expect((await play(createTurn({ turn: 2, user: 'broken' }))).error).toMatchObject({ code: 'MG1611' });
  });
});
