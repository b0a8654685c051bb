/**
 * The tools of one agent during one turn. All calls of a response are looked at together first: a response with a
 * wrong decision is refused as a whole. Else its other calls run side by side and the decision comes last, so an
 * answer includes every file that the same response wrote.
 */
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import type { DecisionHandler, DecisionRequest } from './decision-handler.ts';
import { decisionOf, newAnswerTool, voteTool } from './decision-tools.ts';
import { deniedResult, type ToolPipeline } from './pipeline.ts';
import type { PipelineResult } from './pipeline-result.ts';
import { journalDenial } from './stages/record-denials.ts';
import type { ToolTable } from './tool-table.ts';
import type { ToolCallRequest, ToolCallResult, ToolSession } from './tool-session.ts';

/** Calls of one response that run at the same time. */
const parallelCalls = 4;

export interface TurnToolSessionOptions {
  readonly agent: string;
  readonly turn: number;
  /** The table as it is now; the offer can shrink while a turn runs. */
  readonly table: () => ToolTable;
  readonly pipeline: ToolPipeline;
  readonly decisions: DecisionHandler;
  readonly recorder: Pick<EventRecorder, 'append'>;
}

export function createTurnToolSession(options: TurnToolSessionOptions): ToolSession {
  const { agent, turn } = options;

  async function refuseAll(
    calls: readonly ToolCallRequest[],
    message: string,
    signal: AbortSignal,
  ): Promise<readonly ToolCallResult[]> {
    const result = deniedResult(new MassGenError(toolErrors.responseRefused, { detail: message, hint: '' }));
    const content = [{ type: 'text' as const, text: message }];
    for (const request of calls) {
      await journalDenial(options.recorder, { agent, turn, request, signal }, { ...result, content });
    }
    return calls.map(({ id }) => ({ id, outcome: result.outcome, content, decision: 'rejected' }));
  }

  async function run(request: ToolCallRequest, signal: AbortSignal): Promise<ToolCallResult> {
    const { outcome, content, decision }: PipelineResult = await options.pipeline({
      agent,
      turn,
      request,
      signal,
    });
    return { id: request.id, outcome, content, ...(decision === undefined ? {} : { decision }) };
  }

  /** Where no decision is asked for, as in a presentation, a decision is a call of an unknown tool. */
  function takesDecisions(): boolean {
    const table = options.table();
    return table.has(newAnswerTool) || table.has(voteTool);
  }

  return {
    list: () => [...options.table().values()].map((tool) => tool.definition),
    async callAll(calls, signal) {
      const requests = decisionsOf(calls);
      if (requests.length > 0 && takesDecisions()) {
        const refused = await options.decisions.check(requests);
        if (refused !== undefined) return refuseAll(calls, refused, signal);
      }
      const results = new Map<ToolCallRequest, ToolCallResult>();
      const others = calls.filter((call) => !decides(call));
      const queue = others.values();
      const workers = Array.from({ length: Math.min(parallelCalls, others.length) }, async () => {
        for (const call of queue) results.set(call, await run(call, signal));
      });
      await Promise.all(workers);
      for (const call of calls.filter(decides)) results.set(call, await run(call, signal));
      return calls.flatMap((call) => results.get(call) ?? []);
    },
  };
}

function decides({ name }: ToolCallRequest): boolean {
  return name === newAnswerTool || name === voteTool;
}

/** One decision of a wrong form is left to the argument check; beside others it counts like a right one. */
function decisionsOf(calls: readonly ToolCallRequest[]): readonly DecisionRequest[] {
  const deciding = calls.filter(decides);
  return deciding.flatMap(({ name, arguments: args }): DecisionRequest[] => {
    const decision = decisionOf(name, args);
    if (decision !== undefined) return [decision];
    if (deciding.length === 1) return [];
    return [
      name === voteTool ? { type: 'vote', target: '', reason: '' } : { type: 'new_answer', content: '' },
    ];
  });
}
