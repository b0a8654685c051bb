import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecretName, mask, redactionSteps, redactText } from './redact-text.ts';

/** Made up, in the forms that the providers give out. */
const keys: readonly [string, string][] = [
  ['OpenAI', 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0'],
  ['OpenAI, old form', 'sk-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8'],
  ['Anthropic', 'sk-ant-api03-Ab1Cd2Ef3_Gh4-Ij5Kl6Mn7Op8Qr9St0'],
  ['OpenRouter', 'sk-or-v1-0123456789abcdef0123456789abcdef'],
  ['Google', 'AIzaSyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1v'],
  ['xAI', 'xai-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8'],
  ['Groq', 'gsk_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8'],
  ['Cerebras', 'csk-ab1cd2ef3gh4ij5kl6mn7op8'],
  ['NVIDIA', 'nvapi-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8'],
  ['Hugging Face', 'hf_AbCdEfGhIjKlMnOpQrStUvWx1'],
  ['GitHub', 'ghp_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0'],
  ['GitHub, fine', 'github_pat_11ABCDEFG0_abcdefghijklmnopqrstuvwxyz'],
  ['GitLab', 'glpat-Ab1Cd2Ef3Gh4Ij5Kl6Mn'],
  ['Slack', 'xoxb-123456789012-abcdefghijkl'],
  ['AWS', 'AKIAIOSFODNN7EXAMPLE'],
  ['AWS, for a while', 'ASIAIOSFODNN7EXAMPLE'],
  ['Stripe', 'sk_live_Ab1Cd2Ef3Gh4Ij5Kl6Mn7'],
  ['npm', 'npm_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx'],
  ['a web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'],
];

describe('what looks like a secret', () => {
  test.each(keys.filter(([, key]) => /^(?:sk|gh|gl|xox|AK|AS|AI)/u.test(key)))(
    'a key of %s is masked behind an underscore too',
    (_, key) => {
      expect(redactText(`mcp__files__${key}`)).toBe(`mcp__files__${mask}`);
    },
  );

  test.each(keys)('a key of %s is masked wherever it stands', (_, key) => {
    for (const text of [
      key,
      `key=${key}`,
      `"${key}"`,
      `(${key}),`,
      `Authorization: ${key}\nnext`,
      `url?k=${key}&x=1`,
    ]) {
      const clean = redactText(text);
      expect(clean).not.toContain(key.slice(4, 20));
      expect(clean).toContain(mask);
    }
  });

  test.each([
    ['Authorization: Bearer abcdef0123456789', 'Authorization: Bearer [masked]'],
    ['authorization: basic dXNlcjpwYXNzd29yZA==', 'authorization: basic [masked]'],
    ['postgres://user:pa55word@db/x', 'postgres://user:[masked]@db/x'],
    ['redis://:pa55word@cache', 'redis://:[masked]@cache'],
    ['https://me:p%40ss@host/path?x=1', 'https://me:[masked]@host/path?x=1'],
    ['OPENAI_API_KEY=abcdefghijkl', 'OPENAI_API_KEY=[masked]'],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'AWS_SECRET_ACCESS_KEY=[masked]'],
    ['DISCORD_TOKEN=MTA5ODc2NTQz', 'DISCORD_TOKEN=[masked]'],
    ['--password=correct-horse', '--password=[masked]'],
    ['password: hunter2hunter2', 'password: [masked]'],
    ['api_key: "abcdefghijkl"', 'api_key: "[masked]"'],
    [`{'client_secret': 'abcdefghijkl'}`, `{'client_secret': '[masked]'}`],
    ['{"apiKey":"abcdefghijkl","b":1}', '{"apiKey":"[masked]","b":1}'],
    [String.raw`{\"token\":\"abcdefghijkl\"}`, String.raw`{\"token\":\"[masked]\"}`],
    ['?access_token=abcdefghijkl&page=2', '?access_token=[masked]&page=2'],
    ['?sv=2024&sig=abc%2Fdefghij%3D&se=1', '?sv=2024&sig=[masked]&se=1'],
    ['x -----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY----- y', 'x [masked] y'],
    ['-----BEGIN PRIVATE KEY-----\\nMIIEow', '[masked]'],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test('several in one text are all masked, and masking again changes nothing', () => {
    const text = keys.map(([name, key]) => `${name}: ${key}`).join('\n');
    const clean = redactText(text);
    expect(clean.split(mask)).toHaveLength(keys.length + 1);
    expect(redactText(clean)).toBe(clean);
  });
});

test.each([
  'The token budget is 4,000 tokens: 3,000 in, 1,000 out.',
  'A basic understanding of Basic Authentication',
  'Bearer instruments and bearer authentication',
  'Reset your password: follow the link.',
  'The secret: patience, mostly.',
  'const token = readTokenFromFile(path);',
  'password = getpass.getpass()',
  'sk-learn-compatible-transformers are fine',
  'see https://example.org:8080/a@b and mailto:me@example.org',
  'git@github.com:owner/repo.git',
  'eyJ is how web tokens begin',
  'hf_hub_download_with_retries',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  '550e8400-e29b-41d4-a716-446655440000',
  'tokens: 12345678, max_tokens: 4096, "inputTokens":123456789',
  'a/b/c.ts:12:34 key value pairs',
])('ordinary text stays: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

test.each([
  'apiKey',
  'OPENAI_API_KEY',
  'access_token',
  'password',
  'clientSecret',
  'DB_PASSWORD',
  'privateKey',
  'Authorization',
  'Set-Cookie',
  'credentials',
])('%s names a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  'key',
  'tokens',
  'inputTokens',
  'author',
  'authorizations',
  'cookies',
  'secretary',
  'passwords_file',
  'question',
  '',
])('%s names none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('any text can be redacted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(redactText(text)).toBeTypeOf('string');
    }),
  );
});

