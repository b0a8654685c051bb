import { describe, expect, it } from 'vitest';
import { checkBaseUrl } from './check-base-url.ts';

describe('base URL of a backend', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    [' https://api.openai.com/v1// ', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/chat/completions', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/chat/completions/', 'https://api.openai.com/v1'],
    ['https://api.openai.com', 'https://api.openai.com'],
    ['http://localhost:1234/v1', 'http://localhost:1234/v1'],
    ['http://192.168.0.7:8000/v1', 'http://192.168.0.7:8000/v1'],
  ])('%s is taken as %s, also with a key', (written, expected) => {
    expect(checkBaseUrl(written, true)).toBe(expected);
  });

  it('may be plain http on another machine only without a key', () => {
    expect(checkBaseUrl('http://llm.example.com/v1', false)).toBe('http://llm.example.com/v1');
    expect(() => checkBaseUrl('http://llm.example.com/v1', true)).toThrow(
      expect.objectContaining({ code: 'MG1621', exitCode: 2 }),
    );
  });

  it.each([
    '',
    'api.openai.com/v1',
    'ftp://host/v1',
    'file:///etc/passwd',
    'https://host/v1?key=abc',
    'https://host/#x',
  ])('cannot be %j', (written) => {
    expect(() => checkBaseUrl(written, false)).toThrow(
      expect.objectContaining({ code: 'MG1620', exitCode: 2 }),
    );
  });

  it('cannot hold a password, and does not show it', () => {
    expect(() => checkBaseUrl('https://user:canary@host/v1', false)).toThrow(
      expect.objectContaining({ code: 'MG1620', message: expect.not.stringContaining('canary') as string }),
    );
  });
});
