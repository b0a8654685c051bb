/**
 * The outermost stage: whatever was refused before it began is journaled too, so each attempted call has exactly
 * one start and one finish. A journal that cannot be written stops the call.
 */
import type { EventRecorder } from '../../journal/event-recorder.ts';
import { deniedResult, type PipelineCall, type Stage } from '../pipeline.ts';
import type { PipelineResult } from '../pipeline-result.ts';

export function recordDenials(recorder: Pick<EventRecorder, 'append'>): Stage {
  return async (call, next) => {
    try {
      return await next(call);
    } catch (error) {
      const result = deniedResult(error);
      await journalDenial(recorder, call, result);
      return result;
    }
  };
}

/** Journals a call that was never made. */
export async function journalDenial(
  recorder: Pick<EventRecorder, 'append'>,
  call: PipelineCall,
  result: PipelineResult,
): Promise<void> {
  const { agent, turn, request } = call;
  const common = { agent, turn, call: request.id, tool: request.name };
  await recorder.append([
    { type: 'tool.call.started', ...common, arguments: request.arguments, effects: [] },
    {
      type: 'tool.call.finished',
      ...common,
      outcome: result.outcome,
      content: result.content,
      latencyMs: 0,
      ...(result.error === undefined ? {} : { error: result.error }),
    },
  ]).durable;
}
