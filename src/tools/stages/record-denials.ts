/**
 * The outermost stage: whatever was refused before it began is journaled too, so each attempted call has exactly
 * one start and one finish. A journal that cannot be written stops the call.
 */
import type { EventRecorder } from '../../journal/event-recorder.ts';
import { deniedResult, type PipelineCall, type Stage } from '../pipeline.ts';
import type { PipelineResult } from '../pipeline-result.ts';

export function recordDenials(recorder: Pick<EventRecorder, 'append'>): Stage {
  return async (call, next) => {
    let hasBegun = false;
    const begun = (): void => {
      hasBegun = true;
    };
    try {
      return await next({ ...call, begun });
    } catch (error) {
      // Once it had begun nothing but the journal fails, and then there is nothing more to write.
      if (hasBegun) throw error;
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
  const append = (given: unknown): Promise<void> =>
    recorder.append([
      { type: 'tool.call.started', ...common, arguments: given, effects: [] },
      {
        type: 'tool.call.finished',
        ...common,
        outcome: result.outcome,
        content: result.content,
        latencyMs: 0,
        ...(result.error === undefined ? {} : { error: result.error }),
      },
    ]).durable;
  let durable: Promise<void>;
  try {
    durable = append(request.arguments);
  } catch {
    // What a model nests too deeply to be written is the reason of many a denial.
    durable = append('[arguments that cannot be written]');
  }
  await durable;
}
