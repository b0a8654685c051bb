import { expect, test } from 'vitest';
import { levelOf, resolveMcpLogLevels, type McpLogLevelSources } from './mcp-log-levels.ts';

const config = { level: 'notice', servers: { files: 'error' } } as const;

function level(server: string, sources: Partial<McpLogLevelSources>): string {
  return levelOf(resolveMcpLogLevels({ config, ...sources }), server);
}

test('the config alone', () => {
  expect(level('files', {})).toBe('error');
  expect(level('web', {})).toBe('notice');
  expect(level('web', { variable: '' })).toBe('notice');
});

test.each([
  ['debug', 'debug', 'debug'],
  ['web=debug', 'error', 'debug'],
  ['debug,files=warning', 'warning', 'debug'],
  [' files = OFF , Info ,', 'off', 'info'],
  ['files=debug,files=alert', 'alert', 'notice'],
])('the variable %j counts more', (variable, files, web) => {
  expect(level('files', { variable })).toBe(files);
  expect(level('web', { variable })).toBe(web);
});

test('flags count most', () => {
  expect(level('web', { variable: 'off', debug: true })).toBe('debug');
  expect(level('files', { mcpDebug: true })).toBe('debug');
  expect(level('files', { variable: 'files=off', mcpDebug: ['files'] })).toBe('debug');
  expect(level('web', { variable: 'files=off', mcpDebug: ['files'] })).toBe('notice');
});

test.each([
  ['verbose', '"verbose" in MASSGEN_MCP_LOG: that is no level'],
  ['warn', '"warn" in MASSGEN_MCP_LOG: did you mean "warning"?'],
  ['files=warming', '"files=warming" in MASSGEN_MCP_LOG: did you mean "warning"?'],
  ['=debug', 'the name of a server is missing'],
  ['files=', '"files=" in MASSGEN_MCP_LOG: that is no level'],
])('%j is an error that says what is wrong, whatever the flags', (variable, message) => {
  for (const debug of [false, true]) {
    expect(() => resolveMcpLogLevels({ config, variable, debug })).toThrow(
      expect.objectContaining({ code: 'MG1450', message: expect.stringContaining(message) }),
    );
  }
});
