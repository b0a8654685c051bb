import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { silentMcpLog, type McpLog, type McpLogEntry } from '../logging/mcp-log.ts';
import type { DiscoveredTool } from '../mcp/discovered-tool.ts';
import type { AgentServer } from '../mcp/mcp-hub.ts';
import type { McpServer, ServerCall } from '../mcp/mcp-server.ts';
import type { ServerCallResult } from '../mcp/server-call-result.ts';
import type { ServerDiscovery } from '../mcp/server-discovery.ts';
import type { StdioServerSpec } from '../mcp/server-spec.ts';
import { hashedToolName } from '../mcp/tool-name.ts';
import type { ResolvedTool } from './resolved-tool.ts';
import { createServerTools } from './server-tools.ts';
import { toolTable } from './tool-table.ts';

interface Asked {
  readonly server: string;
  readonly tool: string;
  readonly repeatable: boolean;
}

function agentServer(
  name: string,
  tools: readonly (string | Partial<DiscoveredTool>)[],
  more: Partial<StdioServerSpec> = {},
  asked: Asked[] = [],
): AgentServer {
  const spec: StdioServerSpec = {
    type: 'stdio',
    name,
    agent: 'writer',
    scope: 'shared',
    mayIdle: true,
    connectTimeoutMs: 1_000,
    callIdleMs: 1_000,
    callTotalMs: 600_000,
    allowLists: [],
    excludedTools: [],
    launch: { command: 'server', args: [], env: {}, cwd: '/ws' },
    ...more,
  };
  const discovery: ServerDiscovery = {
    tools: tools.map((tool) => ({
      name: typeof tool === 'string' ? tool : '',
      description: '',
      inputSchema: { type: 'object' },
      hash: '',
      ...(typeof tool === 'string' ? {} : tool),
    })),
    dropped: [],
    hasResources: false,
    prompts: [],
  };
  const call = ({ tool, repeatable }: ServerCall): Promise<ServerCallResult> => {
    asked.push({ server: name, tool, repeatable });
    return Promise.resolve({ outcome: 'ok', content: [] });
  };
  return { spec, server: { spec, discovery, call } as unknown as McpServer };
}

const serverTools = (servers: readonly AgentServer[], log: McpLog = silentMcpLog): readonly ResolvedTool[] =>
  createServerTools({ servers: () => servers, log })();

const namesOf = (...servers: readonly AgentServer[]): readonly string[] =>
  serverTools(servers).map(({ definition }) => definition.name);

describe('filters', () => {
  const tools = ['read_file', 'write_file', 'x'.repeat(80)];
  const long = hashedToolName('files', 'x'.repeat(80));

  test('without any, everything is offered', () => {
    expect(namesOf(agentServer('files', tools))).toEqual([
      'mcp__files__read_file',
      'mcp__files__write_file',
      long,
    ]);
  });

  test.each([
    ['by its own name', ['read_file']],
    ['by the offered name', ['mcp__files__read_file']],
  ])('what is allowed %s is all that is offered', (_, allowed) => {
    expect(namesOf(agentServer('files', tools, { allowLists: [allowed] }))).toEqual([
      'mcp__files__read_file',
    ]);
  });

  test.each([
    ['by its own name', ['write_file', 'x'.repeat(80)]],
    ['by the offered name', ['mcp__files__write_file', long]],
  ])('what is excluded %s is not offered, even when it is allowed', (_, excludedTools) => {
    expect(namesOf(agentServer('files', tools, { excludedTools, allowLists: [tools] }))).toEqual([
      'mcp__files__read_file',
    ]);
  });

  test('two lists allow what both name, each in its own spelling', () => {
    const allowLists = [['read_file', 'mcp__files__write_file'], ['write_file']];
    expect(namesOf(agentServer('files', tools, { allowLists }))).toEqual(['mcp__files__write_file']);
  });

  test('`mcp__server` in a list means all tools of that server', () => {
    expect(namesOf(agentServer('files', tools, { allowLists: [['mcp__files']] }))).toHaveLength(3);
    expect(namesOf(agentServer('files', tools, { allowLists: [['mcp__other']] }))).toEqual([]);
  });

  test('an empty list allows nothing', () => {
    expect(namesOf(agentServer('files', tools, { allowLists: [[]] }))).toEqual([]);
  });

  test('the name of another server does not count', () => {
    expect(namesOf(agentServer('files', ['a'], { excludedTools: ['mcp__other__a', 'A', 'a '] }))).toEqual([
      'mcp__files__a',
    ]);
  });
});

