/**
 * The port of a language model, versioned: one request with the whole conversation, one streamed reply. Our
 * own types on both sides, so that neither the step loop nor the journal knows any vendor's. A port sends
 * exactly one request per `stream` unless it says otherwise by `attempt.failed`; failures are thrown as
 * `ModelFailure`, an abort as the reason of the signal.
 */
import type { MessagePart } from '../../../events/message-part.ts';
import type { ToolContent } from '../../../events/tool-content.ts';
import type { Usage } from '../../../events/usage.ts';
import type { OfferedTool } from '../../schema-dialect/offer-tool.ts';
import type { ModelFailure } from './model-failure.ts';

/** The answer to one tool call; each call of an assistant message has exactly one, in the same order. */
export interface ModelToolResult {
  /** Id of the call as in its `tool_call` part. */
  readonly call: string;
  readonly tool: string;
  readonly content: readonly ToolContent[];
}

export type ModelMessage =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly parts: readonly MessagePart[] }
  | { readonly role: 'tool'; readonly results: readonly ModelToolResult[] };

export interface ModelParameters {
  readonly temperature?: number;
  readonly topP?: number;
  /** Longest reply in tokens. */
  readonly maxTokens?: number;
  /** Anything else, sent to the provider under its own names, unchanged. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly OfferedTool[];
  readonly parameters: ModelParameters;
}

export type ModelEvent =
  | { readonly type: 'text.delta'; readonly text: string }
  | { readonly type: 'reasoning.delta'; readonly text: string }
  /** A finished part. Ids of calls are unique in the run; the provider's own id is in its provider data. */
  | { readonly type: 'part'; readonly part: MessagePart }
  /** The request failed and is sent again after `retryInMs`: all deltas and parts so far are void. */
  | { readonly type: 'attempt.failed'; readonly failure: ModelFailure; readonly retryInMs: number }
  /** The wait is over, the request goes out again. */
  | { readonly type: 'attempt.started' }
  /** The reply is complete; the last event. Parts may be acted on only now. */
  | {
      readonly type: 'finish';
      /** Why the model stopped, in the provider's word. */
      readonly finish: string;
      readonly usage: Usage;
      /** The model that answered, where the provider names it. */
      readonly model?: string;
    };

export interface ModelPort {
  readonly version: 1;
  /** Name of the provider, for people. */
  readonly provider: string;
  readonly model: string;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}
