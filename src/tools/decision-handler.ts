/** Who decides about answers and votes: the coordinator, as the tools see it. */
import type { PipelineResult } from './pipeline-result.ts';

export type DecisionRequest =
  | { readonly type: 'new_answer'; readonly content: string }
  | { readonly type: 'vote'; readonly target: string; readonly reason: string };

export interface DecisionHandler {
  /**
   * Looks at all decisions of one response before any of its calls is made. The text of the refusal when the
   * response must be refused as a whole; the attempt is then used up.
   */
  check(decisions: readonly DecisionRequest[]): Promise<string | undefined>;
  decide(decision: DecisionRequest, call: string): Promise<PipelineResult>;
}
