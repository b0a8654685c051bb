/** The `timeout_settings` section. All times are seconds; the longest one is a little over 23 days, what a timer can hold. */
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';

const seconds = z.number().positive().max(2_000_000);

export const timeoutConfigSchema = z
  .strictObject({
    orchestrator_timeout_seconds: seconds
      .nullable()
      .default(1800)
      .meta({ description: 'Time limit of the coordination in seconds; null for none.', examples: [600] }),
    turn_soft_seconds: seconds
      .nullable()
      .optional()
      .meta({
        description: 'After this time an agent is asked to come to an end; none if absent.',
        examples: [300],
      }),
    turn_hard_seconds: seconds
      .nullable()
      .default(900)
      .meta({ description: 'After this time a turn of an agent is ended; null for none.', examples: [900] }),
    presentation_timeout_seconds: seconds
      .default(300)
      .meta({ description: 'Time limit of the final presentation in seconds.', examples: [300] }),
  })
  .superRefine((value, context) => {
    const { turn_soft_seconds: soft, turn_hard_seconds: hard } = value;
    if (typeof soft === 'number' && typeof hard === 'number' && soft >= hard) {
      context.addIssue({
        code: 'custom',
        path: ['turn_soft_seconds'],
        message: `turn_soft_seconds (${soft}) must be smaller than turn_hard_seconds (${hard})`,
        params: { definition: 'contradictoryKeys', hint: 'Lower the one or raise the other.' },
      });
    }
  });

export type TimeoutConfig = DeepReadonly<z.output<typeof timeoutConfigSchema>>;
