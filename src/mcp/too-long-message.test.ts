import { expect, test } from 'vitest';
import { tooLongAnswer, tooLongCode } from './too-long-message.ts';

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
