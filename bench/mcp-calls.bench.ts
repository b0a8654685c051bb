/**
 * What a call of an MCP tool costs on its way through us: the same read-only call on the same server, once as an agent
 * makes it (table, checks, policy, journal, hub, log), once by the bare client of the SDK, in turn. Then the same with
 * a server in this process, where the difference is processor time and nothing else; a hundred calls at once; and the
 * share of the logs.
 * Run: node bench/mcp-calls.bench.ts
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { median, openPipeline, quantile, stdioSpec } from './mcp-pipeline.bench-support.ts';

const short = process.env['MASSGEN_BENCH_SHORT'] === '1';
const filesystem = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-filesystem/dist/index.js',
);
const slow = fileURLToPath(new URL('slow-server.bench-support.mjs', import.meta.url));
const place = await mkdtemp(join(tmpdir(), 'massgen-bench-'));
const folder = async (name: string): Promise<string> => mkdtemp(join(place, `${name}-`));

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

async function bareStdio(args: readonly string[]): Promise<Client> {
  const client = new Client({ name: 'bench', version: '0' });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [...args], stderr: 'ignore' }),
  );
  return client;
}

/** Over stdio, one call of each side in turn. */
async function calls(): Promise<void> {
  const file = join(place, 'file.txt');
  await writeFile(file, 'x'.repeat(1_024));
  const ours = await openPipeline({
    directory: await folder('calls'),
    specs: [stdioSpec('filesystem', [filesystem, place])],
  });
  const bare = await bareStdio([filesystem, place]);
  const args = { path: file };
  const sides = { ours: [] as number[], bare: [] as number[] };
  const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const begin = performance.now();
    await work();
    into.push(performance.now() - begin);
  };
  const callOurs = (): Promise<unknown> => ours.call('mcp__filesystem__read_text_file', args);
  const callBare = (): Promise<unknown> =>
    bare.callTool({ name: 'read_text_file', arguments: args }, { toolDefinition: undefined as never });
  const result = await ours.call('mcp__filesystem__read_text_file', args);
  if (result.outcome !== 'ok') throw new Error(JSON.stringify(result));
  const warmUp = 300;
  const count = short ? 1_500 : 6_000;
  for (let index = -warmUp; index < count; index += 1) {
    const into = index < 0 ? { ours: [], bare: [] } : sides;
    if (index % 2 === 0) {
      await timed(into.ours, callOurs);
      await timed(into.bare, callBare);
    } else {
      await timed(into.bare, callBare);
      await timed(into.ours, callOurs);
    }
  }
  await ours.close();
  await bare.close();
  const row = (part: number, target: string): unknown => ({
    'ours, ms': rounded(quantile(sides.ours, part)),
    'bare client, ms': rounded(quantile(sides.bare, part)),
    'added, ms': rounded(quantile(sides.ours, part) - quantile(sides.bare, part)),
    ratio: rounded(quantile(sides.ours, part) / quantile(sides.bare, part)),
    'at most': target,
  });
  console.log('A read of 1 KB over stdio');
  console.table({ p50: row(0.5, 'added 0.15 ms'), p99: row(0.99, 'ratio 1.3') });
}

function memoryServer(): { readonly connect: () => Promise<InMemoryTransport> } {
  return {
    async connect() {
      const [near, far] = InMemoryTransport.createLinkedPair();
      const server = new McpServer({ name: 'memory', version: '0' });
      server.registerTool(
        'read_note',
        { inputSchema: z.object({ name: z.string() }), annotations: { readOnlyHint: true } },
        ({ name }) => ({ content: [{ type: 'text', text: `note ${name}` }] }),
      );
      await server.connect(far);
      return near;
    },
  };
}

/**
 * Processor time of a call on a server in this process, with and without logs, against the bare client. The compiler is at
 * work for the first thousands of calls, in threads that are counted too; what they take is told apart.
 */
