/**
 * What an agent holds in a turn to use tools. Every call of every backend goes through here and so through
 * the one pipeline; nothing else can reach a server or a workspace.
 */
import type { CallOutcome } from '../events/call-outcome.ts';
import type { ToolContent } from '../events/tool-content.ts';
import type { ToolDefinition } from './tool-definition.ts';

export interface ToolCallRequest {
  /** Id of the call, unique in the run. */
  readonly id: string;
  readonly name: string;
  /** The arguments object; a string where the model's text was not JSON (it is then refused with a hint). */
  readonly arguments: unknown;
}

export interface ToolCallResult {
  readonly id: string;
  readonly outcome: CallOutcome;
  readonly content: readonly ToolContent[];
  /**
   * Set on the results of `new_answer` and `vote`. `accepted`: the turn is over, the agent must stop.
   * `again`: newer answers came meanwhile; they are in the content, decide again. `rejected`: the attempt
   * was used up; the agent ends this attempt and is asked again by the next request.
   */
  readonly decision?: 'accepted' | 'again' | 'rejected';
}

export interface ToolSession {
  /** Tools on offer right now; ask again before each model call, the offer can shrink. */
  list(): readonly ToolDefinition[];
  /**
   * Runs all calls of one model response and gives a result for each, in the order of the calls. Calls that
   * are not decisions run in parallel; a decision runs after them. Never rejects but when `signal` aborts.
   */
  callAll(calls: readonly ToolCallRequest[], signal: AbortSignal): Promise<readonly ToolCallResult[]>;
}
