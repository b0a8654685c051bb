/** The time limits of a run, as coordination takes them: in milliseconds, absent where there is none. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { CoordinatorOptions } from '../coordinator/coordinator.ts';

export function runLimits(config: MassGenConfig): CoordinatorOptions['limits'] {
  const {
    orchestrator_timeout_seconds: run,
    turn_soft_seconds: soft,
    turn_hard_seconds: hard,
    presentation_timeout_seconds: presentation,
  } = config.timeout_settings;
  return {
    ...(run === null ? {} : { runMs: run * 1_000 }),
    ...(typeof soft === 'number' ? { softMs: soft * 1_000 } : {}),
    ...(hard === null ? {} : { hardMs: hard * 1_000 }),
    presentationMs: presentation * 1_000,
  };
}
