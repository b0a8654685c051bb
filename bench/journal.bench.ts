/**
 * The journal against bare `fs.write` on one file: the same lines, both sides in turn within one run, so that a
 * busy machine slows both alike. Latency is that of one append awaited before the next; throughput that of many
 * in flight, where the bare side has nothing but one write (and one fdatasync) a line.
 * Run: node bench/journal.bench.ts
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../src/events/clock.ts';
import type { DurableEventBody } from '../src/events/run-event.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import { createFileBlobStore } from '../src/journal/file-blob-store.ts';

const rounds = 12;
const written = { alone: 2_000, together: 12_000 };
const synced = { alone: 60, together: 400 };

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: () => () => undefined,
};

/** One body of each size that runs have most: a short entry, a tool result, a model call. */
function body(index: number, mustSync: boolean): DurableEventBody {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat([1, 8, 60][index % 3] as number);
  if (mustSync)
    return { type: 'vote.cast', agent: 'writer', turn: 1, for: 'critic.1', reason: text, shown: index };
  return {
    type: 'tool.call.finished',
    agent: 'writer',
    turn: 1,
    call: `call_${index}`,
    tool: 'mcp__filesystem__read_file',
    outcome: 'ok',
    content: [{ type: 'text', text }],
    latencyMs: 3,
  };
}

interface Side {
  append(index: number): Promise<void>;
  close(): Promise<void>;
}

async function ours(folder: string, name: string, mustSync: boolean): Promise<Side> {
  const journal = await createJournal({
    path: join(folder, name),
    run: 'log_20260101_000000_abcd',
    clock,
    blobs: createFileBlobStore(join(folder, '.store')),
  });
  return {
    append: (index) => journal.append([body(index, mustSync)]).durable,
    close: () => journal.close(),
  };
}

async function bare(folder: string, name: string, mustSync: boolean): Promise<Side> {
  const file = await open(join(folder, name), 'a', 0o600);
  const envelope = { v: 1, seq: 1000, at: new Date().toISOString(), run: 'log_20260101_000000_abcd' };
  const lines = [0, 1, 2].map((index) =>
    Buffer.from(`${JSON.stringify({ ...envelope, ...body(index, mustSync), crc: '00000000' })}\n`),
  );
  return {
    append: async (index) => {
      await file.write(lines[index % 3] as Buffer);
      if (mustSync) await file.datasync();
    },
    close: () => file.close(),
  };
}

interface Measured {
  readonly latencies: number[];
  perSecond: number[];
}

async function measure(side: Side, counts: typeof written, into: Measured): Promise<void> {
  for (let index = 0; index < counts.alone; index += 1) {
    const start = performance.now();
    await side.append(index);
    into.latencies.push(performance.now() - start);
  }
  const start = performance.now();
  const pending: Promise<void>[] = [];
  for (let index = 0; index < counts.together; index += 1) {
    pending.push(side.append(index));
    // Sixty-four in flight, as a large team would have.
    if (pending.length === 64) await Promise.all(pending.splice(0));
  }
  await Promise.all(pending);
  into.perSecond.push((counts.together / (performance.now() - start)) * 1000);
  await side.close();
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const folder = await mkdtemp(join(process.cwd(), '.bench-journal-'));
try {
  const cases = [
    { name: 'written', mustSync: false, counts: written },
    { name: 'synced', mustSync: true, counts: synced },
  ];
  const rows = cases.map(({ name, mustSync, counts }) => ({
    name,
    mustSync,
    counts,
    journal: { latencies: [], perSecond: [] } as Measured,
    bare: { latencies: [], perSecond: [] } as Measured,
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const row of rows) {
      const file = `${row.name}-${round}`;
      const sides = [
        { open: bare, path: `${file}.bare`, into: row.bare },
        { open: ours, path: `${file}.jsonl`, into: row.journal },
      ];
      for (const { open: start, path, into } of round % 2 === 0 ? sides : sides.toReversed()) {
        await measure(await start(folder, path, row.mustSync), row.counts, into);
      }
    }
  }
  const table = rows.flatMap((row) => {
    const values = (side: Measured): readonly number[] => [
      quantile(side.latencies, 0.5) * 1000,
      quantile(side.latencies, 0.99) * 1000,
      quantile(side.perSecond, 0.5),
    ];
    return ['p50 µs, one at a time', 'p99 µs, one at a time', 'appends/s, 64 in flight'].map(
      (measure, index) => {
        const [journal, raw] = [
          values(row.journal)[index] ?? Number.NaN,
          values(row.bare)[index] ?? Number.NaN,
        ];
        return {
          grade: row.name,
          measure,
          journal: Math.round(journal),
          'fs.write': Math.round(raw),
          ratio: Number((journal / raw).toFixed(2)),
        };
      },
    );
  });
  console.table(table);
} finally {
  await rm(folder, { recursive: true, force: true });
}
