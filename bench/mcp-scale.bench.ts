/**
 * Many agents on the same servers, and a start whose servers are known: 32 agents on 4 shared servers against one
 * agent on them, and the time to the first call of a model in a run with a warm discovery cache against a run without
 * servers. Whole runs of the runtime with scripted agents; each side in turn.
 * Run: node bench/mcp-scale.bench.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configFromValue } from '../src/config/parse-config.ts';
import type { MassGenConfig } from '../src/config/schema/massgen-config.ts';
import { createRuntime } from '../src/runtime/create-runtime.ts';
import { median } from './mcp-pipeline.bench-support.ts';

const short = process.env['MASSGEN_BENCH_SHORT'] === '1';
const server = fileURLToPath(new URL('slow-server.bench-support.mjs', import.meta.url));
const place = await mkdtemp(join(tmpdir(), 'massgen-bench-'));

function team(agents: number, servers: number): MassGenConfig {
  const mcp_servers = Object.fromEntries(
    Array.from({ length: servers }, (_, index) => [
      `server${index}`,
      { command: process.execPath, args: [server, String(index)] },
    ]),
  );
  const turns = [
    { when: 'no_answers', steps: [{ new_answer: { content: 'done {{workspace}}' } }] },
    { when: 'has_answers', steps: [{ vote: { agent: 'first', reason: 'first' } }] },
  ];
  const { config, diagnostics } = configFromValue({
    agents: Array.from({ length: agents }, (_, index) => ({
      id: `a${index}`,
      backend: { type: 'script', turns: turns.map((turn) => structuredClone(turn)), mcp_servers },
    })),
    orchestrator: { coordination: { on_new_answer: 'wait' }, final_answer_strategy: 'winner_reuse' },
  });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return config;
}

interface Run {
  /** From the start of the run to the first turn, in milliseconds. */
  readonly toFirstTurn: number;
  readonly started: number;
}

async function run(config: MassGenConfig, logsDirectory: string): Promise<Run> {
  const runtime = createRuntime({ cwd: place, logsDirectory });
  const begin = performance.now();
  let toFirstTurn = Number.NaN;
  let started = 0;
  const handle = await runtime.startRun({
    config,
    question: 'Go.',
    sinks: [
      () => ({
        event(event) {
          if (event.type === 'turn.started' && Number.isNaN(toFirstTurn))
            toFirstTurn = performance.now() - begin;
          if (event.type === 'server.starting') started += 1;
        },
        close: () => Promise.resolve(),
      }),
    ],
  });
  await handle.finished;
  return { toFirstTurn, started };
}

const fresh = (): Promise<string> => mkdtemp(join(place, 'logs-'));
const rounds = short ? 4 : 12;

try {
  const scale = { one: [] as number[], many: [] as number[] };
  let processes = 0;
  for (let round = -1; round < rounds; round += 1) {
    const one = await run(team(1, 4), await fresh());
    const many = await run(team(32, 4), await fresh());
    processes = many.started;
    if (round < 0) continue;
    scale.one.push(one.toFirstTurn);
    scale.many.push(many.toFirstTurn);
  }
  console.log('Start-up until the first turn: 32 agents × 4 shared servers');
  console.table([
    {
      processes,
      wanted: 4,
      '32 agents, ms': Math.round(median(scale.many)),
      'one agent, ms': Math.round(median(scale.one)),
      ratio: Number(median(scale.many.map((ms, index) => ms / (scale.one[index] ?? 1))).toFixed(2)),
      'at most': 1.3,
    },
  ]);

  const warm = await fresh();
  const without = await fresh();
  const cold = await run(team(1, 4), warm);
  const first = { warm: [] as number[], without: [] as number[] };
  for (let round = -2; round < rounds * 2; round += 1) {
    const sides = [
      async () => first.warm.push((await run(team(1, 4), warm)).toFirstTurn),
      async () => first.without.push((await run(team(1, 0), without)).toFirstTurn),
    ];
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side();
    if (round < 0) {
      first.warm.length = 0;
      first.without.length = 0;
    }
  }
  console.log('Time to the first turn: 4 servers that are known, against none');
  console.table([
    {
      'known, ms': Number(median(first.warm).toFixed(1)),
      'no servers, ms': Number(median(first.without).toFixed(1)),
      ratio: Number(median(first.warm.map((ms, index) => ms / (first.without[index] ?? 1))).toFixed(2)),
      'at most': 1.2,
      'unknown, ms': Math.round(cold.toFirstTurn),
    },
  ]);
} finally {
  await rm(place, { recursive: true, force: true });
}
