/** A server with one tool that takes 50 ms and does nothing, and one that gives back as much text as it is asked for. */
import { createInterface } from 'node:readline';

const tools = [
  { name: 'nap', inputSchema: { type: 'object' } },
  { name: 'text', inputSchema: { type: 'object', properties: { length: { type: 'number' } } } },
];
const answer = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'initialize') {
      answer(id, {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'slow', version: '0' },
      });
    } else if (method === 'tools/list') answer(id, { tools });
    else if (method === 'tools/call' && params.name === 'nap')
      setTimeout(() => answer(id, { content: [{ type: 'text', text: 'done' }] }), 50);
    else if (method === 'tools/call')
      answer(id, { content: [{ type: 'text', text: 'x'.repeat(params.arguments.length) }] });
    else if (id !== undefined) answer(id, {});
  })
  .on('close', () => process.exit(0));
