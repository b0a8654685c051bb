import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChatMessage, checkChatRequest } from '../../../testing/check-chat-request.ts';
import { Conversation } from './conversation.ts';
import type { ModelMessage } from './model-port.ts';

/** The conversation in the form of the wire, for the checks of a strict server. */
function wire(message: ModelMessage): readonly ChatMessage[] {
  switch (message.role) {
    case 'system':
    case 'user':
      return [{ role: message.role, content: message.text }];
    case 'assistant': {
      const calls = message.parts.filter((part) => part.type === 'tool_call');
      return [
        {
          role: 'assistant',
          content: message.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
          tool_calls: calls.map(({ call, tool }) => ({
            id: call,
            type: 'function',
            function: { name: tool, arguments: '{}' },
          })),
        },
      ];
    }
    case 'tool':
      return message.results.map(({ call, content }) => ({
        role: 'tool',
        tool_call_id: call,
        content: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      }));
    default:
      return message satisfies never;
  }
}

const text = (value: string) => [{ type: 'text', text: value }] as const;
const call = (id: string) => ({ type: 'tool_call', call: id, tool: 'read', arguments: {} }) as const;

const change = fc.oneof(
  fc.record({ type: fc.constant('user' as const), text: fc.string({ maxLength: 5 }) }),
  fc.record({
    type: fc.constant('reply' as const),
    text: fc.string({ maxLength: 5 }),
    calls: fc.nat(4),
    results: fc.nat(5),
    size: fc.constantFrom(0, 10, 2_000),
  }),
  fc.record({ type: fc.constant('shrink' as const) }),
);

describe('conversation', () => {
  it('is one a strict server takes, whatever happens to it', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const conversation = new Conversation('system', 'question');
        for (const [index, step] of changes.entries()) {
          if (step.type === 'user') conversation.addUser(step.text);
          else if (step.type === 'shrink') conversation.shrink();
          else {
            const calls = Array.from({ length: step.calls }, (_, number) => call(`c${index}.${number}`));
            const results = Array.from({ length: step.results }, (_, number) => ({
              id: `c${index}.${step.results - number - 1}`,
              outcome: 'ok' as const,
              content: text('.'.repeat(step.size)),
            }));
            const said = step.text === '' ? [] : ([{ type: 'text', text: step.text }] as const);
            conversation.addReply([...said, ...calls], results, 'no result');
          }
          const messages = conversation.all().flatMap(wire);
          expect(checkChatRequest({ model: 'm', messages })).toBeUndefined();
          const roles = messages.map(({ role }) => role);
          expect(roles.some((role, at) => role === 'user' && roles[at + 1] === 'user')).toBe(false);
        }
      }),
    );
  });

  it('makes room from the oldest result on until half of their text is gone', () => {
    const conversation = new Conversation('', 'question');
    for (const [id, size] of [
      ['a', 100],
      ['b', 3_000],
      ['c', 4_000],
      ['d', 5_000],
    ] as const) {
      conversation.addReply([call(id)], [{ id, outcome: 'ok', content: text('.'.repeat(size)) }]);
    }
    expect(conversation.shrink()).toBe(true);
    const sizes = conversation
      .all()
      .flatMap((message) => (message.role === 'tool' ? message.results : []))
      .map(({ content }) => (content[0]?.type === 'text' ? content[0].text : ''))
      .map((value) => (value.startsWith('[The result of read') ? 'cut' : value.length));
    expect(sizes).toEqual([100, 'cut', 'cut', 5_000]);
  });

  it('has nothing to cut but results that are long', () => {
    const conversation = new Conversation('s'.repeat(10_000), 'q'.repeat(10_000));
    conversation.addReply([call('a')], [{ id: 'a', outcome: 'ok', content: text('short') }]);
    expect(conversation.shrink()).toBe(false);
  });
});
