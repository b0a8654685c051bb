import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { McpConnection } from '../mcp/mcp-connection.ts';
import type { ServerSpec } from '../mcp/server-spec.ts';
import { hashedToolName } from '../mcp/tool-name.ts';
import { longestCallMs, serverTools, toolTable } from './tool-table.ts';

interface Asked {
  readonly server: string;
  readonly tool: string;
  readonly timeoutMs: number;
}

function connection(
  name: string,
  tools: readonly string[],
  more: Partial<Pick<ServerSpec, 'allowLists' | 'excludedTools'>> & { readonly http?: number } = {},
  asked: Asked[] = [],
): McpConnection {
  const { http, ...filters } = more;
  const common = { name, agent: 'writer', allowLists: [], excludedTools: [], ...filters };
  const launch = { command: 'server', args: [], env: {}, cwd: '/ws' };
  return {
    spec:
      http === undefined
        ? { type: 'stdio', ...common, launch }
        : { type: 'streamable-http', ...common, url: 'http://localhost', headers: {}, timeoutMs: http },
    tools: tools.map((tool) => ({ name: tool, description: '', inputSchema: { type: 'object' } })),
    dropped: [],
    call: (tool, _, { timeoutMs }) => {
      asked.push({ server: name, tool, timeoutMs });
      return Promise.resolve({ outcome: 'ok', content: [] });
    },
    close: () => Promise.resolve(),
  };
}

const namesOf = (...connections: readonly McpConnection[]): readonly string[] =>
  serverTools(connections).map(({ definition }) => definition.name);

describe('filters', () => {
  const tools = ['read_file', 'write_file', 'x'.repeat(80)];
  const long = hashedToolName('files', 'x'.repeat(80));

  test('without any, everything is offered', () => {
    expect(namesOf(connection('files', tools))).toEqual([
      'mcp__files__read_file',
      'mcp__files__write_file',
      long,
    ]);
  });

  test.each([
    ['by its own name', ['read_file']],
    ['by the offered name', ['mcp__files__read_file']],
  ])('what is allowed %s is all that is offered', (_, allowed) => {
    expect(namesOf(connection('files', tools, { allowLists: [allowed] }))).toEqual(['mcp__files__read_file']);
  });

  test.each([
    ['by its own name', ['write_file', 'x'.repeat(80)]],
    ['by the offered name', ['mcp__files__write_file', long]],
  ])('what is excluded %s is not offered, even when it is allowed', (_, excludedTools) => {
    expect(namesOf(connection('files', tools, { excludedTools, allowLists: [tools] }))).toEqual([
      'mcp__files__read_file',
    ]);
  });

  test('two lists allow what both name, each in its own spelling', () => {
    const allowLists = [['read_file', 'mcp__files__write_file'], ['write_file']];
    expect(namesOf(connection('files', tools, { allowLists }))).toEqual(['mcp__files__write_file']);
  });

  test('an empty list allows nothing', () => {
    expect(namesOf(connection('files', tools, { allowLists: [[]] }))).toEqual([]);
  });

  test('the name of another server does not count', () => {
    expect(namesOf(connection('files', ['a'], { excludedTools: ['mcp__other__a', 'A', 'a '] }))).toEqual([
      'mcp__files__a',
    ]);
  });
});

describe('names', () => {
  test('that would be the same are told apart, the first one keeps the plain form', () => {
    const offered = serverTools([connection('a', ['b__c']), connection('a__b', ['c'])]);
    expect(
      offered.map(({ definition, server, serverTool }) => [definition.name, server, serverTool]),
    ).toEqual([
      ['mcp__a__b__c', 'a', 'b__c'],
      [hashedToolName('a__b', 'c'), 'a__b', 'c'],
    ]);
  });

  test('are unique, fit every provider, lead back to their tool, and are the same each time', async () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'a__b', 'b', 'b__c', 'c', '_', '__proto__', 'x'.repeat(70), 'é', '.'),
      fc.string({ minLength: 1, maxLength: 80 }),
    );
    const server = fc.record({ name, tools: fc.uniqueArray(name, { maxLength: 6 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(server, { maxLength: 4, selector: (entry) => entry.name }),
        async (servers) => {
          const asked: Asked[] = [];
          const connections = servers.map((entry) => connection(entry.name, entry.tools, {}, asked));
          const table = toolTable(serverTools(connections));
          expect(table.size).toBe(servers.reduce((sum, { tools }) => sum + tools.length, 0));
          for (const [offered, tool] of table) {
            expect(offered).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/u);
            await tool.invoke({}, { call: 'call_1', signal: new AbortController().signal });
            expect(asked.at(-1)).toMatchObject({ server: tool.server, tool: tool.serverTool });
          }
          expect(namesOf(...connections)).toEqual([...table.keys()]);
        },
      ),
    );
  });
});

test('a call over HTTP has the time of its server, one over stdio that of every call', async () => {
  const asked: Asked[] = [];
  const connections = [
    connection('quick', ['a'], { http: 5_000 }, asked),
    connection('slow', ['a'], { http: 86_400_000 }, asked),
    connection('local', ['a'], {}, asked),
  ];
  for (const tool of serverTools(connections)) {
    await tool.invoke({}, { call: 'call_1', signal: new AbortController().signal });
  }
  expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000, longestCallMs, longestCallMs]);
});
