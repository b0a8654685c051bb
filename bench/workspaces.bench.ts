/**
 * Publishing workspaces and showing them to others, against plain copies made by `cp -r` and against a bare walk with
 * readdir and lstat, all on the same files and in turn, so that a busy machine slows all alike. Medians; copies that
 * others are measured against are the best of their rounds where that is the harder goal. Everything is removed at the
 * end only: making files is slow for a while where many were removed.
 * Run: node bench/workspaces.bench.ts
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createContentSnapshotStore } from '../src/workspace/content-snapshot-store.ts';
import type { SnapshotStore } from '../src/workspace/snapshot-store.ts';
import { createViews } from '../src/workspace/views.ts';
import { median } from './mcp-pipeline.bench-support.ts';

const short = process.env['MASSGEN_BENCH_SHORT'] === '1';
const agents = 4;

interface Size {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly folders: number;
  /** Rounds of one change each. */
  readonly rounds: number;
  /** Copies that stand for all 16 of `cp -r` of 4 snapshots for 4 agents; the rest is computed. */
  readonly copies: number;
}

const sizes: readonly Size[] = [
  { name: '100 × 4 KB', files: 100, bytes: 4_096, folders: 10, rounds: short ? 15 : 41, copies: 16 },
  {
    name: '2,000 × 4 KB',
    files: 2_000,
    bytes: 4_096,
    folders: 200,
    rounds: short ? 9 : 21,
    copies: short ? 4 : 16,
  },
  {
    name: '20,000 × 8 KB',
    files: 20_000,
    bytes: 8_192,
    folders: 1_000,
    rounds: short ? 3 : 7,
    copies: short ? 1 : 4,
  },
  ...(short ? [] : [{ name: '20 × 50 MB', files: 20, bytes: 50_000_000, folders: 1, rounds: 5, copies: 2 }]),
];

/** Bytes that no two files share. */
function contentOf(bytes: number, seed: number): Buffer {
  const content = Buffer.alloc(bytes);
  let value = (seed * 2_654_435_761) >>> 0;
  for (let at = 0; at + 4 <= bytes; at += 64) {
    value = (value * 1_664_525 + 1_013_904_223) >>> 0;
    content.writeUInt32LE(value, at);
  }
  return content;
}

function walk(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) walk(path);
    else lstatSync(path);
  }
}

async function timed(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

const bytesIn = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);

interface Row {
  readonly size: string;
  readonly what: string;
  readonly ms: number;
  readonly beside: string;
  readonly ratio: number;
  readonly goal: string;
  readonly holds: boolean;
}

const rows: Row[] = [];
const round = (value: number): number => Number(value.toPrecision(3));

/** `ms` must not be more than `limit`. */
function atMost(size: string, what: string, ms: number, beside: string, limit: number, goal: string): void {
  rows.push({ size, what, ms: round(ms), beside, ratio: round(ms / limit), goal, holds: ms <= limit });
}

/** `ms` must be so many times faster than `other`. */
function faster(size: string, what: string, ms: number, other: number, times: number): void {
  const beside = `${round(other)} ms`;
  rows.push({
    size,
    what,
    ms: round(ms),
    beside,
    ratio: round(other / ms),
    goal: `≥ ${times}×`,
    holds: other / ms >= times,
  });
}

