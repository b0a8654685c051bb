import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toolContentText } from '../events/tool-content.ts';
import { capabilityContent } from './capability-content.ts';
import { capabilityTools } from './capability-tools.ts';
import type { DiscoveredPrompt, ServerDiscovery } from './server-discovery.ts';

const nothing: ServerDiscovery = { tools: [], dropped: [], hasResources: false, prompts: [] };
const named = (name: string) => ({ name, description: '', inputSchema: { type: 'object' }, hash: name });
const prompt = (name: string, more: Partial<DiscoveredPrompt> = {}): DiscoveredPrompt => ({
  name,
  description: '',
  arguments: [],
  ...more,
});
const namesOf = (discovery: Partial<ServerDiscovery>): readonly string[] =>
  capabilityTools({ ...nothing, ...discovery }).map(({ tool }) => tool.name);

test('a server without resources and prompts gets no tools from us', () => {
  expect(namesOf({})).toEqual([]);
});

test("the server's own tools come first: nothing takes their names, and no name is taken twice", () => {
  expect(
    namesOf({
      tools: [named('read_resource'), named('greet')],
      hasResources: true,
      prompts: [prompt('greet'), prompt('list_resources'), prompt('other'), prompt('other')],
    }),
  ).toEqual(['list_resources', 'list_resource_templates', 'other']);
});

test('a prompt takes its arguments as texts, also such as are called like parts of the language', () => {
  const [made] = capabilityTools({
    ...nothing,
    prompts: [
      prompt('__proto__', {
        arguments: [
          { name: '__proto__', description: 'odd', required: true },
          { name: 'constructor', description: '', required: false },
        ],
      }),
    ],
  });
  expect(JSON.parse(JSON.stringify(made?.tool.inputSchema))).toEqual({
    type: 'object',
    properties: JSON.parse(
      '{"__proto__":{"type":"string","description":"odd"},"constructor":{"type":"string","description":""}}',
    ) as unknown,
    required: ['__proto__'],
    additionalProperties: false,
  });
  const args = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
  expect(JSON.stringify(made?.request(args))).toBe(
    '{"method":"prompts/get","params":{"name":"__proto__","arguments":{"__proto__":"x"}}}',
  );
});

test('what was not asked for is not sent', () => {
  const [list, templates, read] = capabilityTools({ ...nothing, hasResources: true });
  expect(list?.request({})).toEqual({ method: 'resources/list', params: {} });
  expect(list?.request({ cursor: 'next', other: 1 })).toEqual({
    method: 'resources/list',
    params: { cursor: 'next' },
  });
  expect(templates?.request({})).toEqual({ method: 'resources/templates/list', params: {} });
  expect(read?.request({ uri: 'memo://1', other: 1 })).toEqual({
    method: 'resources/read',
    params: { uri: 'memo://1' },
  });
});

test('another description is another tool', () => {
  const hashOf = (description: string) =>
    capabilityTools({ ...nothing, prompts: [prompt('greet', { description })] })[0]?.tool.hash;
  expect(hashOf('one')).not.toBe(hashOf('other'));
  expect(hashOf('one')).toBe(hashOf('one'));
});

test('lists are shown a line an entry, with where to go on; what is odd is left out', () => {
  const shown = (result: unknown): string => toolContentText(capabilityContent('resources/list', result));
  expect(
    shown({
      resources: [
        { uri: 'memo://1', name: 'One', mimeType: 'text/plain', description: 'First.' },
        { uri: 'memo://2', name: '' },
        { uri: 7, name: { a: 1 } },
      ],
      nextCursor: 'p2',
    }),
  ).toBe('memo://1 | One | text/plain | First.\nmemo://2\n\nmore: call again with cursor p2');
  for (const none of [undefined, null, 7, 'x', [], {}, { resources: 'x' }, { resources: [] }])
    expect(shown(none)).toBe('none');
});

test('messages of a prompt say who speaks', () => {
  const messages = [
    { role: 'user', content: { type: 'text', text: 'hello' } },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', data: 'aGk=' },
      ],
    },
    { role: { toString: 1, valueOf: 1 }, content: null },
    null,
  ];
  expect(toolContentText(capabilityContent('prompts/get', { messages }))).toBe(
    [
      '[user]',
      'hello',
      '[assistant]',
      'a',
      '[image application/octet-stream, 4 base64 characters]',
      '[somebody]',
      'null',
      '[somebody]',
      '',
    ].join('\n'),
  );
});

test('whatever a server answers, it is content and no exception', () => {
  const hostile = fc.oneof(
    fc.anything({ withNullPrototype: true, maxDepth: 3 }),
    fc.constantFrom({ toString: 1 }, { toJSON: 1 }, { valueOf: null, toString: null }),
  );
  const result = fc.oneof(
    hostile,
    fc.record({
      resources: fc.oneof(hostile, fc.array(hostile)),
      resourceTemplates: fc.array(hostile),
      nextCursor: hostile,
      contents: fc.array(fc.oneof(hostile, fc.record({ uri: fc.string(), text: hostile, blob: hostile }))),
      messages: fc.array(fc.oneof(hostile, fc.record({ role: hostile, content: hostile }))),
    }),
  );
  const methods = ['resources/list', 'resources/templates/list', 'resources/read', 'prompts/get'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...methods), result, (method, value) => {
      // As it comes from a server: nothing but JSON.
      const sent = JSON.parse(
        JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? 1 : each)) ?? 'null',
      ) as unknown;
      expect(typeof toolContentText(capabilityContent(method, sent))).toBe('string');
    }),
  );
});
