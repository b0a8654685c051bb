/** The `script` backend: plays written turns through the real machinery. */
import { z } from 'zod';
import { backendTypeLiteral, commonBackendFields } from './common-backend-fields.ts';
import { scriptStepSchema, streamFields } from './script-step.ts';

const scriptTurnSchema = z.strictObject({
  when: z.enum(['no_answers', 'has_answers', 'presenting', 'always']).default('always').meta({
    description: 'Turns this entry may be played in; each turn takes the first unused entry that holds.',
  }),
  steps: z.array(scriptStepSchema).meta({ description: 'What the agent does in this turn, in order.' }),
});

export const scriptBackendSchema = z.strictObject({
  type: backendTypeLiteral('script'),
  turns: z.array(scriptTurnSchema).min(1).meta({ description: 'The turns the agent can take.' }),
  repeat_last: z.boolean().default(true).meta({
    description: 'When no unused entry holds, play the last one that holds again.',
  }),
  chunk: streamFields.chunk.default(24),
  delay_ms: streamFields.delay_ms.default(0),
  ...commonBackendFields,
});
