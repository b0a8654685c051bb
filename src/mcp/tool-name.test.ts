import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashedToolName, offeredToolName } from './tool-name.ts';

/** What OpenAI, Anthropic and Gemini all take. */
const everywhere = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/u;

const name = fc.oneof(
  fc.string({ maxLength: 120 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '__proto__', 'a__b', 'with space', '.', '🙂', '\uD800', 'x'.repeat(200)),
);

test('every name fits every provider', () => {
  fc.assert(
    fc.property(name, name, (server, tool) => {
      expect(offeredToolName(server, tool)).toMatch(everywhere);
      expect(hashedToolName(server, tool)).toMatch(everywhere);
    }),
  );
});

test('a name depends on nothing but server and tool', () => {
  fc.assert(
    fc.property(name, name, (server, tool) => {
      expect(offeredToolName(server, tool)).toBe(offeredToolName(server, tool));
    }),
  );
  expect(offeredToolName('weather', 'get.forecast')).toBe('mcp__weather__get_forecast_3ed190b7d8');
});

test('short forms of different tools differ', () => {
  fc.assert(
    fc.property(name, name, name, name, (server, tool, otherServer, otherTool) => {
      fc.pre(
        server.toWellFormed() !== otherServer.toWellFormed() ||
          tool.toWellFormed() !== otherTool.toWellFormed(),
      );
      expect(hashedToolName(server, tool)).not.toBe(hashedToolName(otherServer, otherTool));
    }),
  );
});

test('a name that fits is plain, up to the last character', () => {
  expect(offeredToolName('files', 'read_file')).toBe('mcp__files__read_file');
  const longest = 'n'.repeat(64 - 'mcp__files__'.length);
  expect(offeredToolName('files', longest)).toBe(`mcp__files__${longest}`);
  expect(offeredToolName('files', `${longest}n`)).toBe(hashedToolName('files', `${longest}n`));
});
