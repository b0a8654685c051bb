/** What a call gives back inside the pipeline. */
import type { CallOutcome } from '../events/call-outcome.ts';
import type { EventError, ServedCall } from '../events/run-event.ts';
import type { ToolContent } from '../events/tool-content.ts';
import type { ToolCallResult } from './tool-session.ts';

export interface PipelineResult {
  readonly outcome: CallOutcome;
  readonly content: readonly ToolContent[];
  readonly error?: EventError;
  /** For tools of MCP servers: how the call was carried there. */
  readonly served?: ServedCall;
  readonly decision?: NonNullable<ToolCallResult['decision']>;
}
