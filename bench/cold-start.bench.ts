/**
 * How long the command takes to start, against the same Node with nothing to do: `--version`, which reads one file,
 * and `--help`, which loads the command line. Each start of ours is paired with one of bare Node right beside it, so
 * that a busy machine slows both alike; the ratio is the median over the pairs. V8's compile cache is warm, as it is
 * from the second start on.
 * Needs dist/ (npm run build). Run: node bench/cold-start.bench.ts [--quick]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const quick = process.argv.includes('--quick') || process.env['MASSGEN_BENCH_SHORT'] === '1';
const pairs = quick ? 15 : 60;
const command = fileURLToPath(new URL('../bin/massgen.js', import.meta.url));
if (!existsSync(new URL('../dist/cli/main.js', import.meta.url)))
  throw new Error('There is no dist/: npm run build');

const cases = [
  { flag: '--version', target: 1.3 },
  { flag: '--help', target: 2.5 },
];

function start(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const begin = performance.now();
  const { status, error } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const took = performance.now() - begin;
  if (status !== 0) throw error ?? new Error(`${args.join(' ')} ended with status ${status}`);
  return took;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const home = await mkdtemp(join(tmpdir(), 'massgen-bench-'));
try {
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...inherited } = process.env;
  const env = { ...inherited, HOME: home, XDG_CACHE_HOME: home };
  const rows = cases.map((one) => ({ ...one, ours: [] as number[], bare: [] as number[] }));
  // The first round warms up the file cache of the system and the compile cache; it is not counted.
  for (let round = -1; round < pairs; round += 1) {
    for (const { flag, ours, bare } of rows) {
      const sides = [
        { args: [command, flag], into: ours },
        { args: ['-e', '0'], into: bare },
      ];
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const took = start(side.args, env);
        if (round >= 0) side.into.push(took);
      }
    }
  }
  console.table(
    rows.map(({ flag, ours, bare, target }) => ({
      start: flag,
      'massgen, ms': Number(median(ours).toFixed(1)),
      'node -e 0, ms': Number(median(bare).toFixed(1)),
      ratio: Number(median(ours.map((took, index) => took / (bare[index] ?? Number.NaN))).toFixed(2)),
      'at most': target,
    })),
  );
} finally {
  await rm(home, { recursive: true, force: true });
}
