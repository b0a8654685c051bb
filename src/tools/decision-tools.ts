/**
 * `new_answer` and `vote` as tools of the pipeline, so that they are checked, journaled and shown like every other
 * call. An agent at its limit of answers is not offered `new_answer`.
 */
import type { DecisionHandler, DecisionRequest } from './decision-handler.ts';
import type { ResolvedTool } from './resolved-tool.ts';

const newAnswerSchema = {
  type: 'object',
  properties: {
    content: {
      type: 'string',
      description:
        'Your complete answer to the task. Name the files that belong to it; do not repeat their content.',
    },
  },
  required: ['content'],
  additionalProperties: false,
} as const;

const voteSchema = {
  type: 'object',
  properties: {
    answer: {
      type: 'string',
      description: 'The label of the answer you vote for, exactly as it was shown to you, such as agent2.1',
    },
    reason: { type: 'string', description: 'Why this answer is the best, in a sentence or two.' },
  },
  required: ['answer', 'reason'],
  additionalProperties: false,
} as const;

export const newAnswerTool = 'new_answer';
export const voteTool = 'vote';

export function decisionTools(
  handler: DecisionHandler,
  mayAnswer: boolean,
  mayVote: boolean,
): readonly ResolvedTool[] {
  const tool = (
    name: string,
    description: string,
    inputSchema: Readonly<Record<string, unknown>>,
  ): ResolvedTool => ({
    definition: { name, description, inputSchema },
    effects: { effects: [], pathArguments: [], source: 'own', why: 'a decision' },
    decides: true,
    invoke: (args, { call }) => {
      const decision = decisionOf(name, args);
      if (decision === undefined) throw new TypeError(`${name} is not a decision`);
      return handler.decide(decision, call);
    },
  });
  return [
    ...(mayAnswer
      ? [
          tool(
            newAnswerTool,
            'Submit your answer to the task, or a better answer than those you were shown.',
            newAnswerSchema,
          ),
        ]
      : []),
    ...(mayVote
      ? [tool(voteTool, 'Vote for the best of the answers you were shown, your own included.', voteSchema)]
      : []),
  ];
}

/** The decision a call asks for; undefined when the call is none or its arguments are not of the right form. */
export function decisionOf(name: string, args: unknown): DecisionRequest | undefined {
  if (typeof args !== 'object' || args === null) return undefined;
  const { content, answer, reason } = args as Readonly<Record<string, unknown>>;
  if (name === newAnswerTool && typeof content === 'string') return { type: 'new_answer', content };
  if (name === voteTool && typeof answer === 'string') {
    return { type: 'vote', target: answer, reason: typeof reason === 'string' ? reason : '' };
  }
  return undefined;
}
