import { describe, expect, it } from 'vitest';
import type { ChatRequestBody, ChatStep } from '../../../testing/fake-chat-server.ts';
import { callStep, createTurn, echoTool, setUp } from './model.test-support.ts';

/** A server that refuses a request for as long as `accepts` does not hold. */
const strict =
  (accepts: (body: ChatRequestBody) => boolean, status: number, body: unknown) =>
  (request: ChatRequestBody): readonly ChatStep[] => {
    if (!accepts(request)) return [{ type: 'answer', status, body }];
    return request.messages.some(({ role }) => role === 'tool')
      ? [{ type: 'text', text: 'ok' }]
      : [{ type: 'reasoning', text: 'Hm.' }, callStep(0, 'a', echoTool.name, { path: 'x' })];
  };

describe('servers that refuse a field', () => {
  it.each<[string, (body: ChatRequestBody) => boolean, number, unknown]>([
    [
      'reasoning_content',
      (body) => body.messages.every((message) => message.reasoning_content === undefined),
      400,
      {
        message:
          "messages.2.assistant.reasoning_content: property 'messages.2.assistant.reasoning_content' is unsupported",
      },
    ],
    [
      'stream_options',
      (body) => body.stream_options === undefined,
      422,
      {
        message: { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options', 'include_usage'] }] },
      },
    ],
    [
      'max_tokens',
      (body) => body['max_tokens'] === undefined && body['max_completion_tokens'] === 100,
      400,
      { error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." } },
    ],
  ])('get requests without %s from then on', async (_, accepts, status, body) => {
    const { play, server } = await setUp(strict(accepts, status, body), { parameters: { maxTokens: 100 } });
    const { error } = await play();
    expect(error).toBeUndefined();
    const refused = server.requests.filter((request) => !accepts(request.body)).length;
    expect(refused).toBe(1);
    await play(createTurn({ turn: 2 }));
    expect(server.requests.filter((request) => !accepts(request.body))).toHaveLength(1);
  });

  it('are not asked for ever when the refusal stays the same', async () => {
    const { play, server } = await setUp(
      strict(() => false, 400, { error: { message: 'stream_options is not supported' } }),
    );
    expect((await play()).error).toMatchObject({ code: 'MG1610' });
    expect(server.requests).toHaveLength(2);
  });

  it('keep their reasoning when they miss it, and are told what is wrong', async () => {
    const { play, server } = await setUp(
      strict((body) => body.messages.length < 3, 400, {
        error: {
          message: 'thinking is enabled but reasoning_content is missing in assistant tool call message',
        },
      }),
    );
    expect((await play()).error).toMatchObject({ code: 'MG1610' });
    expect(server.requests.at(-1)?.body.messages[2]?.reasoning_content).toBe('Hm.');
    expect(server.requests).toHaveLength(2);
  });
});
