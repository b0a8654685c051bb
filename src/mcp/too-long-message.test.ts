import { expect, test } from 'vitest';
import { tooLongAnswer, tooLongCode, tooLongRefusal } from './too-long-message.ts';

function edges(line: string): Parameters<typeof tooLongAnswer>[0] {
  return { bytes: line.length, head: line.slice(0, 256), tail: line.slice(-256) };
}

const long = 'x'.repeat(2_000);

test.each([
  `{"jsonrpc":"2.0","id":17,"result":{"a":"${long}"}}`,
  `{"id":17,"jsonrpc":"2.0","result":{"a":"${long}"}}`,
  `{ "jsonrpc": "2.0", "id": 17, "result": {"a":"${long}"}}`,
  `{"result":{"a":"${long}"},"jsonrpc":"2.0","id":17}`,
  `{"result":{"a":"${long}"},"id":17,"jsonrpc":"2.0"}\r`,
])('finds the call that an answer over the limit belongs to: %.40s', (line) => {
  expect(tooLongAnswer(edges(line))).toMatchObject({ id: 17, error: { code: tooLongCode } });
});

test.each([
  `{"jsonrpc":"2.0","id":17,"method":"sampling/createMessage","params":{"a":"${long}"}}`,
  `{"method":"x","params":{"a":"${long}"},"jsonrpc":"2.0","id":17}`,
  `{"result":{"a":"${long}","id":17}}`,
  `{"result":{"a":"${long}"},"jsonrpc":"2.0","id":"17"}`,
  long,
])('does not take other lines for answers: %.40s', (line) => {
  expect(tooLongAnswer(edges(line))).toBeUndefined();
});

test.each([
  [`{"jsonrpc":"2.0","id":17,"method":"elicitation/create","params":{"a":"${long}"}}`, 17],
  [`{ "id": "q-1", "jsonrpc": "2.0", "method": "ping","params":{"a":"${long}"}}`, 'q-1'],
  [`{"method":"ping","params":{"a":"${long}"},"jsonrpc":"2.0","id":"q-1"}`, 'q-1'],
  [`{"jsonrpc":"2.0","method":"ping","params":{"a":"${long}"},"id":17}\r`, 17],
])('finds the request over the limit that the server waits for: %.60s', (line, id) => {
  expect(tooLongRefusal(edges(line), 'of 2,000 bytes')).toEqual({
    jsonrpc: '2.0',
    id,
    error: { code: -32_600, message: 'a request of 2,000 bytes is over the limit' },
  });
});

test.each([
  `{"jsonrpc":"2.0","id":17,"result":{"a":"${long}"}}`,
  `{"jsonrpc":"2.0","method":"notifications/message","params":{"a":"${long}","id":17}}`,
  `{"jsonrpc":"2.0","id":{"a":1},"method":"x","params":"${long}"}`,
  `{"jsonrpc":"2.0","id":"${long}","method":"x"}`,
  long,
])('refuses nothing that is no request: %.60s', (line) => {
  expect(tooLongRefusal(edges(line), '')).toBeUndefined();
});