describe('names', () => {
  test('that would be the same are told apart, the first one keeps the plain form', () => {
    const offered = serverTools([agentServer('a', ['b__c']), agentServer('a__b', ['c'])]);
    expect(
      offered.map(({ definition, server, serverTool }) => [definition.name, server, serverTool]),
    ).toEqual([
      ['mcp__a__b__c', 'a', 'b__c'],
      [hashedToolName('a__b', 'c'), 'a__b', 'c'],
    ]);
  });

  test('that differ in case only are told apart', () => {
    const offered = namesOf(agentServer('Files', ['Read']), agentServer('files', ['read']));
    expect(offered).toEqual(['mcp__Files__Read', hashedToolName('files', 'read')]);
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
          const all = servers.map((entry) => agentServer(entry.name, entry.tools, {}, asked));
          const table = toolTable(serverTools(all));
          expect(table.size).toBe(servers.reduce((sum, { tools }) => sum + tools.length, 0));
          for (const [offered, tool] of table) {
            expect(offered).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/u);
            await tool.invoke({}, { call: 'call_1', turn: 1, signal: new AbortController().signal });
            expect(asked.at(-1)).toMatchObject({ server: tool.server, tool: tool.serverTool });
          }
          expect(namesOf(...all)).toEqual([...table.keys()]);
        },
      ),
    );
  });
});

test('only what is known to do no harm twice may be repeated', async () => {
  const asked: Asked[] = [];
  const tools = serverTools([
    agentServer(
      'declared',
      ['look', 'change', 'send'],
      { declaredEffects: { look: ['Read'], change: ['Write'], send: ['Net'] } },
      asked,
    ),
    agentServer('stranger', [{ name: 'read_file', annotations: { readOnlyHint: true } }], {}, asked),
  ]);
  for (const tool of tools)
    await tool.invoke({}, { call: 'call_1', turn: 1, signal: new AbortController().signal });
  expect(asked.map(({ tool, repeatable }) => [tool, repeatable])).toEqual([
    ['look', true],
    ['change', false],
    ['send', false],
    ['read_file', false],
  ]);
});

test('the table is made anew when a server offers something else, and only then', () => {
  const server = agentServer('files', ['a']);
  const tools = createServerTools({ servers: () => [server], log: silentMcpLog });
  const first = tools();
  expect(tools()).toBe(first);
  const { discovery } = agentServer('files', ['a', 'b']).server;
  Object.assign(server.server, { discovery });
  expect(tools().map(({ serverTool }) => serverTool)).toEqual(['a', 'b']);
});

test('whoever debugs a server is told of each tool what became of it and why', () => {
  const entries: McpLogEntry[] = [];
  const log: McpLog = { ...silentMcpLog, wants: () => true, log: (_, entry) => void entries.push(entry) };
  serverTools(
    [
      agentServer('files', ['a', 'secret', 'x'.repeat(80)], {
        excludedTools: ['secret'],
        declaredEffects: { a: ['Read'] },
      }),
    ],
    log,
  );
  expect(entries.map(({ text }) => text)).toEqual([
    'a registered',
    'secret not offered: `exclude_tools` names it',
    `${'x'.repeat(80)} registered as ${hashedToolName('files', 'x'.repeat(80))}`,
  ]);
  expect(entries[0]?.data).toMatchObject({ effects: ['Read'], source: 'config', offered: 'mcp__files__a' });
});
