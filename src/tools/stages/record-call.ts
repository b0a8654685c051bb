/**
 * Journals the start of a call before it is made and its finish before anybody sees the result. Once started, a
 * call always finishes in the journal; what failed after it was made is `unknown`, never "not done".
 */
import { errorMessage } from '../../errors/error-message.ts';
import { toolErrors } from '../../errors/tool-errors.ts';
import type { Clock } from '../../events/clock.ts';
import type { ServedCall } from '../../events/run-event.ts';
import type { EventRecorder } from '../../journal/event-recorder.ts';
import { failedResult, type Stage } from '../pipeline.ts';
import type { PipelineResult } from '../pipeline-result.ts';

/** Paths of one call that are recorded by themselves; all of them are in the arguments. */
const mostPaths = 20;

export function recordCall(recorder: Pick<EventRecorder, 'append'>, clock: Clock): Stage {
  return async (call, next) => {
    const { agent, turn, request, tool, effects = ['Unknown'] } = call;
    const common = { agent, turn, call: request.id, tool: request.name };
    const { durable } = recorder.append([
      {
        type: 'tool.call.started',
        ...common,
        ...(tool?.server === undefined ? {} : { server: tool.server }),
        ...(tool?.serverTool === undefined ? {} : { serverTool: tool.serverTool }),
        arguments: call.arguments,
        effects,
        ...(call.freeText === true || call.paths === undefined || call.paths.length === 0
          ? {}
          : { paths: call.paths.slice(0, mostPaths) }),
      },
    ]);
    call.begun?.();
    await durable;
    const started = clock.monotonic();
    let result: PipelineResult;
    try {
      result = await next(call);
    } catch (error) {
      const { code, title, hint } = toolErrors.afterCall;
      result = failedResult('unknown', { code, message: `${title}: ${errorMessage(error)}`, hint });
    }
    await recorder.append([
      {
        type: 'tool.call.finished',
        ...common,
        outcome: result.outcome,
        content: result.content,
        latencyMs: hundredths(clock.monotonic() - started),
        ...(result.error === undefined ? {} : { error: result.error }),
        ...(result.served === undefined ? {} : { served: rounded(result.served) }),
      },
    ]).durable;
    return result;
  };
}

function rounded(served: ServedCall): ServedCall {
  return { ...served, queueMs: hundredths(served.queueMs), serverMs: hundredths(served.serverMs) };
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
