/** Ends the wait for a tool at its deadline, or when the turn is over; the tool is told through the signal. */
import { toolErrors } from '../../errors/tool-errors.ts';
import type { Clock } from '../../events/clock.ts';
import { failedResult, type Stage } from '../pipeline.ts';
import type { PipelineResult } from '../pipeline-result.ts';
import { longestCallMs } from '../tool-table.ts';

export function enforceDeadline(clock: Clock): Stage {
  return async (call, next) => {
    if (call.signal.aborted) return givenUpResult('cancelled');
    const controller = new AbortController();
    const { signal } = controller;
    let stop = (): void => undefined;
    const givenUp = new Promise<PipelineResult>((resolve) => {
      const giveUp = (outcome: 'unknown' | 'cancelled'): void => {
        resolve(givenUpResult(outcome));
        controller.abort();
      };
      const longest = call.tool?.longestMs ?? longestCallMs;
      const cancel = clock.after(Math.max(longest, longestCallMs), () => giveUp('unknown'));
      const onAbort = (): void => giveUp('cancelled');
      call.signal.addEventListener('abort', onAbort, { once: true });
      stop = () => {
        cancel();
        call.signal.removeEventListener('abort', onAbort);
      };
    });
    try {
      return await Promise.race([next({ ...call, signal }), givenUp]);
    } finally {
      stop();
    }
  };
}

function givenUpResult(outcome: 'unknown' | 'cancelled'): PipelineResult {
  const { code, title, hint } = outcome === 'unknown' ? toolErrors.deadline : toolErrors.cancelled;
  return failedResult(outcome, { code, message: title, hint });
}
