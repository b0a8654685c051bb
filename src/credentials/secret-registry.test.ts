import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretRegistry } from './secret-registry.ts';

const secret = 'sk-live-"quoted"/ß+key\\1234';

describe('secret registry', () => {
  it('replaces a secret in every form it may travel in', () => {
    const registry = createSecretRegistry();
    registry.add('OPENAI_API_KEY', secret);
    for (const text of [
      `key is ${secret}.`,
      JSON.stringify({ header: `Bearer ${secret}` }),
      JSON.stringify({ header: secret }).replaceAll('/', '\\/'),
      `https://host/?key=${encodeURIComponent(secret)}&x=1`,
      `https://host/?key=${encodeURIComponent(secret).replace(/%../gu, (code) => code.toLowerCase())}`,
      Buffer.from(secret).toString('base64'),
      Buffer.from(`user:${secret}`).toString('base64url'),
      Buffer.from(`{"k":"${secret}"}`).toString('base64'),
    ]) {
      expect(registry.replace(text)).toContain('[secret OPENAI_API_KEY]');
    }
  });

  it('finds the value in base64 wherever it starts and whatever surrounds it', () => {
    const registry = createSecretRegistry();
    registry.add('KEY', secret);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), (before, after) => {
        const text = Buffer.concat([before, Buffer.from(secret), after]).toString('base64');
        expect(registry.replace(text)).toContain('[secret KEY]');
      }),
    );
  });

  it('leaves no registered value behind, and other text alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 8, maxLength: 20 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.string({ maxLength: 10 }), { maxLength: 5 }),
        (values, around) => {
          const registry = createSecretRegistry();
          for (const [index, value] of values.entries()) registry.add(`S${index}`, value);
          const replaced = registry.replace(around.join(' ') + values.join('|'));
          for (const value of values) expect(replaced.replace(/\[secret S\d\]/gu, '\n')).not.toContain(value);
        },
      ),
    );
    const registry = createSecretRegistry();
    registry.add('KEY', 'abcdefghij');
    expect(registry.replace('abcdefghi abcdefgh')).toBe('abcdefghi abcdefgh');
  });

  it('prefers the longer of two secrets and keeps the first name of a value', () => {
    const registry = createSecretRegistry();
    registry.add('SHORT', 'abcdefgh');
    registry.add('LONG', 'abcdefgh-ijkl');
    registry.add('AGAIN', 'abcdefgh');
    expect(registry.replace('abcdefgh-ijkl abcdefgh')).toBe('[secret LONG] [secret SHORT]');
  });

  it('does not take values that are too short to be told from ordinary text', () => {
    const registry = createSecretRegistry();
    expect(registry.add('SHORT', 'abc')).toBe(false);
    expect(registry.replace('abc')).toBe('abc');
  });
});

it('a value of several lines is replaced line by line too, but for lines that are anybody’s', () => {
  const registry = createSecretRegistry();
  registry.add('CERT', '{\n  "private": "Zm9vYmFyYmF6cXV4"\n}\n');
  expect(registry.replace('stderr:   "private": "Zm9vYmFyYmF6cXV4"')).toBe('stderr: [secret CERT]');
  expect(registry.replace('{ }')).toBe('{ }');
});

it('tells how long the longest of its forms is', () => {
  const registry = createSecretRegistry();
  expect(registry.longest).toBe(0);
  registry.add('KEY', 'a/b/c/d/e');
  expect(registry.longest).toBe(encodeURIComponent('a/b/c/d/e').length);
});