async function measure(place: string, { name, files, bytes, folders, rounds, copies }: Size): Promise<void> {
  const workspace = join(place, 'ws');
  const pathOf = (index: number): string => join(workspace, `dir${index % folders}`, `file${index}.txt`);
  for (let folder = 0; folder < folders; folder += 1)
    mkdirSync(join(workspace, `dir${folder}`), { recursive: true });
  for (let index = 0; index < files; index += 1) writeFileSync(pathOf(index), contentOf(bytes, index));
  let copied = 0;
  const copy = (): Promise<number> =>
    timed(() => execFileSync('cp', ['-r', workspace, join(place, `copy${(copied += 1)}`)]));

  const firsts: number[] = [];
  const once: number[] = [];
  let store: SnapshotStore | undefined;
  for (let index = 0; index < (short ? 1 : bytes > 1_000_000 ? 2 : 4); index += 1) {
    once.push(await copy());
    store = createContentSnapshotStore({ directory: join(place, `store${index}`) });
    const publishing = store;
    firsts.push(await timed(() => publishing.publish(workspace)));
    await store.secure();
  }
  if (store === undefined) return;
  atMost(
    name,
    'first publish',
    median(firsts),
    `cp -r once ${round(median(once))} ms`,
    2.5 * median(once),
    '≤ 2.5× cp -r',
  );

  const walks: number[] = [];
  const single: number[] = [];
  const again: number[] = [];
  const shows: number[] = [];
  const views = createViews({ store, directory: join(place, 'views'), aside: join(place, 'aside') });
  await views.publish({ label: 'agent1.0', snapshot: (await store.publish(workspace)).id, author: 'a' });
  for (let index = 0; index < rounds; index += 1) {
    const path = pathOf((index * 37) % files);
    writeFileSync(path, contentOf(bytes, files + index));
    walks.push(await timed(() => walk(workspace)));
    single.push(
      (await timed(() => readFileSync(path))) +
        (await timed(() => copyFileSync(path, join(place, `single${index}`)))),
    );
    let snapshot = '';
    const publishing = store;
    again.push(await timed(async () => ({ id: snapshot } = await publishing.publish(workspace))));
    shows.push(await timed(() => views.publish({ label: `agent1.${index + 1}`, snapshot, author: 'a' })));
    await store.secure();
  }
  const limit = 3 * median(walks) + 1.5 * median(single);
  atMost(
    name,
    'publish again after one change',
    median(again),
    `walk ${round(median(walks))} ms, read and copy the file ${round(median(single))} ms`,
    limit,
    '≤ 3× walk + 1.5× file',
  );
  const copying: number[] = [];
  for (let index = 0; index < copies; index += 1) copying.push(await copy());
  const eachCopy = median([...copying, ...once]);
  if (files >= 2_000)
    faster(name, 'the same, beside cp -r twice', median(again), 2 * eachCopy, files >= 20_000 ? 15 : 8);
  faster(name, 'a view for 4 agents, beside 16 × cp -r', median(shows), eachCopy * agents * agents, 40);

  if (files === 20_000) await measureStall(name, place, workspace);
  if (files === 2_000 || (files === 100 && !short))
    await measureStore(name, place, workspace, { files, bytes, pathOf });
}

/** How long nothing else could be done while all of it was published. */
async function measureStall(name: string, place: string, workspace: string): Promise<void> {
  const store = createContentSnapshotStore({ directory: join(place, 'stall') });
  let longest = 0;
  let last = performance.now();
  let going = true;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  await store.publish(workspace);
  await store.secure();
  going = false;
  atMost(name, 'longest stall of a first publish', longest, '', 50, '≤ 50 ms');
}

interface Files {
  readonly files: number;
  readonly bytes: number;
  readonly pathOf: (index: number) => string;
}

async function measureStore(
  name: string,
  place: string,
  workspace: string,
  { files, bytes, pathOf }: Files,
): Promise<void> {
  const directory = join(place, 'versions');
  const store = createContentSnapshotStore({ directory });
  await store.publish(workspace);
  for (let version = 0; version < 50; version += 1) {
    for (let change = 0; change < files / 100; change += 1) {
      const index = (version * 101 + change * 13) % files;
      writeFileSync(pathOf(index), contentOf(bytes, 1_000_000 + version * files + index));
    }
    await store.publish(workspace);
  }
  const share = bytesIn(directory) / bytesIn(workspace);
  rows.push({
    size: name,
    what: 'store after 50 versions with 1 % change each',
    ms: Number.NaN,
    beside: `${round(bytesIn(workspace) / 1e6)} MB once`,
    ratio: round(share),
    goal: '≤ 2.1×',
    holds: share <= 2.1,
  });
}

const place = mkdtempSync(join(process.cwd(), '.bench-workspaces-'));
try {
  // Compiled code before anything is measured.
  const warm: Size = { name: 'warm', files: 400, bytes: 1_000, folders: 20, rounds: 10, copies: 1 };
  mkdirSync(join(place, 'warm'));
  await measure(join(place, 'warm'), warm);
  rows.length = 0;
  for (const size of sizes) {
    const own = join(place, size.name.replaceAll(/\W/gu, ''));
    mkdirSync(own);
    await measure(own, size);
  }
  console.table(
    rows.map(({ ms, ...row }) => ({ ...row, ms: Number.isNaN(ms) ? '' : ms })),
    ['size', 'what', 'ms', 'beside', 'ratio', 'goal', 'holds'],
  );
} finally {
  execFileSync('chmod', ['-R', 'u+w', place]);
  execFileSync('rm', ['-rf', place]);
}
