/**
 * A team under a real coordinator, with a journal in memory and a clock that the test moves. Agents are functions
 * of the test. Whatever way a run ends, its journal must lead to the state the coordinator has and keep the rules
 * as an independent reader knows them.
 */
import { expect, onTestFinished } from 'vitest';
import type { Agent, AgentEvent, TurnRequest } from '../agents/agent.ts';
import type { DurableEvent, RunEvent } from '../events/run-event.ts';
import { EventRecorder } from '../journal/event-recorder.ts';
import { foldEvents } from '../protocol/evolve.ts';
import { JournalOracle } from '../protocol/journal-oracle.test-support.ts';
import { configOf, type RigOptions as TeamOptions } from '../protocol/protocol-rig.test-support.ts';
import { initialState, type ProtocolState } from '../protocol/protocol-state.ts';
import { createSimulatedClock, type SimulatedClock } from '../testing/simulated-clock.ts';
import { createToolPipeline } from '../tools/create-tool-pipeline.ts';
import { newAnswerTool, voteTool } from '../tools/decision-tools.ts';
import type { ResolvedTool } from '../tools/resolved-tool.ts';
import { createSchemaValidator } from '../tools/schema-validator.ts';
import type { ToolCallResult } from '../tools/tool-session.ts';
import { toolContentText } from '../events/tool-content.ts';
import { Coordinator, type CoordinatorOptions } from './coordinator.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.test-support.ts';
import type { RunFiles } from './run-files.ts';

// It loads its library on first use; from here on a run waits for nothing but its agents and the clock.
await createSchemaValidator({ clock: createSimulatedClock() })({ type: 'object' }, {});

/** One attempt of a turn, as an agent of a test sees it. */
export interface Go {
  readonly agent: string;
  readonly request: TurnRequest;
  readonly signal: AbortSignal;
  call(name: string, args?: unknown, signal?: AbortSignal): Promise<ToolCallResult>;
  answer(text: string): Promise<ToolCallResult>;
  vote(label: string, reason?: string): Promise<ToolCallResult>;
  /** Settles when the turn is cancelled, by rejecting as a well-behaved agent does. */
  hang(): Promise<never>;
}

export type Behaviour = (go: Go) => AsyncIterable<AgentEvent> | Promise<unknown>;

export interface CoordinatorRigOptions extends Omit<TeamOptions, 'ids'> {
  readonly agents: Readonly<Record<string, Behaviour>>;
  readonly limits?: Partial<CoordinatorOptions['limits']>;
  readonly files?: Partial<RunFiles>;
  readonly tools?: readonly ResolvedTool[];
  /** By agent; the others have none. */
  readonly workspaces?: Readonly<Record<string, string>>;
  readonly contextPaths?: readonly string[];
  /** Closes an agent. Default: at once. */
  readonly closeAgent?: (agent: string) => Promise<void>;
}

export interface CoordinatorRig {
  readonly clock: SimulatedClock;
  readonly journal: MemoryJournal;
  readonly coordinator: Coordinator;
  /** Everything that a watcher of the run was told, in order. */
  readonly seen: readonly RunEvent[];
  /** Attempts that were begun, in order. */
  readonly begun: readonly { readonly agent: string; readonly request: TurnRequest; readonly at: number }[];
  /** Agents whose `close` was called. */
  readonly closed: readonly string[];
  readonly warnings: readonly string[];
  /** States that `writeFinal` was called with. */
  readonly finals: readonly ProtocolState[];
  /** Runs to the end and checks what every run must keep. */
  run(): Promise<ProtocolState>;
  all<T extends DurableEvent['type']>(type: T): readonly Extract<DurableEvent, { type: T }>[];
  /** Lets the run go on without time passing until the journal holds `count` events of a type. */
  reach(type: DurableEvent['type'], count?: number): Promise<void>;
  /** What peers call the latest answer of `agent`. */
  label(agent: string): string;
  turnsOf(agent: string): number;
}

