import { expect, test } from 'vitest';
import { newAnswerTool, voteTool } from '../../tools/decision-tools.ts';
import type { ToolDefinition } from '../../tools/tool-definition.ts';
import { createToolOffers } from './offer-tools.ts';

const tool = (name: string, more: Partial<ToolDefinition> = {}): ToolDefinition => ({
  name,
  description: 'Does something.',
  inputSchema: { type: 'object' },
  ...more,
});
const many = (count: number): readonly ToolDefinition[] =>
  Array.from({ length: count }, (_, n) => tool(`t${n}`));
const list = tool('list', { inputSchema: { type: 'array' } });

test('a tool that cannot be offered is left out alone, and is told of once', () => {
  const offer = createToolOffers('openai');
  const first = offer([tool('a'), list, tool('b')]);
  expect(first.tools.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(first.warnings.map(({ code, message }) => [code, message])).toEqual([
    ['MG1410', expect.stringContaining('list: its arguments are no object')],
  ]);
  const again = offer([tool('a'), list, tool('b')]);
  expect(again.tools).toHaveLength(2);
  expect(again.warnings).toEqual([]);
});

test('each agent is told', () => {
  expect(createToolOffers('openai')([list]).warnings).toHaveLength(1);
  expect(createToolOffers('openai')([list]).warnings).toHaveLength(1);
});

test('a definition is written once, and again when the server changed it', () => {
  const offer = createToolOffers('gemini');
  const inputSchema = { type: 'object', properties: { a: { type: 'string' } } };
  const before = offer([tool('a', { inputSchema })]).tools[0];
  expect(offer([tool('a', { inputSchema })]).tools[0]).toBe(before);
  expect(offer([tool('a', { inputSchema, description: 'New.' })]).tools[0]?.description).toBe('New.');
  expect(offer([tool('a', { inputSchema: { ...inputSchema } })]).tools[0]).not.toBe(before);
  expect(offer([tool('b', { inputSchema })]).tools[0]?.name).toBe('b');
});

test.each([
  ['openai', 128],
  ['gemini', 512],
] as const)('%s is offered %d tools at most, decisions among them wherever they stand', (dialect, most) => {
  const offer = createToolOffers(dialect);
  const all = [...many(most + 20), tool(newAnswerTool), tool(voteTool)];
  const { tools, warnings } = offer(all);
  expect(tools.map(({ name }) => name)).toEqual([
    ...many(most - 2).map(({ name }) => name),
    newAnswerTool,
    voteTool,
  ]);
  expect(warnings.map(({ code, message, hint }) => [code, message, hint])).toEqual([
    ['MG1614', expect.stringContaining(`22 of ${most + 22}`), expect.stringContaining('allowed_tools')],
  ]);
  expect(offer(all.slice(1)).warnings).toEqual([]);
  expect(createToolOffers(dialect)([tool(voteTool), ...many(most - 1)]).warnings).toEqual([]);
});

test('Anthropic is offered all', () => {
  expect(createToolOffers('anthropic')(many(600))).toMatchObject({ tools: { length: 600 }, warnings: [] });
});