async function processor(): Promise<void> {
  const spec = stdioSpec('memory', [], { declaredEffects: { read_note: ['Read'] } });
  const open = async (logs: boolean) => {
    const near = await memoryServer().connect();
    return openPipeline({ directory: await folder('memory'), specs: [spec], logs, transportOf: () => near });
  };
  const logged = await open(true);
  const plain = await open(false);
  const bare = new Client({ name: 'bench', version: '0' });
  await bare.connect(await memoryServer().connect());
  const args = { name: 'today' };
  const sides = {
    logged: {
      work: () => logged.call('mcp__memory__read_note', args),
      cold: [] as number[],
      us: [] as number[],
    },
    plain: {
      work: () => plain.call('mcp__memory__read_note', args),
      cold: [] as number[],
      us: [] as number[],
    },
    bare: {
      work: () => bare.callTool({ name: 'read_note', arguments: args }) as Promise<unknown>,
      cold: [] as number[],
      us: [] as number[],
    },
  };
  const batch = 250;
  const warmUp = 12;
  const rounds = short ? 14 : 42;
  for (let round = -warmUp; round < rounds; round += 1) {
    const order = Object.values(sides);
    for (const side of round % 2 === 0 ? order : order.toReversed()) {
      const before = process.cpuUsage();
      for (let index = 0; index < batch; index += 1) await side.work();
      const { user, system } = process.cpuUsage(before);
      (round < 0 ? side.cold : side.us).push((user + system) / batch);
    }
  }
  await logged.close();
  await plain.close();
  await bare.close();
  const [ours, without, client] = [sides.logged.us, sides.plain.us, sides.bare.us].map(median) as [
    number,
    number,
    number,
  ];
  console.log('A read of a server in this process, processor time of all threads');
  console.table([
    { what: 'ours, logged', 'us a call': rounded(ours) },
    { what: 'ours, no logs', 'us a call': rounded(without) },
    { what: 'bare client', 'us a call': rounded(client) },
    { what: 'added by us', 'us a call': rounded(ours - client), 'at most': 60 },
    {
      what: `added in the first ${warmUp * batch} calls`,
      'us a call': rounded(median(sides.logged.cold) - median(sides.bare.cold)),
    },
  ]);
}

/** A hundred calls at once on a server that takes 50 ms for each. */
async function together(): Promise<void> {
  const ours = await openPipeline({
    directory: await folder('together'),
    specs: [stdioSpec('slow', [slow])],
  });
  const bare = await bareStdio([slow]);
  const all = async (work: () => Promise<unknown>): Promise<number> => {
    await work();
    const begin = performance.now();
    await Promise.all(Array.from({ length: 100 }, work));
    return performance.now() - begin;
  };
  const oursMs = await all(() => ours.call('mcp__slow__nap', {}));
  const bareMs = await all(() => bare.callTool({ name: 'nap', arguments: {} }));
  await ours.close();
  await bare.close();
  console.log('100 calls at once, 50 ms each at the server');
  console.table([
    { 'ours, ms': rounded(oursMs), 'bare client, ms': rounded(bareMs), 'one after the other, ms': 5_000 },
  ]);
}

/** 10,000 calls over stdio with and without logs. */
async function logs(): Promise<void> {
  const file = join(place, 'file.txt');
  const count = short ? 2_000 : 10_000;
  const sides = [true, false];
  const cpu = new Map<boolean, number>();
  const directory = await folder('logs');
  const open = await Promise.all(
    sides.map(async (logged) => ({
      logged,
      pipeline: await openPipeline({
        directory: logged ? directory : await folder('logs'),
        specs: [stdioSpec('filesystem', [filesystem, place])],
        logs: logged,
      }),
    })),
  );
  const batch = 200;
  for (let done = -batch * 2; done < count; done += batch) {
    for (const { logged, pipeline } of (done / batch) % 2 === 0 ? open : open.toReversed()) {
      const before = process.cpuUsage();
      for (let index = 0; index < batch; index += 1) {
        await pipeline.call('mcp__filesystem__read_text_file', { path: file });
      }
      const { user, system } = process.cpuUsage(before);
      if (done >= 0) cpu.set(logged, (cpu.get(logged) ?? 0) + user + system);
    }
  }
  for (const { pipeline } of open) await pipeline.close();
  const sizes = await Promise.all(
    (await readdir(join(directory, 'mcp'))).map(
      async (name) => (await stat(join(directory, 'mcp', name))).size,
    ),
  );
  const [withLogs = 0, without = 0] = sides.map((logged) => (cpu.get(logged) ?? 0) / count);
  console.log(`${count} calls over stdio: the share of the logs`);
  console.table([
    {
      'with logs, us': rounded(withLogs),
      'without, us': rounded(without),
      ratio: rounded(withLogs / without),
      'at most': 1.1,
      'files, MB': rounded(sizes.reduce((sum, size) => sum + size, 0) / 1e6),
      'largest, MB': rounded(Math.max(...sizes) / 1e6),
    },
  ]);
}

try {
  await calls();
  await processor();
  await together();
  await logs();
} finally {
  await rm(place, { recursive: true, force: true });
}
