/** Ends the wait for a tool at its deadline, or when the turn is over; the tool is told through the signal. */
import { toolErrors } from '../../errors/tool-errors.ts';
import type { Clock } from '../../events/clock.ts';
import { failedResult, type Stage } from '../pipeline.ts';
import type { PipelineResult } from '../pipeline-result.ts';
import { longestCallMs } from '../tool-table.ts';

export function enforceDeadline(clock: Clock): Stage {
  return async (call, next) => {
    const controller = new AbortController();
    const signal = AbortSignal.any([call.signal, controller.signal]);
    let stop = (): void => undefined;
    const given = new Promise<PipelineResult>((resolve) => {
      const give = (outcome: 'unknown' | 'cancelled'): void => {
        const { code, title, hint } = outcome === 'unknown' ? toolErrors.deadline : toolErrors.cancelled;
        resolve(failedResult(outcome, { code, message: title, hint }));
        controller.abort();
      };
      const cancel = clock.after(longestCallMs, () => give('unknown'));
      const onAbort = (): void => give('cancelled');
      if (call.signal.aborted) onAbort();
      else call.signal.addEventListener('abort', onAbort, { once: true });
      stop = () => {
        cancel();
        call.signal.removeEventListener('abort', onAbort);
      };
    });
    try {
      return await Promise.race([next({ ...call, signal }), given]);
    } finally {
      stop();
    }
  };
}
