/**
 * Many agents on the same servers, and a start whose servers are known: 32 agents on 4 shared servers against one
 * agent on them, in whole runs of the runtime; and the time until the first turn of a command whose discovery cache is
 * warm against one without servers. Scripted agents, each side in turn. Needs dist/ (npm run build).
 * Run: node bench/mcp-scale.bench.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configFromValue } from '../src/config/parse-config.ts';
import type { MassGenConfig } from '../src/config/schema/massgen-config.ts';
import { createRuntime } from '../src/runtime/create-runtime.ts';
import { median } from './mcp-pipeline.bench-support.ts';

const short = process.env['MASSGEN_BENCH_SHORT'] === '1';
const server = fileURLToPath(new URL('slow-server.bench-support.mjs', import.meta.url));
const massgen = fileURLToPath(new URL('../bin/massgen.js', import.meta.url));
const place = await mkdtemp(join(tmpdir(), 'massgen-bench-'));

function written(agents: number, servers: number): unknown {
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
  return {
    agents: Array.from({ length: agents }, (_, index) => ({
      id: `a${index}`,
      backend: { type: 'script', turns: turns.map((turn) => structuredClone(turn)), mcp_servers },
    })),
    orchestrator: { coordination: { on_new_answer: 'wait' }, final_answer_strategy: 'winner_reuse' },
  };
}

function team(agents: number, servers: number): MassGenConfig {
  const { config, diagnostics } = configFromValue(written(agents, servers));
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

/** Milliseconds from the start of the command to the first turn. */
async function command(cwd: string): Promise<number> {
  const begin = performance.now();
  const args = [massgen, '--config', 'team.json', '--output', 'stream-json', 'Go.'];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let took = Number.NaN;
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (Number.isNaN(took) && text.includes('"turn.started"')) took = performance.now() - begin;
  });
  await once(child, 'close');
  return took;
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

  const places = { known: await fresh(), without: await fresh() };
  await writeFile(join(places.known, 'team.json'), JSON.stringify(written(1, 4)));
  await writeFile(join(places.without, 'team.json'), JSON.stringify(written(1, 0)));
  const cold = await command(places.known);
  const first = { known: [] as number[], without: [] as number[] };
  for (let round = -1; round < rounds * 2; round += 1) {
    const sides = ['known', 'without'] as const;
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const took = await command(places[side]);
      if (round >= 0) first[side].push(took);
    }
  }
  console.log('Time to the first turn of the whole command: 4 servers that are known, against none');
  console.table([
    {
      'known, ms': Number(median(first.known).toFixed(1)),
      'no servers, ms': Number(median(first.without).toFixed(1)),
      ratio: Number(median(first.known.map((ms, index) => ms / (first.without[index] ?? 1))).toFixed(2)),
      'at most': 1.2,
      'not known yet, ms': Math.round(cold),
    },
  ]);
} finally {
  await rm(place, { recursive: true, force: true });
}
