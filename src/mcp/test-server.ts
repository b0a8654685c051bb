/**
 * The test server: three small tools for trying out configs, clients and logs, with the names that v0.0.15 gave them.
 * Served by `massgen mcp test-server`, over stdio or, with `--port`, over HTTP.
 */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const reading = { readOnlyHint: true, openWorldHint: false } as const;

/** Serves until the input ends. `now` is the time in milliseconds since the epoch. */
export function serveTestServer(version: string, now: () => number): Promise<void> {
  return new Promise((resolve) => {
    const handle = serveStdio(() => createTestServer(version, now));
    process.stdin.once('end', () => void handle.close().then(resolve));
  });
}

export function createTestServer(version: string, now: () => number): McpServer {
  const server = new McpServer({ name: 'massgen-test-server', version });
  server.registerTool(
    'mcp_echo',
    {
      description: 'Gives back the message.',
      inputSchema: z.object({ message: z.string().describe('Any text.') }),
      annotations: reading,
    },
    ({ message }) => ({ content: [{ type: 'text', text: `Echo: ${message}` }] }),
  );
  server.registerTool(
    'add_numbers',
    {
      description: 'Adds two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      annotations: reading,
    },
    ({ a, b }) => ({ content: [{ type: 'text', text: `${a} + ${b} = ${a + b}` }] }),
  );
  server.registerTool(
    'get_current_time',
    { description: 'Says what time it is, in UTC.', inputSchema: z.object({}), annotations: reading },
    () => ({ content: [{ type: 'text', text: new Date(now()).toISOString() }] }),
  );
  return server;
}
