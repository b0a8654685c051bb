/**
 * What a valid config may ask for and this version does not do yet. Where going on without it could do harm, the
 * run is refused; else it goes on and says so. Nothing is ignored in silence.
 */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { DurableEventBody } from '../events/run-event.ts';

/** @throws MassGenError when the run must not begin. */
export function refuseUnsafe(config: MassGenConfig): void {
  if (config.orchestrator.coordination.enable_planning_mode) {
    throw new MassGenError(runErrors.notYetSupported, {
      detail: 'orchestrator.coordination.enable_planning_mode',
    });
  }
}

/** A warning for each thing that is left out. */
export function unhonoured(config: MassGenConfig): readonly DurableEventBody[] {
  const { code, title, hint } = runErrors.notYetHonoured;
  const warn = (message: string, agent?: string): DurableEventBody => ({
    type: 'warning.raised',
    ...(agent === undefined ? {} : { agent }),
    code,
    message: `${title}: ${message}`,
    hint,
  });
  const writable = config.orchestrator.context_paths
    .filter(({ permission }) => permission === 'write')
    .map(({ path }) => warn(`\`permission: write\` of ${path}; it stays read-only`));
  const searching = config.agents.flatMap(({ id, backend }) =>
    'enable_web_search' in backend && backend.enable_web_search
      ? [warn('`enable_web_search`; this backend searches nothing', id)]
      : [],
  );
  return [...writable, ...searching];
}
