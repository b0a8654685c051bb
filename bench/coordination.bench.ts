/**
 * What coordination costs a streamed chunk: teams of 1 to 256 agents that stream, answer and vote, under the real
 * coordinator and recorder with the journal in memory and no display, against draining the same generators with
 * nothing in between. Both sides take turns within one run, so that a busy machine slows both alike.
 * The cost of a chunk must not grow with the number of agents. Run: node bench/coordination.bench.ts [--quick]
 */
import type { Agent, AgentEvent } from '../src/agents/agent.ts';
import { Coordinator } from '../src/coordinator/coordinator.ts';
import { createMemoryJournal } from '../src/coordinator/memory-journal.test-support.ts';
import { EventRecorder } from '../src/journal/event-recorder.ts';
import { initialState } from '../src/protocol/protocol-state.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { createToolPipeline } from '../src/tools/create-tool-pipeline.ts';

const quick = process.argv.includes('--quick') || process.env['MASSGEN_BENCH_SHORT'] === '1';
const teams = [1, 4, 16, 64, 256];
const chunks = quick ? 400 : 2_000;
const rounds = quick ? 3 : 5;
/** Runs of a team of one that make a sample; larger teams need fewer. */
const runsAlone = quick ? 16 : 32;

async function* stream(): AsyncGenerator<AgentEvent> {
  for (let index = 0; index < chunks; index += 1) yield { type: 'text.delta', text: 'twelve chars' };
}

interface Timed {
  /** Milliseconds until every agent had streamed all its chunks. */
  readonly streaming: number;
  /** Milliseconds from there to the end: answers, votes, presentation. */
  readonly deciding: number;
}

async function drain(size: number): Promise<Timed> {
  const start = performance.now();
  let length = 0;
  await Promise.all(
    Array.from({ length: size }, async () => {
      for await (const event of stream()) if (event.type === 'text.delta') length += event.text.length;
    }),
  );
  if (length !== size * chunks * 12) throw new Error('a chunk was lost');
  return { streaming: performance.now() - start, deciding: 0 };
}

async function coordinate(size: number): Promise<Timed> {
  const ids = Array.from({ length: size }, (_, index) => `member-${index + 1}`);
  const aliases = new Map(ids.map((id, index) => [id, `agent${index + 1}`]));
  let streaming = size;
  const streamed = Promise.withResolvers<number>();

  const agent = (id: string): Agent => ({
    version: 1,
    id,
    async *turn({ kind, tools, answers, turn }, signal) {
      const decide = (name: string, args: unknown) =>
        tools.callAll([{ id: `${id}-${turn}`, name, arguments: args }], signal);
      if (kind === 'answer') {
        yield* stream();
        streaming -= 1;
        if (streaming === 0) streamed.resolve(performance.now());
        await streamed.promise;
        await decide('new_answer', { content: `The answer of ${id}.` });
      } else if (kind === 'decide') {
        await decide('vote', { answer: answers[0]?.label ?? '', reason: 'first' });
      }
    },
    close: () => Promise.resolve(),
  });

  const journal = createMemoryJournal(systemClock);
  const recorder = new EventRecorder({
    journal,
    clock: systemClock,
    onListenerError: (error) => {
      throw error;
    },
  });
  const coordinator = new Coordinator({
    clock: systemClock,
    recorder,
    state: initialState({
      agents: ids.map((id) => ({ id, alias: aliases.get(id) ?? id })),
      onNewAnswer: 'wait',
      maxNewAnswersPerAgent: 1,
      finalAnswerStrategy: 'winner_reuse',
      finalTurnRequired: false,
    }),
    journaled: [],
    members: new Map(
      ids.map((id) => [id, { agent: agent(id), alias: aliases.get(id) ?? id, tools: () => [] }]),
    ),
    pipeline: (tableOf) =>
      createToolPipeline({
        recorder,
        clock: systemClock,
        tableOf,
        takeChanges: () => Promise.resolve(undefined),
        expectUnconfined: () => Promise.resolve(),
        spill: () => Promise.reject(new Error('no result is long here')),
        replaceSecrets: (text) => text,
        rulesOf: () => ({ roots: [], writable: [] }),
        isPlanning: () => false,
        readBeforeDelete: false,
        workspaceOf: () => undefined,
        baseOf: () => '/',
        home: '/',
      }),
    files: {
      viewsOf: () => '/views',
      publishWorkspace: () => Promise.resolve(undefined),
      publishView: () => Promise.resolve(),
      checkViews: () => Promise.resolve(),
      readable: (text) => text,
      comparable: (text) => text,
      stage: () => Promise.resolve([]),
      presentable: (text) => text,
      deliver: () => Promise.resolve(),
      writeFinal: () => Promise.resolve(),
    },
    question: 'Which way is the shortest?',
    history: [],
    contextPaths: [],
    limits: { presentationMs: 300_000 },
    warn: (message) => process.emitWarning(message),
  });
  const start = performance.now();
  const state = await coordinator.run();
  const end = performance.now();
  if (state.outcome !== 'answered' || state.answers.length !== size) throw new Error('the run went wrong');
  const between = await streamed.promise;
  return { streaming: between - start, deciding: end - between };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

interface Sample {
  /** Microseconds. */
  readonly perChunk: number[];
  /** Milliseconds. */
  readonly perRun: number[];
}

/** Small teams play several runs a sample, or a sample would be over before the clock has moved. */
async function sample(side: (size: number) => Promise<Timed>, size: number, into: Sample): Promise<void> {
  const runs = Math.max(1, Math.floor(runsAlone / size));
  let streaming = 0;
  let deciding = 0;
  for (let run = 0; run < runs; run += 1) {
    const timed = await side(size);
    streaming += timed.streaming;
    deciding += timed.deciding;
  }
  into.perChunk.push((streaming / (runs * size * chunks)) * 1_000);
  into.perRun.push(deciding / runs);
}

const rows = teams.map((size) => ({
  size,
  bare: { perChunk: [], perRun: [] } as Sample,
  team: { perChunk: [], perRun: [] } as Sample,
}));
// The first round warms up the code and loads what is loaded on first use.
for (let round = 0; round <= rounds; round += 1) {
  for (const { size, bare, team } of rows) {
    const unused: Sample = { perChunk: [], perRun: [] };
    const sides = [
      { side: drain, into: round === 0 ? unused : bare },
      { side: coordinate, into: round === 0 ? unused : team },
    ];
    for (const { side, into } of round % 2 === 0 ? sides : sides.toReversed()) await sample(side, size, into);
  }
}

const results = rows.map(({ size, bare, team }) => ({
  size,
  bare: median(bare.perChunk),
  team: median(team.perChunk),
  decisions: median(team.perRun),
}));
console.table(
  results.map(({ size, bare, team, decisions }) => ({
    agents: size,
    'µs per chunk, coordinated': Number(team.toFixed(3)),
    'µs per chunk, drained': Number(bare.toFixed(3)),
    ratio: Number((team / bare).toFixed(2)),
    'ms per run for all answers and votes': Number(decisions.toFixed(1)),
  })),
);
const [alone] = results;
const most = results.at(-1);
if (alone !== undefined && most !== undefined) {
  const growth = (most.team / alone.team).toFixed(2);
  console.log(`Cost of a chunk with ${most.size} agents against ${alone.size}: ${growth} times.`);
}
