/** The whole pipeline or one stage of it, with a journal in memory, a clock that the test moves, and tools of the test. */
import { onTestFinished } from 'vitest';
import { createMemoryJournal, type MemoryJournal } from '../coordinator/memory-journal.test-support.ts';
import type { DurableEventBody } from '../events/run-event.ts';
import { EventRecorder } from '../journal/event-recorder.ts';
import { unknownEffects } from '../policy/tool-effects.ts';
import { createSimulatedClock, type SimulatedClock } from '../testing/simulated-clock.ts';
import { createToolPipeline, type ToolPipelineOptions } from './create-tool-pipeline.ts';
import type { PipelineCall, ToolPipeline } from './pipeline.ts';
import type { PipelineResult } from './pipeline-result.ts';
import type { ResolvedTool } from './resolved-tool.ts';
import { toolTable } from './tool-table.ts';

export function textResult(text: string, outcome: PipelineResult['outcome'] = 'ok'): PipelineResult {
  return { outcome, content: [{ type: 'text', text }] };
}

/** A tool of an unknown server that says how often it was called. */
export interface FakeTool extends ResolvedTool {
  readonly calls: readonly Readonly<Record<string, unknown>>[];
}

export function fakeTool(
  name: string,
  more: Partial<Omit<ResolvedTool, 'invoke' | 'definition'>> & {
    readonly inputSchema?: Readonly<Record<string, unknown>>;
    readonly invoke?: ResolvedTool['invoke'];
  } = {},
): FakeTool {
  const calls: Readonly<Record<string, unknown>>[] = [];
  const {
    inputSchema = { type: 'object' },
    invoke = () => Promise.resolve(textResult('done')),
    ...rest
  } = more;
  return {
    definition: { name, description: '', inputSchema },
    server: 'fake',
    serverTool: name,
    effects: unknownEffects,
    decides: false,
    ...rest,
    calls,
    invoke: (args, context) => {
      calls.push(args);
      return invoke(args, context);
    },
  };
}

export const reading = { effects: ['Read'], pathArguments: [], source: 'own', why: 'only reads' } as const;

export interface PipelineRig {
  readonly clock: SimulatedClock;
  readonly journal: MemoryJournal;
  readonly recorder: EventRecorder;
  readonly pipeline: ToolPipeline;
  /** Texts that were stored, by name. */
  readonly spilled: ReadonlyMap<string, string>;
  call(name: string, args?: unknown, more?: Partial<PipelineCall>): Promise<PipelineResult>;
  /** Types of the events so far, short: `started`, `finished ok`, … */
  readonly told: () => readonly string[];
}

export function createPipelineRig(
  tools: readonly ResolvedTool[],
  more: Partial<Omit<ToolPipelineOptions, 'recorder' | 'clock' | 'tableOf'>> = {},
): PipelineRig {
  const clock = createSimulatedClock();
  const journal = createMemoryJournal(clock);
  const recorder = new EventRecorder({
    journal,
    clock,
    onListenerError: (error) => {
      throw error;
    },
  });
  const spilled = new Map<string, string>();
  const pipeline = createToolPipeline({
    recorder,
    clock,
    tableOf: () => toolTable(tools),
    takeChanges: () => Promise.resolve(undefined),
    expectUnconfined: () => Promise.resolve(),
    spill: (_, call, text) => {
      spilled.set(call, text);
      return Promise.resolve(`/views/spill/${call}.txt`);
    },
    replaceSecrets: (text) => text,
    rulesOf: () => ({ roots: [], writable: [] }),
    isPlanning: () => false,
    readBeforeDelete: false,
    workspaceOf: () => undefined,
    baseOf: () => '/',
    home: '/home/someone',
    ...more,
  });
  let count = 0;
  const open = new AbortController();
  onTestFinished(() => open.abort());
  return {
    clock,
    journal,
    recorder,
    pipeline,
    spilled,
    call: (name, args = {}, rest = {}) => {
      count += 1;
      return pipeline({
        agent: 'writer',
        turn: 1,
        request: { id: `call_${count}`, name, arguments: args },
        signal: open.signal,
        ...rest,
      });
    },
    told: () => journal.events.map(short),
  };
}

function short(event: DurableEventBody): string {
  switch (event.type) {
    case 'tool.call.started':
      return 'started';
    case 'tool.call.finished':
      return `finished ${event.outcome}`;
    default:
      return event.type;
  }
}
