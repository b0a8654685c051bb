/**
 * An MCP server over HTTP for benchmarks: says on stdout where it listens. A call of its tools is answered with what the
 * name of the tool says, as large as a message may be.
 */
import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const megabyte = 1024 * 1024;
const block = (value) => ({ content: [{ type: 'text', text: value }] });
const message = (more) => JSON.stringify({ jsonrpc: '2.0', ...more });
const event = (more) => `data: ${message(more)}\n\n`;

const answers = {
  /** As many events as it is told before the one with the answer. */
  flood: (id, { times }) =>
    event({ method: 'notifications/message', params: { level: 'info', data: 'hello' } }).repeat(times) +
    event({ id, result: block('after the flood') }),
  'large-event': (id) => event({ id, result: block('x'.repeat(9 * megabyte)) }),
  'heavy-event': (id) => event({ id, result: { structuredContent: Array(4 * megabyte).fill(1) } }),
  large: (id) => message({ id, result: block('x'.repeat(9 * megabyte)) }),
  heavy: (id) => message({ id, result: { structuredContent: Array(4 * megabyte).fill(1) } }),
};

const server = createServer(async (request, response) => {
  const { id, method, params } = request.method === 'POST' ? JSON.parse(await text(request)) : {};
  if (id === undefined) {
    response.writeHead(request.method === 'POST' ? 202 : 405).end();
    return;
  }
  if (method === 'tools/call') {
    const answer = answers[params.name](id, params.arguments);
    const type = answer.startsWith('data') ? 'text/event-stream' : 'application/json';
    response.writeHead(200, { 'content-type': type }).end(answer);
    return;
  }
  const result =
    method === 'initialize'
      ? {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'hostile', version: '1' },
        }
      : { tools: Object.keys(answers).map((name) => ({ name, inputSchema: { type: 'object' } })) };
  response.writeHead(200, { 'content-type': 'application/json' }).end(message({ id, result }));
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
