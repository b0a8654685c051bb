import { expect, it } from 'vitest';
import { isPrivateHost } from './private-host.ts';

const hostOf = (host: string): string => new URL(`http://${host}/`).hostname;

it.each([
  'localhost',
  'localhost.',
  'api.localhost',
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0.0.0.0',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.5',
  '169.254.1.1',
  '100.64.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[fd00::1]',
  '[fe80::1]',
  'ollama',
  'nas.local',
  'host.docker.internal',
  'box.home.arpa',
])('%s is private', (host) => {
  expect(isPrivateHost(hostOf(host))).toBe(true);
});

it.each([
  'api.openai.com',
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '[2001:4860:4860::8888]',
  'localhost.evil.com',
  'x.internal.evil.com',
])('%s is not private', (host) => {
  expect(isPrivateHost(hostOf(host))).toBe(false);
});
