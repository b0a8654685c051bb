import { describe, expect, it } from 'vitest';
import { type ChatMessage, type ChatRequestBody, checkChatRequest } from './check-chat-request.ts';

const user: ChatMessage = { role: 'user', content: 'Hello.' };
const calls = (...ids: readonly string[]): ChatMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'read', arguments: '{"a":1}' } })),
});
const result = (id: string): ChatMessage => ({ role: 'tool', tool_call_id: id, content: 'done' });
const body = (messages: readonly ChatMessage[], more: Partial<ChatRequestBody> = {}): ChatRequestBody => ({
  model: 'm',
  messages,
  ...more,
});
const tool = (name: string, schema: Readonly<Record<string, unknown>> = {}, description = 'Reads.') =>
  ({
    type: 'function',
    function: { name, description, parameters: { type: 'object', properties: {}, ...schema } },
  }) as const;
const oddCall = (name: string, args: string): ChatMessage => ({
  role: 'assistant',
  tool_calls: [{ id: 'a', type: 'function', function: { name, arguments: args } }],
});

describe('a strict server', () => {
  it('takes a proper conversation', () => {
    const messages = [user, calls('a', 'b'), result('b'), result('a'), user, calls('a'), result('a')];
    expect(
      checkChatRequest(
        body(messages, { tools: [tool('read'), { type: 'function', function: { name: 'now' } }] }),
      ),
    ).toBeUndefined();
  });

  it.each<[string, ChatRequestBody, RegExp]>([
    ['a call without a result', body([user, calls('a')]), /have no results/],
    ['a call answered too late', body([user, calls('a'), user, result('a')]), /have no results/],
    ['a result twice', body([user, calls('a'), result('a'), result('a')]), /answers no open call/],
    ['a result of nothing', body([user, result('a')]), /answers no open call/],
    ['an id twice', body([user, calls('a', 'a'), result('a')]), /id twice/],
    ['an empty id', body([user, calls(''), result('')]), /id must not be empty/],
    ['arguments that are no JSON', body([user, oddCall('read', '{"a":'), result('a')]), /no JSON object/],
    ['arguments that are no object', body([user, oddCall('read', '"a"'), result('a')]), /no JSON object/],
    ['a name of a call', body([user, oddCall('a b', '{}'), result('a')]), /not a valid name/],
    [
      'an empty assistant message',
      body([user, { role: 'assistant', content: '' }]),
      /needs content or tool_calls/,
    ],
    ['an empty user message', body([{ role: 'user', content: '' }]), /must not be empty/],
    ['an unknown role', body([{ role: 'developer' as 'user', content: 'x' }]), /unknown/],
    ['no messages', body([]), /must not be empty/],
    ['a tool name', body([user], { tools: [tool('a.b')] }), /does not match/],
    ['a long tool name', body([user], { tools: [tool('a'.repeat(65))] }), /does not match/],
    ['a tool twice', body([user], { tools: [tool('a'), tool('a')] }), /name twice/],
    ['an empty list of tools', body([user], { tools: [] }), /must not be empty/],
    ['a loose schema', body([user], { tools: [tool('a', { type: 'string' })] }), /of type object/],
    [
      'a schema without properties',
      body([user], { tools: [tool('a', { properties: undefined })] }),
      /missing properties/,
    ],
    [
      'a choice of schemas',
      body([user], { tools: [tool('a', { anyOf: [{}] })] }),
      /'anyOf' at the top level/,
    ],
    [
      'a list of nothing known',
      body([user], { tools: [tool('a', { properties: { b: { type: 'array' } } })] }),
      /parameters.properties.b: array schema missing items/,
    ],
    [
      'a long description',
      body([user], { tools: [tool('a', {}, 'x'.repeat(1_025))] }),
      /description has 1025/,
    ],
    [
      'many tools',
      body([user], { tools: Array.from({ length: 129 }, (_, n) => tool(`t${n}`)) }),
      /more than 128/,
    ],
    ['a lone surrogate', body([{ role: 'user', content: 'x\ud800' }]), /body.messages.0.content/],
    ['a lone surrogate in a key', body([user], { 'x\ud800': 1 }), /\(a key\)/],
  ])('refuses %s', (_, request, words) => {
    expect(checkChatRequest(request)).toMatch(words);
  });
});
