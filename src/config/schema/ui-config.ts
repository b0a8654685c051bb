/** The `ui` section: how a run is shown. */
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';

export const uiConfigSchema = z.strictObject({
  display_type: z
    .enum(['rich_terminal', 'terminal', 'simple'])
    .default('rich_terminal')
    .meta({ description: 'How a run is shown in a terminal; `simple` prints plain lines.' }),
  logging_enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the text files for people are written. The journal is always written.' }),
  use_orchestrator_for_single_agent: z
    .boolean()
    .default(true)
    .meta({ description: 'False: one agent alone answers directly, without coordination.' }),
  debug: z.boolean().default(false).meta({ description: 'Detailed log, as with `--debug`.' }),
  type: z
    .string()
    .optional()
    .meta({ description: 'Accepted for old files and ignored; the key is `display_type`.', ignored: true }),
});

export type UiConfig = DeepReadonly<z.output<typeof uiConfigSchema>>;
