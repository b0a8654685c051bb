/** What a call gives back inside the pipeline. */
import type { CallOutcome } from '../events/call-outcome.ts';
import type { EventError } from '../events/run-event.ts';
import type { ToolContent } from '../events/tool-content.ts';
import type { ToolCallResult } from './tool-session.ts';

export interface PipelineResult {
  readonly outcome: CallOutcome;
  readonly content: readonly ToolContent[];
  readonly error?: EventError;
  readonly decision?: NonNullable<ToolCallResult['decision']>;
}
