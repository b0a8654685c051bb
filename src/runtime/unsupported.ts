/** What a valid config may ask for and this version does not do yet. The run says so: nothing is ignored in silence. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { DurableEventBody } from '../events/run-event.ts';

/** The backends whose providers have a search of their own. */
const searches: ReadonlySet<string> = new Set(['openai', 'claude', 'gemini']);

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
  const searching = config.agents.flatMap(({ id, backend }) =>
    'enable_web_search' in backend && backend.enable_web_search && !searches.has(backend.type)
      ? [warn('`enable_web_search`; this backend searches nothing', id)]
      : [],
  );
  return searching;
}
