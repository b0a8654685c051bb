import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxJsonWeight } from './json-weight.ts';
import { brokenAnswerCode, readMessage } from './read-message.ts';

test.each([
  { jsonrpc: '2.0', id: 1, result: {} },
  { jsonrpc: '2.0', id: 'a', result: { content: [] } },
  { jsonrpc: '2.0', id: 1, error: { code: -32_601, message: 'no', data: [1] } },
  { jsonrpc: '2.0', method: 'notifications/message', params: {} },
  { jsonrpc: '2.0', id: 1, method: 'ping' },
  { jsonrpc: '2.0', id: null, error: { code: -32_700, message: 'what?' } },
])('%j is taken as it is', (message) => {
  expect(readMessage(JSON.stringify(message))).toEqual({ type: 'message', message });
});

describe('an answer that breaks the protocol is an error for whoever waits for it', () => {
  test.each([
    { id: 1, result: null },
    { id: 1, result: 'words' },
    { id: 'a', result: [1] },
    { id: 1 },
    { id: 1, result: {}, error: { code: 1, message: '' } },
    { id: 1, error: 'words' },
    { id: 1, error: null },
    { id: 1, error: { code: 'E', message: '' } },
    { id: 1, error: { code: 1.5, message: '' } },
    { id: 1, error: { code: 1, message: {} } },
    { id: 1, error: { code: 1 } },
    { id: 1, result: {}, jsonrpc: '1.0' },
  ])('%j', (answer) => {
    expect(readMessage(JSON.stringify({ jsonrpc: '2.0', ...answer }))).toEqual({
      type: 'message',
      message: {
        jsonrpc: '2.0',
        id: answer.id,
        error: { code: brokenAnswerCode, message: expect.any(String) },
      },
    });
  });
});

test.each([
  '',
  'Listening…',
  '[1]',
  '[{"jsonrpc":"2.0","id":1,"result":{}}]',
  '{}',
  '{"level":"info"}',
  '{"jsonrpc":',
  '{"jsonrpc":"2.0","id":1,"result":{}} trailing',
  'null',
  '"jsonrpc"',
  '{"a":NaN,"jsonrpc":"2.0"}',
])('%s is no message', (text) => {
  expect(readMessage(text)).toEqual({ type: 'noise' });
});

test('what holds too many values is not read; a long text is', () => {
  const list = (length: number): string =>
    `{"jsonrpc":"2.0","id":1,"result":{"a":[${'1,'.repeat(length)}1]}}`;
  // Each separator and each bracket that opens counts.
  expect(readMessage(list(maxJsonWeight - 9)).type).toBe('message');
  expect(readMessage(list(maxJsonWeight - 8))).toEqual({ type: 'too_heavy', weight: maxJsonWeight + 1 });
  const commas = `{"jsonrpc":"2.0","id":1,"result":{"a":"${',{['.repeat(1_000_000)}"}}`;
  expect(readMessage(commas).type).toBe('message');
});

test('no text is an exception, and no answer gets lost', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"jsonrpc":"2.0","id":7,"result":${json}}`),
      ),
      (text) => {
        const read = readMessage(text.trim());
        if (text.startsWith('{"jsonrpc":"2.0","id":7,'))
          expect(read).toMatchObject({ type: 'message', message: { id: 7 } });
      },
    ),
  );
});
