import { describe, expect, it } from 'vitest';
import { explainModelError } from './explain-model-error.ts';
import { ModelFailure } from './model-failure.ts';

const explain = (thrown: unknown, redact = (text: string) => text) =>
  explainModelError(thrown, {
    identity: { provider: 'testhost', model: 'm', baseUrl: 'https://llm.example/v1', hasKey: true },
    nowMs: 0,
    redact,
  });

/** An error as the SDK throws it for an answer that is no success. */
const refused = (statusCode: number, responseBody: string) =>
  Object.assign(new Error('Bad Request'), { statusCode, responseBody });

describe('reading the errors of providers', () => {
  it.each([
    ['usual', '{"error":{"message":"It broke","type":"x"}}', 'It broke'],
    ['at the top', '{"message":"It broke","code":"wrong_api_format"}', 'It broke'],
    ['a text under error', '{"error":"It broke"}', 'It broke'],
    ['detail', '{"detail":"It broke"}', 'It broke'],
    ['details', '{"detail":[{"msg":"It broke"}]}', '[{"msg":"It broke"}]'],
    ['plain', 'It\n  broke', 'It broke'],
    ['a page', '<!DOCTYPE html><title>Oh no</title><p>It broke', 'a web page titled "Oh no"'],
    ['nothing', '', 'Bad Request'],
    ['null', 'null', 'null'],
  ])('finds the words in a body: %s', (_, body, words) => {
    expect(explain(refused(400, body)).message).toContain(`testhost, model m: ${words} (HTTP 400)`);
  });

  it('cuts long words and keeps them one line of well-formed text', () => {
    const failure = explain(refused(400, `\n${'😀'.repeat(2_000)}`));
    expect(failure.message.length).toBeLessThan(700);
    expect(failure.message.isWellFormed()).toBe(true);
  });

  it.each([
    "This model's maximum context length is 262144 tokens. However, you requested 0 output tokens",
    "Input length (265330) exceeds model's maximum context length (262144).",
    'Input length 877338 exceeds the maximum allowed input length of 639968 tokens',
    'prompt is too long: 213000 tokens > 200000 maximum',
    'the request exceeds the available context size, try increasing it',
    'Please reduce the length of the messages or completion.',
  ])('knows a conversation that is too long: %s', (message) => {
    expect(explain(refused(400, JSON.stringify({ error: { message } }))).facts).toMatchObject({
      kind: 'context_overflow',
      retryable: false,
    });
  });

  it('knows a request that no wait will make fit, whatever its status', () => {
    const body = JSON.stringify({
      error: { message: 'Request too large for m on tokens per minute (TPM): Limit 6000' },
    });
    expect(explain(refused(429, body)).facts.kind).toBe('context_overflow');
    expect(explain(refused(413, body)).facts.kind).toBe('context_overflow');
  });

  it.each([
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
      'network',
      true,
    ],
    [
      new TypeError('fetch failed', {
        cause: Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
      }),
      'network',
      true,
    ],
    [
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      }),
      'network',
      false,
    ],
    [{ message: 'Rate limit exceeded', type: 'rate_limit_error' }, 'rate_limited', true],
    [{ message: 'The engine is overloaded' }, 'overloaded', true],
    [{ message: 'bad gateway', code: 502 }, 'server', true],
    [{ message: 'slow down', code: '429' }, 'rate_limited', true],
    [{ message: 'context_length_exceeded' }, 'context_overflow', false],
    [Object.assign(new Error('JSON parsing failed'), { name: 'AI_JSONParseError' }), 'protocol', true],
    [Object.assign(new Error('invalid options'), { name: 'AI_InvalidArgumentError' }), 'bad_request', false],
    [Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }), 'protocol', false],
    ['just a text', 'protocol', false],
    [undefined, 'protocol', false],
  ] as const)('knows %o', (thrown, kind, retryable) => {
    expect(explain(thrown).facts).toMatchObject({ kind, retryable });
  });

  it('keeps the cause of what nobody expected, and no request of anybody', () => {
    const fault = new TypeError('x is not a function');
    expect(explain(fault).cause).toBe(fault);
    expect(explain(refused(500, '{}')).cause).toBeUndefined();
  });

  it('says which certificate is not trusted', () => {
    const cause = Object.assign(new Error('self-signed certificate'), {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(explain(new TypeError('fetch failed', { cause })).hint).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('takes secrets out of every text', () => {
    const failure = explain(refused(400, '{"error":{"message":"key canary"}}'), (text) =>
      text.replaceAll('canary', '…'),
    );
    expect(failure.message).toContain('key …');
  });

  it('leaves a failure that is explained already as it is', () => {
    const failure = new ModelFailure({ kind: 'timeout', retryable: true, detail: 'silent' });
    expect(explain(failure)).toBe(failure);
  });
});
