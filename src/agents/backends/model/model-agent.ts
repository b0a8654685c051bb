/**
 * The step loop of an agent that runs on a model: ask the model, carry out the tool calls of its reply
 * together, hand back the results, until it decides, says something without calling a tool, or has taken 50
 * steps. Every request to the model is reported as a call of its own; when one finishes with another outcome
 * than `ok`, the text and reasoning streamed since its start are void.
 */
import type { Clock } from '../../../events/clock.ts';
import { agentErrors } from '../../../errors/agent-errors.ts';
import { errorMessage } from '../../../errors/error-message.ts';
import { MassGenError } from '../../../errors/massgen-error.ts';
import type { IdSource } from '../../../events/id-source.ts';
import type { MessagePart } from '../../../events/message-part.ts';
import type { EventError } from '../../../events/run-event.ts';
import type { Usage } from '../../../events/usage.ts';
import type { ToolCallResult } from '../../../tools/tool-session.ts';
import type { Agent, AgentEvent, TurnRequest } from '../../agent.ts';
import type { OfferTools } from '../../schema-dialect/offer-tools.ts';
import { Conversation, type ToolCallPart } from './conversation.ts';
import { ModelFailure } from './model-failure.ts';
import type { ModelParameters, ModelPort } from './model-port.ts';
import { Reply } from './reply.ts';

export interface ModelAgentDependencies {
  readonly id: string;
  readonly model: ModelPort;
  readonly parameters: ModelParameters;
  readonly offerTools: OfferTools;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Model calls in one attempt; an agent that needs more has lost its way. */
const maxSteps = 50;

const interrupted =
  'The call was interrupted; it may or may not have been carried out. Check before repeating it.';

export class ModelAgent implements Agent {
  readonly version = 1;
  readonly id: string;
  private readonly dependencies: ModelAgentDependencies;
  /** Kept for further attempts of the same turn, and no longer. */
  private kept: { readonly turn: number; readonly conversation: Conversation } | undefined;

  constructor(dependencies: ModelAgentDependencies) {
    this.id = dependencies.id;
    this.dependencies = dependencies;
  }

  async *turn(request: TurnRequest, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    signal.throwIfAborted();
    const conversation = this.open(request);
    for (let step = 0; step < maxSteps; step += 1) {
      conversation.addUser((await request.takeUpdate()) ?? '');
      signal.throwIfAborted();
      const parts = yield* this.ask(conversation, request, signal);
      const calls = parts.filter((part) => part.type === 'tool_call');
      if (calls.length === 0) {
        conversation.addReply(parts);
        return;
      }
      const results = await carryOut(calls, parts, conversation, request, signal);
      if (results.some((result) => result.decision === 'rejected')) return;
      if (results.some((result) => result.decision === 'accepted')) {
        this.kept = undefined;
        return;
      }
    }
  }

  close(): Promise<void> {
    this.kept = undefined;
    return Promise.resolve();
  }

  private open(request: TurnRequest): Conversation {
    const { turn, attempt, system, user, followUp = '' } = request;
    const conversation =
      attempt > 1 && this.kept?.turn === turn ? this.kept.conversation : new Conversation(system, user);
    if (attempt > 1) conversation.addUser(followUp);
    this.kept = { turn, conversation };
    return conversation;
  }

  /** One reply of the model. When the conversation has become too long, makes room once and asks again. */
  private async *ask(
    conversation: Conversation,
    request: TurnRequest,
    signal: AbortSignal,
  ): AsyncGenerator<AgentEvent, readonly MessagePart[]> {
    try {
      return yield* this.call(conversation, request, signal);
    } catch (error) {
      const tooLong = error instanceof ModelFailure && error.facts.kind === 'context_overflow';
      if (!tooLong || !conversation.shrink()) throw error;
      return yield* this.call(conversation, request, signal);
    }
  }

  private async *call(
    conversation: Conversation,
    request: TurnRequest,
    signal: AbortSignal,
  ): AsyncGenerator<AgentEvent, readonly MessagePart[]> {
    const { model, parameters, offerTools } = this.dependencies;
    const { tools, warnings } = offerTools(request.tools.list());
    for (const { code, message, hint } of warnings) yield { type: 'warning.raised', code, message, hint };
    let call = new OpenCall(this.dependencies);
    yield call.started();
    try {
      const events = model.stream({ messages: conversation.all(), tools, parameters }, signal);
      for await (const event of events) {
        switch (event.type) {
          case 'text.delta':
            call.reply.addDelta('text', event.text);
            yield event;
            break;
          case 'reasoning.delta':
            call.reply.addDelta('reasoning', event.text);
            yield event;
            break;
          case 'part':
            call.reply.addPart(event.part);
            break;
          case 'attempt.failed':
            yield call.failed(event.failure, event.retryInMs);
            break;
          case 'attempt.started':
            call = new OpenCall(this.dependencies);
            yield call.started();
            break;
          case 'finish':
            yield call.finished('ok', event.usage, { finish: event.finish }, event.model);
            return call.reply.parts();
          default:
            event satisfies never;
        }
      }
      throw new TypeError(`the model ${model.model} ended its reply without a finish`);
    } catch (error) {
      if (call.isOpen) yield signal.aborted ? call.finished('cancelled', {}) : call.failed(error);
      throw error;
    }
  }
}

/** One request to the model as it is reported. */
class OpenCall {
  readonly reply = new Reply();
  isOpen = true;
  private readonly id: string;
  private readonly model: string;
  private readonly clock: Clock;
  private readonly startedAt: number;

  constructor({ ids, model, clock }: ModelAgentDependencies) {
    this.id = ids.next('model');
    this.model = model.model;
    this.clock = clock;
    this.startedAt = clock.monotonic();
  }

  started(): AgentEvent {
    return { type: 'model.call.started', call: this.id, model: this.model };
  }

  failed(error: unknown, retryInMs?: number): AgentEvent {
    return this.finished('failed', (error instanceof ModelFailure ? error.facts.usage : undefined) ?? {}, {
      error: eventError(error),
      ...(retryInMs === undefined ? {} : { retryInMs }),
    });
  }

  finished(
    outcome: 'ok' | 'failed' | 'cancelled',
    usage: Usage,
    more: { readonly finish?: string; readonly error?: EventError; readonly retryInMs?: number } = {},
    model = this.model,
  ): AgentEvent {
    this.isOpen = false;
    return {
      type: 'model.call.finished',
      call: this.id,
      model,
      outcome,
      parts: this.reply.parts(),
      usage,
      latencyMs: this.clock.monotonic() - this.startedAt,
      ...more,
    };
  }
}

function eventError(error: unknown): EventError {
  if (!MassGenError.isInstance(error))
    return { code: agentErrors.brokenAnswer.code, message: errorMessage(error) };
  return { code: error.code, message: error.message, hint: error.hint };
}

/** Runs the calls of a reply and adds reply and results to the conversation, whatever happens. */
async function carryOut(
  calls: readonly ToolCallPart[],
  parts: readonly MessagePart[],
  conversation: Conversation,
  request: TurnRequest,
  signal: AbortSignal,
): Promise<readonly ToolCallResult[]> {
  let results: readonly ToolCallResult[] = [];
  try {
    results = await request.tools.callAll(
      calls.map(({ call, tool, arguments: args }) => ({ id: call, name: tool, arguments: args })),
      signal,
    );
    return results;
  } finally {
    conversation.addReply(parts, results, interrupted);
  }
}
