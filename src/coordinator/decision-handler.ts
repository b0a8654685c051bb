/**
 * Answers and votes on their way from a tool call to the protocol and back as words. The snapshot of an answer is
 * published before the answer is submitted, so an accepted answer always has its files.
 */
import { toolErrors } from '../errors/tool-errors.ts';
import { checkDecisions, type DecisionCall } from '../protocol/check-decisions.ts';
import type { Reply } from '../protocol/protocol-command.ts';
import type { DecisionHandler, DecisionRequest } from '../tools/decision-handler.ts';
import { failedResult } from '../tools/pipeline.ts';
import type { PipelineResult } from '../tools/pipeline-result.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { RunFiles } from './run-files.ts';

export interface DecisionHandlerOptions {
  readonly agent: string;
  readonly turn: number;
  readonly dispatcher: Dispatcher;
  readonly files: Pick<RunFiles, 'publishWorkspace' | 'comparable'>;
  /** The text of answers delivered since the agent last read any; taking it marks them as read. */
  readonly updateSince: () => string | undefined;
}

export function createDecisionHandler(options: DecisionHandlerOptions): DecisionHandler {
  const { agent, turn, dispatcher, files } = options;

  function toCall(decision: DecisionRequest): DecisionCall {
    return decision.type === 'vote'
      ? { type: 'vote', target: decision.target }
      : { type: 'new_answer', comparable: files.comparable(decision.content) };
  }

  return {
    async check(decisions) {
      const refusal = checkDecisions(dispatcher.state, agent, decisions.map(toCall));
      if (refusal === undefined) return undefined;
      const answer = decisions.find((decision) => decision.type === 'new_answer');
      const text = answer === undefined ? {} : { text: answer.content };
      const reply = await dispatcher.dispatch({
        type: 'response.rejected',
        agent,
        turn,
        reason: refusal.reason,
        ...text,
      });
      return reply?.type === 'rejected' ? reply.message : toolErrors.cancelled.title;
    },
    async decide(decision) {
      if (decision.type === 'vote') {
        const { target, reason } = decision;
        return result(await dispatcher.dispatch({ type: 'vote', agent, turn, target, reason }));
      }
      const snapshot = await files.publishWorkspace(agent, turn);
      return result(
        await dispatcher.dispatch({
          type: 'answer',
          agent,
          turn,
          text: decision.content,
          comparable: files.comparable(decision.content),
          ...(snapshot === undefined ? {} : { snapshot }),
        }),
      );
    },
  };

  function result(reply: Reply | undefined): PipelineResult {
    switch (reply?.type) {
      case 'accepted':
        return { outcome: 'ok', content: [{ type: 'text', text: 'Accepted.' }], decision: 'accepted' };
      case 'again': {
        const ask = reply.mayAnswer ? 'Decide again.' : 'No further answers are taken. Vote.';
        const text = ['Not counted, because newer answers have come in.', options.updateSince(), ask];
        return {
          outcome: 'tool_error',
          content: [{ type: 'text', text: text.filter((part) => part !== undefined).join('\n\n') }],
          decision: 'again',
        };
      }
      case 'rejected':
        return {
          outcome: 'tool_error',
          content: [{ type: 'text', text: reply.message }],
          decision: 'rejected',
        };
      default: {
        const { code, title, hint } = toolErrors.cancelled;
        return { ...failedResult('cancelled', { code, message: title, hint }), decision: 'accepted' };
      }
    }
  }
}
