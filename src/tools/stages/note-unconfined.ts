/**
 * Says so before the first call that may run a program which no rule on paths holds back: what it writes is seen by
 * looking at the files only. A call that cannot say it first is not made.
 */
import type { Stage } from '../pipeline.ts';

/** Resolves when the program is ready for it. */
export type ExpectUnconfined = () => Promise<void>;

export function noteUnconfined(expect: ExpectUnconfined): Stage {
  return async (call, next) => {
    const { tool, effects = ['Unknown'] } = call;
    const mayEscape = effects.some((effect) => effect === 'Exec' || effect === 'Unknown');
    if (mayEscape && tool?.confined !== true && tool?.decides !== true) await expect();
    return next(call);
  };
}
