/** One step of a scripted turn. What a step does is told by the key it has, and it has one. */
import { z } from 'zod';
import type { DeepReadonly } from './deep-readonly.ts';
import { filledText } from './text-fields.ts';

const milliseconds = z.int().min(0).max(2_000_000_000);

/** How text is streamed; also on the backend, for all steps. */
export const streamFields = {
  chunk: z.int().min(1).meta({ description: 'Characters of each streamed piece of text.' }),
  delay_ms: milliseconds.meta({ description: 'Pause before each streamed piece, in milliseconds.' }),
};

const savedName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be a name of letters, digits and `_`' })
  .refine((name) => !['workspace', 'views', 'question', 'context'].includes(name), {
    error: 'is a name that has a meaning already',
  });

export const scriptStepSchema = z.union([
  z.strictObject({
    text: z.string().meta({ description: 'Text the agent streams.', examples: ['Looking at the task. '] }),
    chunk: streamFields.chunk.optional(),
    delay_ms: streamFields.delay_ms.optional(),
  }),
  z.strictObject({
    tool: filledText.meta({
      description: 'Tool the agent calls.',
      examples: ['mcp__filesystem__write_file'],
    }),
    args: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'Arguments of the call.', examples: [{ path: '{{workspace}}/notes.md' }] }),
    save: savedName.optional().meta({
      description: 'Name for the text of the result, later used as `{{name}}`.',
      examples: ['notes'],
    }),
  }),
  z.strictObject({
    new_answer: z
      .strictObject({ content: z.string().meta({ description: 'Text of the answer.' }) })
      .meta({ description: 'The agent gives an answer.', examples: [{ content: 'See notes.md' }] }),
  }),
  z.strictObject({
    vote: z
      .strictObject({
        agent: filledText.meta({ description: 'A config id, or `self`, `other`, `first` or `last`.' }),
        reason: z.string().default('').meta({ description: 'Why.' }),
      })
      .meta({ description: 'The agent votes.', examples: [{ agent: 'first', reason: 'complete' }] }),
  }),
  z.strictObject({ sleep_ms: milliseconds.meta({ description: 'Pause in milliseconds.', examples: [50] }) }),
  z.strictObject({ hang: z.literal(true).meta({ description: 'Never goes on, until it is stopped.' }) }),
  z.strictObject({
    error: filledText.meta({ description: 'The turn fails with this text.', examples: ['overloaded'] }),
  }),
  z.strictObject({ crash: z.literal(true).meta({ description: 'Kills the process; for tests.' }) }),
]);

/** A step; narrow it by asking which key it has, as in `'tool' in step`. */
export type ScriptStep = DeepReadonly<z.output<typeof scriptStepSchema>>;
