import { expect, test } from 'vitest';
import { callResult, contentLength, inAll, type CallAttempt } from './call-attempt.ts';

function attempt(outcome: CallAttempt['outcome'], attempts: number): CallAttempt {
  return {
    outcome,
    content: [{ type: 'text', text: outcome }],
    served: { server: 's', attempts, queueMs: 0, serverMs: 0, resultLength: 0 },
    serverFault: true,
    notSent: outcome === 'failed',
    incident: {},
  };
}

test('what may have happened is not taken back by a later attempt that surely did not', () => {
  const whole = inAll(attempt('unknown', 1), attempt('failed', 2));
  expect(whole).toMatchObject({
    outcome: 'unknown',
    content: [{ text: 'unknown' }],
    served: { attempts: 2 },
  });
});

test.each([
  ['failed', 'failed'],
  ['failed', 'unknown'],
  ['unknown', 'ok'],
  ['unknown', 'tool_error'],
  ['unknown', 'unknown'],
  ['unknown', 'cancelled'],
] as const)('after %s, %s stands', (before, last) => {
  const second = attempt(last, 2);
  expect(inAll(attempt(before, 1), second)).toBe(second);
});

test('the first attempt stands for itself, and only results are shown', () => {
  const first = attempt('failed', 1);
  expect(inAll(undefined, first)).toBe(first);
  expect(Object.keys(callResult(first)).toSorted()).toEqual(['content', 'outcome', 'served']);
});

test('the length is that of texts and of data as it is written', () => {
  expect(contentLength([])).toBe(0);
  expect(
    contentLength([
      { type: 'text', text: 'abc' },
      { type: 'image', data: 'aGk=', mimeType: 'image/png' },
      { type: 'resource', uri: 'file:///a', text: 'ab', data: 'aGk=' },
      { type: 'resource', uri: 'file:///b' },
    ]),
  ).toBe(13);
});
