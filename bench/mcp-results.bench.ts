/**
 * Large results over stdio: through our connection against a raw pipe of JSON-RPC that does nothing but split lines and
 * parse them, and the SDK's own transport beside it. In turn, one process for each side.
 * Run: node bench/mcp-results.bench.ts
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { silentMcpLog } from '../src/logging/mcp-log.ts';
import { connectServer } from '../src/mcp/mcp-connection.ts';
import { createChildSupervisor } from '../src/process/child-supervisor.ts';
import { randomIds } from '../src/runtime/random-ids.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { median, quantile, stdioSpec } from './mcp-pipeline.bench-support.ts';

const short = process.env['MASSGEN_BENCH_SHORT'] === '1';
const server = fileURLToPath(new URL('slow-server.bench-support.mjs', import.meta.url));
const place = await mkdtemp(join(tmpdir(), 'massgen-bench-'));

interface Side {
  ask(length: number): Promise<number>;
  close(): Promise<void>;
}

/** Chunks are kept as they come and joined once a line is whole. */
async function rawPipe(): Promise<Side> {
  const child = spawn(process.execPath, [server], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, (result: { content: { text: string }[] }) => void>();
  let pieces: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      pieces.push(chunk.subarray(from, end));
      const { id, result } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as {
        id: number;
        result: { content: { text: string }[] };
      };
      waiting.get(id)?.(result);
      waiting.delete(id);
      pieces = [];
      from = end + 1;
    }
    pieces.push(chunk.subarray(from));
  });
  let ids = 0;
  return {
    async ask(length) {
      ids += 1;
      const params = { name: 'text', arguments: { length } };
      const answer = new Promise<{ content: { text: string }[] }>((resolve) => waiting.set(ids, resolve));
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ids, method: 'tools/call', params })}\n`);
      return (await answer).content[0]?.text.length ?? 0;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin.end();
      }),
  };
}

async function ours(): Promise<Side> {
  const children = createChildSupervisor({ family: randomIds.hex(6) });
  const connection = await connectServer(stdioSpec('text', [server]), {
    id: 'conn_1',
    spawn: children.spawn,
    clock: systemClock,
    fetch,
    program: { name: 'bench', version: '0' },
    log: silentMcpLog,
    signal: new AbortController().signal,
  });
  const signals = [new AbortController().signal];
  return {
    async ask(length) {
      const { content } = await connection.call(
        'text',
        { length },
        { idleMs: 60_000, totalMs: 60_000, signals },
      );
      const [part] = content;
      return part?.type === 'text' ? part.text.length : 0;
    },
    close: () => connection.close(),
  };
}

async function sdk(): Promise<Side> {
  const client = new Client({ name: 'bench', version: '0' });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [server], stderr: 'ignore' }),
  );
  return {
    async ask(length) {
      const { content } = (await client.callTool({ name: 'text', arguments: { length } })) as {
        content: { text: string }[];
      };
      return content[0]?.text.length ?? 0;
    },
    close: () => client.close(),
  };
}

try {
  const sides = { raw: await rawPipe(), ours: await ours(), sdk: await sdk() };
  const rows: Record<string, unknown> = {};
  for (const megabytes of [1, 4]) {
    const length = megabytes * 1024 * 1024 - 200;
    const times = { raw: [] as number[], ours: [] as number[], sdk: [] as number[] };
    const rounds = short ? 9 : 31;
    for (let round = -2; round < rounds; round += 1) {
      const names = ['raw', 'ours', 'sdk'] as const;
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const begin = performance.now();
        if ((await sides[name].ask(length)) !== length) throw new Error(`${name} lost something`);
        if (round >= 0) times[name].push(performance.now() - begin);
      }
    }
    const ratio = (name: 'ours' | 'sdk'): number =>
      Number(median(times[name].map((time, index) => time / (times.raw[index] ?? Number.NaN))).toFixed(2));
    rows[`${megabytes} MB`] = {
      'raw pipe p50, ms': Number(median(times.raw).toFixed(1)),
      'ours p50, ms': Number(median(times.ours).toFixed(1)),
      'ours p99, ms': Number(quantile(times.ours, 0.99).toFixed(1)),
      'ours / raw': ratio('ours'),
      'at most': 1.5,
      'sdk / raw': ratio('sdk'),
    };
  }
  console.table(rows);
  for (const side of Object.values(sides)) await side.close();
} finally {
  await rm(place, { recursive: true, force: true });
}
