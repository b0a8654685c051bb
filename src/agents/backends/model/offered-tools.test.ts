/** What a model is offered of the tools of hostile and careless servers: never anything its provider would refuse. */
import { describe, expect, it } from 'vitest';
import type { FakeChatServer } from '../../../testing/fake-chat-server.ts';
import { newAnswerTool, voteTool } from '../../../tools/decision-tools.ts';
import type { ToolDefinition } from '../../../tools/tool-definition.ts';
import { oddTools } from '../../schema-dialect/odd-tools.test-support.ts';
import { callStep, createTools, createTurn, echoTool, inOrder, only, setUp } from './model.test-support.ts';

const turnWith = (tools: readonly ToolDefinition[]) =>
  createTurn({ tools: { ...createTools(), list: () => tools } });
const odd = oddTools.map(([, tool], n): ToolDefinition => ({ ...tool, name: `odd_${n}` }));
const namesOf = ({ requests }: FakeChatServer): readonly (readonly string[])[] =>
  requests.map(({ body }) => body.tools?.map((tool) => tool.function.name) ?? []);
const twoSteps = inOrder(
  [callStep(0, 'a', echoTool.name, { path: '/a' })],
  [{ type: 'text', text: 'Done.' }],
);

describe('a tool that the provider would refuse', () => {
  it('does not keep the others from the model, and is told of once, before the call', async () => {
    const { play, server } = await setUp(twoSteps);
    const { events, error } = await play(turnWith([...odd, echoTool]));
    expect(error).toBeUndefined();
    expect(server.requests.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(namesOf(server)[0]).toContain(echoTool.name);
    const warnings = only(events, 'warning.raised');
    expect(warnings.map(({ code }) => code)).toEqual(
      Array.from({ length: odd.length + 1 - (namesOf(server)[0]?.length ?? 0) }, () => 'MG1410'),
    );
    expect(warnings.length).toBeGreaterThan(3);
    expect(events.findIndex(({ type }) => type === 'model.call.started')).toBe(warnings.length);
    expect(
      (await play(turnWith([...odd, echoTool]))).events.filter(({ type }) => type === 'warning.raised'),
    ).toEqual([]);
  });

  it.each([
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'nullable'],
    ['https://api.anthropic.com/v1', '$defs'],
  ])('is told from others by the server of the model: %s', async (baseUrl, word) => {
    const bodies: string[] = [];
    const { play } = await setUp(() => [], {
      baseUrl,
      fetch: (_, init) => {
        bodies.push(String(init?.body));
        return Promise.resolve(new Response('{}', { status: 400 }));
      },
    });
    await play(turnWith([...odd, echoTool]));
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toContain(`"${word}":`);
    expect(bodies[0]?.includes('"nullable":')).toBe(word === 'nullable');
  });
});

it('a tool without arguments has no parameters for Gemini, and an empty object for others', async () => {
  const now: ToolDefinition = { name: 'now', description: 'The time.', inputSchema: { type: 'object' } };
  const sent: unknown[] = [];
  for (const baseUrl of [
    'https://generativelanguage.googleapis.com/v1beta/openai',
    'https://api.openai.com/v1',
  ]) {
    const { play } = await setUp(() => [], {
      baseUrl,
      fetch: (_, init) => {
        sent.push((JSON.parse(String(init?.body)) as { tools: unknown }).tools);
        return Promise.resolve(new Response('{}', { status: 400 }));
      },
    });
    await play(turnWith([now]));
  }
  expect(sent).toEqual([
    [{ type: 'function', function: { name: 'now', description: 'The time.' } }],
    [
      {
        type: 'function',
        function: { name: 'now', description: 'The time.', parameters: { type: 'object', properties: {} } },
      },
    ],
  ]);
});

it('of more tools than the provider takes the last are left out, but no decision', async () => {
  const many = Array.from({ length: 200 }, (_, n): ToolDefinition => ({ ...echoTool, name: `t${n}` }));
  const { play, server } = await setUp(() => [{ type: 'text', text: 'Done.' }]);
  const decisions = [newAnswerTool, voteTool].map((name): ToolDefinition => ({ ...echoTool, name }));
  const { events, error } = await play(turnWith([...many, ...decisions]));
  expect(error).toBeUndefined();
  expect(namesOf(server)).toEqual([[...many.slice(0, 126).map(({ name }) => name), newAnswerTool, voteTool]]);
  expect(only(events, 'warning.raised')).toEqual([
    {
      type: 'warning.raised',
      code: 'MG1614',
      message: expect.stringContaining('74 of 202'),
      hint: expect.stringContaining('allowed_tools'),
    },
  ]);
});