export function createCoordinatorRig(options: CoordinatorRigOptions): CoordinatorRig {
  const {
    agents,
    limits,
    files,
    tools = [],
    workspaces = {},
    contextPaths = [],
    closeAgent = () => Promise.resolve(),
    ...rules
  } = options;
  const config = configOf({ ...rules, ids: Object.keys(agents) });
  const clock = createSimulatedClock();
  const journal = createMemoryJournal(clock);
  const begun: { agent: string; request: TurnRequest; at: number }[] = [];
  const closed: string[] = [];
  const warnings: string[] = [];
  const finals: ProtocolState[] = [];
  const seen: RunEvent[] = [];
  const recorder = new EventRecorder({
    journal,
    clock,
    onListenerError: (error) => {
      throw error;
    },
  });
  recorder.subscribe((event) => seen.push(event));
  const aliasOf = (id: string): string => config.agents.find((agent) => agent.id === id)?.alias ?? '';

  const agent = (id: string, behaviour: Behaviour): Agent => ({
    version: 1,
    id,
    turn: (request, signal) => {
      begun.push({ agent: id, request, at: clock.monotonic() });
      return iterate(behaviour(createGo(id, request, signal)));
    },
    close: () => {
      closed.push(id);
      return closeAgent(id);
    },
  });

  const coordinator = new Coordinator({
    clock,
    recorder,
    state: initialState(config),
    journaled: [],
    members: new Map(
      Object.entries(agents).map(([id, behaviour]) => [
        id,
        {
          agent: agent(id, behaviour),
          alias: aliasOf(id),
          tools: () => tools,
          ...(workspaces[id] === undefined ? {} : { workspace: workspaces[id] }),
        },
      ]),
    ),
    pipeline: (tableOf) =>
      createToolPipeline({
        recorder,
        clock,
        tableOf,
        takeChanges: () => Promise.resolve(undefined),
        expectUnconfined: () => Promise.resolve(),
        spill: (_, call) => Promise.resolve(`/views/spill/${call}`),
        replaceSecrets: (text) => text,
        rulesOf: () => ({ roots: [], writable: [] }),
        isPlanning: () => false,
        readBeforeDelete: false,
        workspaceOf: () => undefined,
        baseOf: () => '/',
        home: '/home/someone',
      }),
    files: {
      viewsOf: () => '/views',
      publishWorkspace: () => Promise.resolve(undefined),
      publishView: () => Promise.resolve(),
      checkViews: () => Promise.resolve(),
      readable: (text) => text,
      comparable: (text) => text.trim(),
      stage: () => Promise.resolve([]),
      presentable: (text) => text,
      deliver: () => Promise.resolve(),
      writeFinal: (state) => {
        finals.push(state);
        return Promise.resolve();
      },
      ...files,
    },
    question: 'Which way is the shortest?',
    history: [],
    contextPaths,
    limits: { presentationMs: 300_000, ...limits },
    warn: (message) => warnings.push(message),
  });

  const checkJournal = (): void => {
    const oracle = new JournalOracle(config);
    for (const event of journal.events) {
      // Calls of turns that were cancelled may end after a run that ended without an answer.
      if (!/^(?:tool|model)\.call\./u.test(event.type)) oracle.read(event);
    }
    if (coordinator.state.outcome === 'answered') expect(journal.events.at(-1)?.type).toBe('run.finished');
    const stored = JSON.parse(JSON.stringify(journal.events)) as DurableEvent[];
    expect(foldEvents(config, stored)).toStrictEqual(coordinator.state);
    expect(seen.filter((event) => 'seq' in event)).toEqual(journal.events);
  };

  const all: CoordinatorRig['all'] = (type) =>
    journal.events.filter(
      (event): event is Extract<DurableEvent, { type: typeof type }> => event.type === type,
    );

  const run = async (): Promise<ProtocolState> => {
    ended = false;
    try {
      const state = await coordinator.run();
      checkJournal();
      return state;
    } finally {
      ended = true;
    }
  };

  let ended = true;
  onTestFinished(async () => {
    if (ended) return;
    coordinator.abort(new Error('the test is over'));
    await clock.runAll();
  });

  return {
    clock,
    journal,
    coordinator,
    seen,
    begun,
    closed,
    warnings,
    finals,
    run() {
      const running = run();
      // A test that fails before it waits for the run fails for its own reason.
      running.catch(() => undefined);
      return running;
    },
    all,
    async reach(type, count = 1) {
      let patience = 20_000;
      await clock.until(() => {
        patience -= 1;
        return patience === 0 || all(type).length >= count;
      });
      if (patience === 0) throw new Error(`${type} did not come ${count} times`);
    },
    label: (id) => `${aliasOf(id)}.${coordinator.state.agents.find((one) => one.id === id)?.answers ?? 0}`,
    turnsOf: (id) => all('turn.started').filter((event) => event.agent === id).length,
  };
}

function createGo(agent: string, request: TurnRequest, signal: AbortSignal): Go {
  let count = 0;
  const go: Go = {
    agent,
    request,
    signal,
    async call(name, args = {}, own = signal) {
      count += 1;
      const id = `call_${agent}_${request.turn}_${request.attempt}_${count}`;
      const [result] = await request.tools.callAll([{ id, name, arguments: args }], own);
      if (result === undefined) throw new Error('a call had no result');
      return result;
    },
    answer: (content) => go.call(newAnswerTool, { content }),
    vote: (answer, reason = 'the best') => go.call(voteTool, { answer, reason }),
    hang: () =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        if (signal.aborted) reject(signal.reason as Error);
      }),
  };
  return go;
}

async function* iterate(played: AsyncIterable<AgentEvent> | Promise<unknown>): AsyncIterable<AgentEvent> {
  if (Symbol.asyncIterator in played) yield* played;
  else await played;
}

/** Labels of the answers in a text, as an agent reads them. */
export function labelsIn(text: string): readonly string[] {
  return [...text.matchAll(/<answer label="([^"]+)">/gu)].map((match) => match[1] ?? '');
}

export function textOf(result: ToolCallResult): string {
  return toolContentText(result.content);
}

export const say = (text: string): AgentEvent => ({ type: 'text.delta', text });

/** Answers when there is nothing to vote for; else votes for the first answer it is shown. */
export const answerThenVote =
  (text: string): Behaviour =>
  async ({ request, answer, vote }) => {
    if (request.kind === 'present') return;
    const first = request.answers[0];
    let result = first === undefined ? await answer(text) : await vote(first.label);
    while (result.decision === 'again') result = await vote(labelsIn(textOf(result))[0] ?? '');
  };

/** Answers, whatever it is shown. */
export const answers =
  (text: string): Behaviour =>
  ({ answer }) =>
    answer(text);

/** Votes for what it is shown last as far as it knows, again as often as it is asked to. */
export const votesFor =
  (label: () => string): Behaviour =>
  async ({ request, vote }) => {
    if (request.kind === 'present') return;
    let result = await vote(label());
    while (result.decision === 'again') result = await vote(label());
  };

/** Another behaviour for each turn; the last one for all that follow. */
export const inTurns =
  (...turns: readonly Behaviour[]): Behaviour =>
  (go) => {
    const behaviour = turns[Math.min(go.request.turn, turns.length) - 1];
    if (behaviour === undefined) throw new Error('no behaviour for this turn');
    return behaviour(go);
  };

/** A promise that the test settles. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