test('looking before trying a pattern changes nothing', () => {
  /** Every pattern on every text. */
  const plainly = (text: string): string => redactionSteps.reduce((clean, step) => step.apply(clean), text);
  // What the conditions look for, what the patterns need, and letters that fold to others.
  const piece = fc.oneof(
    fc.constantFrom(...keys.map(([, key]) => key)),
    fc.constantFrom(
      'sk-',
      'gh',
      'p_',
      'AKIA',
      'AIza',
      'eyJ',
      'hf_',
      '-----BEGIN ',
      'PRIVATE KEY-----',
      'Bearer',
      'Basic abcdefghijklmn=',
      'BA\u017FIC',
      'token',
      'pa\u017F\u017Fword',
      'api\u212Aey',
      'pwd',
      '?sig=',
      '&x-amz-signature=',
      'https://',
      'a:',
      'b@',
      '@',
      ':',
      '=',
      ' ',
      '"',
      '-',
      '_',
      '.',
      '1',
      '\n',
      '\\',
      '(',
      mask,
    ),
    fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/u),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      expect(redactText(text)).toBe(plainly(text));
    }),
    { numRuns: 5_000 },
  );
});

test.each(keys)('a key of %s alone is seen before any pattern is tried', (_, key) => {
  for (let length = 1; length <= key.length; length += 1) {
    const part = key.slice(0, length);
    expect(redactText(part)).toBe(redactionSteps.reduce((clean, step) => step.apply(clean), part));
  }
});

/** Pieces at which a pattern begins; a pattern that starts again at each of them would take hours. */
const pieces = [
  'eyJ-',
  'eyJaaaaaaaaa.',
  'a.a',
  'a+',
  'a://',
  'a://b:',
  'sk-',
  'sk-a',
  'ghp_',
  'github_pat_',
  'xoxb-',
  'Bearer ',
  'Bearer\n',
  'password',
  'password ',
  'password:',
  'password="',
  'token= ',
  'token=a(',
  '?sig=',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN ',
  'A',
  ' ',
  '=',
  '\\',
];

test.each(pieces)('a megabyte of %j is done in a moment', (piece) => {
  const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
  expect(redactText(text).length).toBeGreaterThan(0);
  expect(redactText(`${text}!`).length).toBeGreaterThan(0);
});
